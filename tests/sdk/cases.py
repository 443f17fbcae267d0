"""What a program writes with OpenAI's Python client. The Node client has the same cases in cases.mjs."""

import json
import os
import sys
import time
import traceback
import urllib.request

import openai
from openai import OpenAI

BASE = os.environ["KROWOC_SDK_URL"]
TOKEN = os.environ["KROWOC_SDK_TOKEN"]
USER = [{"role": "user", "content": "Say words."}]


def words(count):
    return "".join(f"słowo{at} " for at in range(count))


def make(key=TOKEN, retries=0):
    return OpenAI(api_key=key, base_url=f"{BASE}/v1", max_retries=retries)


client = make()


def chat(on=client, **body):
    return on.chat.completions.create(**{"messages": USER, **body})


def api(path):
    request = urllib.request.Request(f"{BASE}/api/v1{path}", headers={"authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def collect(stream):
    text, finish, usage, tools = "", None, None, {}
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
            for call in choice.delta.tool_calls or []:
                so_far = tools.setdefault(call.index, ["", "", ""])
                so_far[0] += call.id or ""
                so_far[1] += call.function.name or ""
                so_far[2] += call.function.arguments or ""
    return text, finish, usage, tools


def refused(kind, status, code, ask):
    try:
        ask()
    except kind as error:
        assert (error.status_code, error.code) == (status, code), (error.status_code, error.code)
        return error
    raise AssertionError("it was answered")


def an_answer_comes_whole_with_its_usage():
    raw = client.chat.completions.with_raw_response.create(model="openai/gpt-4o-mini", messages=USER)
    answer = raw.parse()
    assert answer.choices[0].message.content == words(5)
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (11, 5, 16)
    assert answer.model == "openai/gpt-4o-mini"
    assert answer._request_id == raw.headers["x-correlation-id"]
    stored = api(f"/executions/{raw.headers['x-krowoc-execution']}")
    assert (stored["state"], stored["output"], stored["cost"]["state"]) == ("completed", words(5), "exact")


def a_bare_model_is_the_one_that_there_is_a_key_for():
    assert chat(model="gpt-4o-mini").model == "openai/gpt-4o-mini"


def an_answer_streams_and_ends_with_its_usage_when_that_is_asked():
    stream = chat(model="compatible/chunks=7", stream=True, stream_options={"include_usage": True})
    text, finish, usage, _ = collect(stream)
    assert (text, finish, usage.total_tokens) == (words(7), "stop", 18)
    text, _, usage, _ = collect(chat(model="compatible/chunks=7", stream=True))
    assert (text, usage) == (words(7), None)


def tool_calls_are_passed_through_both_ways():
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
    whole = chat(model="compatible/chunks=0.tools", tools=tools, tool_choice="auto")
    call = whole.choices[0].message.tool_calls[0]
    assert whole.choices[0].finish_reason == "tool_calls"
    assert json.loads(call.function.arguments) == {"city": "Łódź"}
    streamed = collect(chat(model="compatible/chunks=0.tools", tools=tools, stream=True))[3]
    assert streamed == {0: [call.id, call.function.name, call.function.arguments]}
    following = [*USER, whole.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "Rain."}]
    assert chat(model="compatible/chunks=2", messages=following, tools=tools).choices[0].message.content == words(2)


def a_schema_for_the_answer_is_passed_on():
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
    raw = client.chat.completions.with_raw_response.create(
        model="openai/gpt-4o-mini",
        messages=USER,
        response_format={"type": "json_schema", "json_schema": {"name": "place", "strict": True, "schema": schema}},
    )
    stored = api(f"/executions/{raw.headers['x-krowoc-execution']}")
    assert stored["parameters"]["json_schema"] == schema, stored


def a_saved_prompt_is_run_by_its_slug_with_variables():
    raw = client.chat.completions.with_raw_response.create(
        model="prompt:release-notes", messages=[], extra_body={"variables": {"topic": "sync"}}
    )
    assert raw.parse().choices[0].message.content == words(5)
    stored = api(f"/executions/{raw.headers['x-krowoc-execution']}")
    assert stored["messages"][0]["text"] == "Write notes on sync in a dry tone."
    stream = chat(model="prompt:release-notes@1", messages=[], stream=True, metadata={"topic": "UI", "tone": "warm"})
    assert collect(stream)[0] == words(5)
    refused(
        openai.NotFoundError, 404, "model_not_found", lambda: chat(model="prompt:release-notes@9", metadata={"topic": "x"})
    )
    refused(openai.BadRequestError, 400, "invalid_field", lambda: chat(model="prompt:no-model", metadata={"word": "x"}))
    other = {"variables": {"topic": "sync"}, "run_model": "openai/gpt-4o"}
    error = refused(
        openai.PermissionDeniedError,
        403,
        "model_not_allowed",
        lambda: chat(model="prompt:release-notes", messages=[], extra_body=other),
    )
    assert "gpt-4o-mini" in error.message


def models_are_listed_and_found():
    ids = [model.id for model in client.models.list()]
    assert "openai/gpt-4o-mini" in ids and "prompt:release-notes" in ids
    assert client.models.retrieve("openai/gpt-4o-mini").owned_by == "openai"
    refused(openai.NotFoundError, 404, "model_not_found", lambda: client.models.retrieve("openai/none"))


def a_wrong_token_and_a_token_without_the_scope_are_refused():
    wrong, reader = make("krw_" + "A" * 43), make(os.environ["KROWOC_SDK_READER"])
    refused(openai.AuthenticationError, 401, "invalid_api_key", lambda: chat(wrong, model="openai/gpt-4o-mini"))
    refused(openai.PermissionDeniedError, 403, "missing_scope", lambda: chat(reader, model="openai/gpt-4o-mini"))


def what_is_not_there_or_not_right_is_told():
    refused(openai.NotFoundError, 404, "model_not_found", lambda: chat(model="openai/no-such-model"))
    refused(openai.NotFoundError, 404, "model_not_found", lambda: chat(model="prompt:none"))
    hot = refused(openai.BadRequestError, 400, "invalid_value", lambda: chat(model="gpt-4o-mini", temperature=3))
    assert hot.param == "temperature"


def a_budget_that_is_reached_is_402():
    poor = make(os.environ["KROWOC_SDK_POOR"], retries=2)
    error = refused(openai.APIStatusError, 402, "budget_reached", lambda: chat(poor, model="openai/gpt-4o-mini"))
    assert "ceiling" in error.message, error.message


def a_provider_that_limits_is_429_and_the_client_does_not_ask_again():
    eager, before = make(retries=2), len(api("/executions?limit=100")["executions"])
    for stream in [False, True]:
        try:
            chat(eager, model="compatible/status=429.retry=0", stream=stream)
            raise AssertionError("it was answered")
        except openai.RateLimitError:
            pass
    assert len(api("/executions?limit=100")["executions"]) == before + 2


def a_failure_in_the_middle_of_a_stream_is_raised_never_a_good_end():
    for model in ["compatible/chunks=9.fail=3", "compatible/chunks=9.short=700"]:
        text = ""
        try:
            for chunk in chat(model=model, stream=True):
                text += chunk.choices[0].delta.content or ""
            raise AssertionError("it ended well")
        except openai.APIError:
            assert text.startswith("słowo0 "), text


def a_client_that_goes_away_stops_the_run():
    with client.chat.completions.with_streaming_response.create(
        model="compatible/stall=3", messages=USER, stream=True
    ) as response:
        execution = response.headers["x-krowoc-execution"]
        next(response.iter_lines())
    # It is noticed when the server writes the next time, some seconds later; the bound is for a broken server alone.
    for _ in range(1200):
        if api(f"/executions/{execution}")["state"] == "cancelled":
            return
        time.sleep(0.05)
    raise AssertionError("it goes on")


CASES = [
    an_answer_comes_whole_with_its_usage,
    a_bare_model_is_the_one_that_there_is_a_key_for,
    an_answer_streams_and_ends_with_its_usage_when_that_is_asked,
    tool_calls_are_passed_through_both_ways,
    a_schema_for_the_answer_is_passed_on,
    a_saved_prompt_is_run_by_its_slug_with_variables,
    models_are_listed_and_found,
    a_wrong_token_and_a_token_without_the_scope_are_refused,
    what_is_not_there_or_not_right_is_told,
    a_budget_that_is_reached_is_402,
    a_provider_that_limits_is_429_and_the_client_does_not_ask_again,
    a_failure_in_the_middle_of_a_stream_is_raised_never_a_good_end,
    a_client_that_goes_away_stops_the_run,
]

if __name__ == "__main__":
    failed = 0
    for case in CASES:
        name = case.__name__.replace("_", " ")
        try:
            case()
            print(f"ok   python: {name}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL python: {name}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)
