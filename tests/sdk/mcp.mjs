// What an agent does over the Model Context Protocol, with its official client, in both of its eras.
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const ERAS = { '2026-07-28': { mode: { pin: '2026-07-28' } }, handshake: { mode: 'legacy' } };

export function cases(env) {
  const address = new URL('/mcp', env.KROWOC_SDK_URL);
  const connect = async (versionNegotiation, token = env.KROWOC_SDK_READER) => {
    const client = new Client({ name: 'krowoc-suite', version: '1.0.0' }, { versionNegotiation });
    const headers = { authorization: `Bearer ${token}` };
    await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers } }));
    return client;
  };
  const inBoth = (name, run) =>
    Object.entries(ERAS).map(([era, negotiation]) => [
      `${name} (${era})`,
      async () => {
        const client = await connect(negotiation);
        try {
          await run(client);
        } finally {
          await client.close();
        }
      },
    ]);
  return [
    ...inBoth('prompts are listed and filled', async (client) => {
      assert.equal(client.getServerVersion().name, 'krowoc');
      const { prompts } = await client.listPrompts();
      assert.deepEqual(prompts.map((it) => it.name), ['no-model', 'release-notes']);
      const [topic, tone] = prompts[1].arguments;
      assert.deepEqual([topic.name, topic.required, tone.name, tone.required], ['topic', true, 'tone', false]);
      const filled = await client.getPrompt({ name: 'release-notes', arguments: { topic: 'sync' } });
      assert.equal(filled.messages[0].content.text, 'Write notes on sync in a dry tone.');
      await assert.rejects(client.getPrompt({ name: 'release-notes' }), (error) => error.code === -32602);
      await assert.rejects(client.getPrompt({ name: 'nothing' }), (error) => error.code === -32602);
    }),
    ...inBoth('tools answer with what their schemas say', async (client) => {
      const { tools } = await client.listTools();
      assert.deepEqual(tools.map((it) => it.name), ['search_prompts', 'get_prompt', 'render_prompt']);
      assert.ok(tools.every((it) => it.annotations.readOnlyHint && it.outputSchema));
      // The client checks every structured result against its schema.
      const call = async (name, given) => (await client.callTool({ name, arguments: given })).structuredContent;
      const found = await call('search_prompts', { query: 'notes' });
      assert.deepEqual(found.items.map((it) => it.name), ['release-notes']);
      const read = await call('get_prompt', { name: 'release-notes' });
      assert.deepEqual([read.version, read.variables.length], [1, 2]);
      const { text } = await call('render_prompt', { name: 'release-notes', variables: { topic: 'sync', tone: 'warm' } });
      assert.equal(text, 'Write notes on sync in a warm tone.');
      const refused = await client.callTool({ name: 'render_prompt', arguments: { name: 'release-notes' } });
      assert.ok(refused.isError && /topic/.test(refused.content[0].text));
    }),
    ...inBoth('an argument is completed', async (client) => {
      const ref = { type: 'ref/prompt', name: 'release-notes' };
      const { completion } = await client.complete({ ref, argument: { name: 'tone', value: '' } });
      assert.deepEqual(completion.values, []);
    }),
    [
      'a client that probes finds the newest version',
      async () => {
        const client = await connect({ mode: 'auto' });
        assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
        await client.close();
      },
    ],
    ...Object.entries(ERAS).map(([era, negotiation]) => [
      `a token without the scope is refused (${era})`,
      () => assert.rejects(connect(negotiation, env.KROWOC_SDK_TOKEN).then((client) => client.listPrompts())),
    ]),
  ];
}
