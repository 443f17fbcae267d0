// A provider that answers with one text, all at once or so many words a second. Not a model, and not what can go wrong: see krowoc-provider.
import http from 'node:http';

/** Milliseconds between two batches of words: shorter than a frame. */
const BEAT = 10;

/** Listens on `port`; `plan()` gives the text of the next answer and how many words of it come a second, 0 for all at once; or the status it is `refused` with. */
export function startAnswers(port, plan) {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const { text, perSecond = 0, refused } = plan();
      if (refused) return response.writeHead(refused).end('{}');
      const words = text.match(/\S+\s*/g);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const say = (event) => response.write(`data: ${JSON.stringify({ id: 'answer', object: 'chat.completion.chunk', created: 1, model: 'answer', ...event })}\n\n`);
      const piece = (content) => say({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
      const end = () => {
        say({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
        say({ choices: [], usage: { prompt_tokens: 214, completion_tokens: words.length, total_tokens: 214 + words.length } });
        response.end('data: [DONE]\n\n');
      };
      if (perSecond === 0) {
        for (const word of words) piece(word);
        return end();
      }
      const begun = performance.now();
      let said = 0;
      const timer = setInterval(() => {
        // By the clock, so that a late beat is made up for.
        const due = Math.min(words.length, Math.ceil((performance.now() - begun) * perSecond / 1000));
        while (said < due) piece(words[said++]);
        if (said < words.length) return;
        clearInterval(timer);
        end();
      }, BEAT);
      response.on('close', () => clearInterval(timer));
      return undefined;
    });
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}
