// What a program writes with OpenAI's Node client. The Python client has the same cases in cases.py.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { until } from '../browser/lib/wait.mjs';

const WORDS = (count) => [...Array(count).keys()].map((at) => `słowo${at} `).join('');
const USER = [{ role: 'user', content: 'Say words.' }];

async function collect(stream) {
  const all = { text: '', finish: null, usage: undefined, tools: [], chunks: 0, roles: [] };
  for await (const chunk of stream) {
    all.chunks += 1;
    if (chunk.usage) all.usage = chunk.usage;
    for (const { delta, finish_reason: finish } of chunk.choices) {
      if (delta.role) all.roles.push(delta.role);
      all.text += delta.content ?? '';
      for (const call of delta.tool_calls ?? []) {
        all.tools[call.index] ??= { id: '', name: '', arguments: '' };
        all.tools[call.index].id += call.id ?? '';
        all.tools[call.index].name += call.function?.name ?? '';
        all.tools[call.index].arguments += call.function?.arguments ?? '';
      }
      all.finish = finish ?? all.finish;
    }
  }
  return all;
}

async function refused(promise, kind, status, code) {
  const error = await promise.then(
    () => assert.fail('it was answered'),
    (error) => error,
  );
  assert.ok(error instanceof kind, `${error.constructor.name}: ${error}`);
  assert.equal(error.status, status);
  assert.equal(error.code, code);
  return error;
}

export function cases(env) {
  const base = env.KROWOC_SDK_URL;
  const make = (apiKey, options = {}) => new OpenAI({ apiKey, baseURL: `${base}/v1`, maxRetries: 0, ...options });
  const client = make(env.KROWOC_SDK_TOKEN);
  const chat = (body, on = client, options = {}) => on.chat.completions.create({ messages: USER, ...body }, options);
  const api = async (path) => {
    const answer = await fetch(`${base}/api/v1${path}`, { headers: { authorization: `Bearer ${env.KROWOC_SDK_TOKEN}` } });
    return answer.json();
  };
  return Object.entries({
    'an answer comes whole with its usage': async () => {
      const { data, response, request_id: id } = await chat({ model: 'openai/gpt-4o-mini' }).withResponse();
      assert.equal(data.choices[0].message.content, WORDS(5));
      assert.equal(data.choices[0].message.role, 'assistant');
      assert.equal(data.choices[0].finish_reason, 'stop');
      assert.deepEqual([data.usage.prompt_tokens, data.usage.completion_tokens, data.usage.total_tokens], [11, 5, 16]);
      assert.equal(data.model, 'openai/gpt-4o-mini');
      assert.ok(id && id === response.headers.get('x-correlation-id'));
      const stored = await api(`/executions/${response.headers.get('x-krowoc-execution')}`);
      assert.deepEqual([stored.state, stored.output, stored.cost.state], ['completed', WORDS(5), 'exact']);
      assert.equal(data.id, `chatcmpl-${stored.id}`);
    },
    'a bare model is the one that there is a key for': async () => {
      const answer = await chat({ model: 'gpt-4o-mini' });
      assert.equal(answer.model, 'openai/gpt-4o-mini');
    },
    'an answer streams and ends with its usage when that is asked': async () => {
      const all = await collect(
        await chat({ model: 'compatible/chunks=7', stream: true, stream_options: { include_usage: true } }),
      );
      assert.deepEqual([all.text, all.finish, all.usage.total_tokens], [WORDS(7), 'stop', 18]);
      assert.deepEqual(all.roles, ['assistant']);
      const without = await collect(await chat({ model: 'compatible/chunks=7', stream: true }));
      assert.deepEqual([without.text, without.usage], [WORDS(7), undefined]);
    },
    'tool calls are passed through both ways': async () => {
      const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }];
      const whole = await chat({ model: 'compatible/chunks=0.tools', tools, tool_choice: 'auto' });
      const [call] = whole.choices[0].message.tool_calls;
      assert.equal(whole.choices[0].finish_reason, 'tool_calls');
      assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Łódź' });
      const streamed = await collect(await chat({ model: 'compatible/chunks=0.tools', tools, stream: true }));
      assert.deepEqual(streamed.tools, [{ id: call.id, name: call.function.name, arguments: call.function.arguments }]);
      const next = [...USER, whole.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'Rain.' }];
      assert.equal((await chat({ model: 'compatible/chunks=2', messages: next, tools })).choices[0].message.content, WORDS(2));
    },
    'a schema for the answer is passed on': async () => {
      const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
      const format = { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } };
      const { response } = await chat({ model: 'openai/gpt-4o-mini', response_format: format }).withResponse();
      const stored = await api(`/executions/${response.headers.get('x-krowoc-execution')}`);
      assert.deepEqual(stored.parameters.json_schema, schema);
    },
    'a saved prompt is run by its slug with variables': async () => {
      const body = { model: 'prompt:release-notes', messages: [], variables: { topic: 'sync' } };
      const { data, response } = await chat(body).withResponse();
      assert.equal(data.choices[0].message.content, WORDS(5));
      const stored = await api(`/executions/${response.headers.get('x-krowoc-execution')}`);
      assert.equal(stored.messages[0].text, 'Write notes on sync in a dry tone.');
      const again = { ...body, model: 'prompt:release-notes@1', variables: undefined, metadata: { topic: 'UI', tone: 'warm' } };
      const streamed = await collect(await chat({ ...again, stream: true }));
      assert.equal(streamed.text, WORDS(5));
      await refused(chat({ ...body, model: 'prompt:release-notes@9' }), OpenAI.NotFoundError, 404, 'model_not_found');
      await refused(chat({ ...body, model: 'prompt:no-model' }), OpenAI.BadRequestError, 400, 'invalid_field');
      const other = chat({ ...body, run_model: 'openai/gpt-4o' });
      const error = await refused(other, OpenAI.PermissionDeniedError, 403, 'model_not_allowed');
      assert.match(error.message, /gpt-4o-mini/);
    },
    'models are listed and found': async () => {
      const ids = [];
      for await (const model of client.models.list()) ids.push(model.id);
      assert.ok(ids.includes('openai/gpt-4o-mini') && ids.includes('prompt:release-notes') && ids.every((id) => /^(openai\/|prompt:)/.test(id)), `${ids.length}`);
      assert.equal((await client.models.retrieve('openai/gpt-4o-mini')).owned_by, 'openai');
      await refused(client.models.retrieve('openai/none'), OpenAI.NotFoundError, 404, 'model_not_found');
    },
    'a wrong token and a token without the scope are refused': async () => {
      const wrong = chat({ model: 'openai/gpt-4o-mini' }, make(`krw_${'A'.repeat(43)}`));
      await refused(wrong, OpenAI.AuthenticationError, 401, 'invalid_api_key');
      const reader = chat({ model: 'openai/gpt-4o-mini' }, make(env.KROWOC_SDK_READER));
      await refused(reader, OpenAI.PermissionDeniedError, 403, 'missing_scope');
    },
    'what is not there or not right is told': async () => {
      await refused(chat({ model: 'openai/no-such-model' }), OpenAI.NotFoundError, 404, 'model_not_found');
      await refused(chat({ model: 'prompt:none' }), OpenAI.NotFoundError, 404, 'model_not_found');
      const hot = await refused(chat({ model: 'gpt-4o-mini', temperature: 3 }), OpenAI.BadRequestError, 400, 'invalid_value');
      assert.equal(hot.param, 'temperature');
      await refused(client.embeddings.create({ model: 'x', input: 'y' }), OpenAI.NotFoundError, 404, 'unknown_url');
    },
    'a budget that is reached is 402': async () => {
      const poor = make(env.KROWOC_SDK_POOR, { maxRetries: 2 });
      const error = await refused(chat({ model: 'openai/gpt-4o-mini' }, poor), OpenAI.APIError, 402, 'budget_reached');
      assert.match(error.message, /ceiling/);
    },
    'a provider that limits is 429 and the client does not ask again': async () => {
      const eager = make(env.KROWOC_SDK_TOKEN, { maxRetries: 2 });
      const before = (await api('/executions?limit=100')).executions.length;
      const error = await chat({ model: 'compatible/status=429.retry=0' }, eager).catch((error) => error);
      assert.ok(error instanceof OpenAI.RateLimitError, String(error));
      assert.equal((await api('/executions?limit=100')).executions.length, before + 1);
      const streamed = chat({ model: 'compatible/status=429.retry=0', stream: true });
      assert.equal((await streamed.catch((error) => error)).status, 429);
    },
    'a failure in the middle of a stream is raised, never a good end': async () => {
      for (const model of ['compatible/chunks=9.fail=3', 'compatible/chunks=9.short=700']) {
        let text = '';
        const error = await (async () => {
          for await (const chunk of await chat({ model, stream: true })) text += chunk.choices[0]?.delta.content ?? '';
        })().catch((error) => error);
        assert.ok(error instanceof OpenAI.APIError, `${model}: ${error}`);
        assert.ok(text.startsWith('słowo0 '), `${model}: ${text}`);
      }
    },
    'a client that goes away stops the run': async () => {
      const { data, response } = await chat({ model: 'compatible/stall=3', stream: true }).withResponse();
      for await (const chunk of data) if (chunk.choices[0]?.delta.content) break;
      data.controller.abort();
      const id = response.headers.get('x-krowoc-execution');
      await until('the run to be cancelled', async () => (await api(`/executions/${id}`)).state === 'cancelled', 60_000);
    },
  });
}
