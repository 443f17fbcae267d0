//! Tests of reading usage out of answers. Not of what it costs.

use super::*;
use crate::execution::request::Provider;
use serde_json::json;

fn extractor(value: Value) -> Extractor {
    serde_json::from_value(value).unwrap()
}

fn chat() -> Extractor {
    extractor(json!({
        "root": "usage",
        "model": "model",
        "parts": {
            "input_tokens": ["prompt_tokens!"],
            "output_tokens": ["completion_tokens!", "reasoning_tokens"],
            "cache_read_tokens": ["prompt_tokens_details.cached_tokens"],
        },
    }))
}

fn parts(usage: &Usage) -> Value {
    serde_json::to_value(usage).unwrap()
}

#[test]
fn usage_is_read_added_up_and_stripped_of_nothings() {
    let body = json!({
        "model": "gpt-x",
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 7.0,
            "reasoning_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    });
    let read = chat().extract(&body).unwrap();
    assert_eq!(read.model.as_deref(), Some("gpt-x"));
    assert_eq!(
        parts(&read.usage),
        json!({"input_tokens": 10, "output_tokens": 10})
    );
}

#[test]
fn what_must_be_there_is_named_with_its_place() {
    let error = |body: Value| chat().extract(&body).unwrap_err().to_string();
    assert_eq!(error(json!({})), "nothing stands at usage");
    assert_eq!(error(json!([])), "the answer is not an object");
    assert_eq!(error(json!({"usage": null})), "usage is not an object");
    assert_eq!(
        error(json!({"usage": {"prompt_tokens": 1}})),
        "nothing stands at usage.completion_tokens"
    );
    assert_eq!(
        error(json!({"usage": {"prompt_tokens": "1", "completion_tokens": 1}})),
        "usage.prompt_tokens is not a number"
    );
    for bad in [json!(-1), json!(true), json!(1e30)] {
        let body = json!({"usage": {"prompt_tokens": 1, "completion_tokens": bad}});
        assert_eq!(
            error(body),
            "usage.completion_tokens is not a number from 0 up"
        );
    }
}

#[test]
fn what_need_not_be_there_is_passed_over_when_it_is_of_another_type_but_not_when_it_is_a_truth_value()
 {
    let body = |cached: Value| json!({"usage": {"prompt_tokens": 1, "completion_tokens": 1, "prompt_tokens_details": cached}});
    for harmless in [
        json!(null),
        json!([]),
        json!("x"),
        json!({"cached_tokens": "4"}),
        json!({"cached_tokens": null}),
    ] {
        assert_eq!(
            chat().extract(&body(harmless)).unwrap().usage,
            Usage::tokens(1, 1)
        );
    }
    assert!(
        chat()
            .extract(&body(json!({"cached_tokens": false})))
            .is_err()
    );
}

#[test]
fn a_list_is_entered_by_what_its_items_say() {
    let by_kind = extractor(json!({
        "root": "meta.usage",
        "model": "model",
        "parts": {"input_audio_tokens": ["details[kind=audio].count"], "input_tokens": ["total"]},
    }));
    let body = json!({"meta": {"usage": {"total": 9, "details": [
        3, {"kind": 1}, {"kind": "text", "count": 5}, {"kind": "AUDIO", "count": 4}, {"kind": "audio", "count": 7},
    ]}}});
    let usage = by_kind.extract(&body).unwrap().usage;
    assert_eq!(
        parts(&usage),
        json!({"input_audio_tokens": 4, "input_tokens": 9})
    );
    let nothing = json!({"meta": {"usage": {"details": {}}}});
    let error = by_kind.extract(&nothing).unwrap_err();
    assert_eq!(
        error,
        ExtractError::Nothing {
            root: "meta.usage".to_owned()
        }
    );
}

#[test]
fn a_fraction_of_a_unit_counts_as_a_whole_one() {
    let seconds =
        extractor(json!({"root": "u", "model": "m", "parts": {"audio_seconds": ["a", "b"]}}));
    let read = |body: Value| {
        seconds
            .extract(&body)
            .unwrap()
            .usage
            .get(Unit::AudioSeconds)
    };
    assert_eq!(read(json!({"u": {"a": 1.25}})), 2);
    assert_eq!(read(json!({"u": {"a": 1.5, "b": 1.5}})), 3);
}

#[test]
fn a_path_is_written_as_it_is_read_and_wrong_ones_are_refused() {
    for text in ["usage", "a.b.c", "a[kind=TEXT].b", "a.b[x=y].c.d"] {
        assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
    }
    for text in ["", "a.", ".a", "a[b].c", "a[b=c]", "a[b=c.d", "a]b", "a!b"] {
        assert!(text.parse::<Path>().is_err(), "{text}");
    }
}

#[test]
fn every_path_of_our_own_tables_can_be_read() {
    for (flavour, sources) in [
        (Flavour::Chat, 7),
        (Flavour::Responses, 5),
        (Flavour::Anthropic, 10),
        (Flavour::Gemini, 32),
        (Flavour::Ollama, 2),
    ] {
        let extractor = flavour.extractor();
        let count: usize = extractor.parts.values().map(Vec::len).sum();
        assert_eq!(count, sources, "{flavour:?}");
    }
}

#[test]
fn anthropic_input_is_what_was_sent_read_from_and_written_to_the_cache() {
    let raw = json!({
        "input_tokens": 10,
        "cache_creation_input_tokens": 200,
        "cache_read_input_tokens": 3_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 150, "ephemeral_1h_input_tokens": 50},
        "output_tokens": 7,
        "server_tool_use": {"web_search_requests": 2},
    });
    let usage = of_provider(Provider::Anthropic, &raw).unwrap();
    let expected = json!({
        "input_tokens": 3_210, "output_tokens": 7, "cache_read_tokens": 3_000, "cache_write_tokens": 200,
        "cache_write_5m_tokens": 150, "cache_write_1h_tokens": 50, "web_searches": 2,
    });
    assert_eq!(parts(&usage), expected);
}

#[test]
fn gemini_thoughts_are_output_and_cached_tokens_part_of_the_prompt() {
    let raw = json!({
        "promptTokenCount": 100, "cachedContentTokenCount": 60, "candidatesTokenCount": 20, "thoughtsTokenCount": 30,
        "totalTokenCount": 150, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 100}],
    });
    let usage = of_provider(Provider::Gemini, &raw).unwrap();
    let expected = json!({
        "input_tokens": 100, "cache_read_tokens": 60, "input_text_tokens": 100, "output_tokens": 50,
        "output_reasoning_tokens": 30,
    });
    assert_eq!(parts(&usage), expected);
}

#[test]
fn openai_has_two_shapes_and_others_speak_the_first() {
    let chat = json!({
        "prompt_tokens": 9, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 2},
    });
    let responses = json!({
        "input_tokens": 9, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 4},
        "output_tokens_details": {"reasoning_tokens": 2},
    });
    let expected = json!({"input_tokens": 9, "output_tokens": 5, "cache_read_tokens": 4, "output_reasoning_tokens": 2});
    for provider in [
        Provider::Openai,
        Provider::Groq,
        Provider::Cerebras,
        Provider::Mistral,
        Provider::Openrouter,
        Provider::Compatible,
    ] {
        assert_eq!(
            parts(&of_provider(provider, &chat).unwrap()),
            expected,
            "{provider}"
        );
    }
    assert_eq!(
        parts(&of_provider(Provider::Openai, &responses).unwrap()),
        expected
    );
}

#[test]
fn ollama_counts_what_it_evaluated() {
    let raw = json!({"model": "qwen3", "done": true, "prompt_eval_count": 26, "eval_count": 298, "total_duration": 5});
    assert_eq!(
        of_provider(Provider::Ollama, &raw).unwrap(),
        Usage::tokens(26, 298)
    );
}

#[test]
fn a_usage_object_that_says_nothing_is_an_error_and_not_free() {
    for provider in Provider::ALL {
        for raw in [json!({}), json!(null), json!([1]), json!({"other": 3})] {
            assert!(of_provider(*provider, &raw).is_err(), "{provider} {raw}");
        }
    }
}
