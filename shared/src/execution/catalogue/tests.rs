//! Tests of the catalogue's file format and its seed. Not of how a store keeps it.

use super::*;
use crate::execution::price::{PriceKey, cost};
use crate::execution::usage::{Unit, Usage};
use serde_json::json;

fn small() -> String {
    json!({
        "format": 1,
        "source": "a test",
        "extractors": {"chat": {
            "root": "usage", "model": "model",
            "parts": {"input_tokens": ["prompt_tokens!"], "output_tokens": ["completion_tokens!"]},
        }},
        "providers": [
            {"id": "acme", "name": "Acme", "api": "https://api\\.acme\\.com", "ids": "*acme*", "models_match": "rocket*",
             "extractors": {"default": "chat"}, "models": [
                {"id": "rocket-2", "name": "Rocket 2", "match": ["rocket-2", "rocket-2-20*"], "context": 8000, "max_output": 800,
                 "capabilities": ["text"], "prices": {"input_mtok": "0.15", "output_mtok": "0.6"}},
                {"id": "anvil", "deprecated": true},
            ]},
            {"id": "resale", "fallbacks": ["acme"], "other_prices": {"input_mtok": "0", "output_mtok": "0"}, "models": [
                {"id": "own", "prices": [{"prices": {"input_mtok": "1"}},
                    {"when": {"from": "2026-01-01"}, "prices": {"input_mtok": "2"}}]},
            ]},
        ],
    })
    .to_string()
}

fn parse(text: &str) -> Catalogue {
    Catalogue::parse(text).unwrap()
}

fn mistakes(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut value: Value = serde_json::from_str(&small()).unwrap();
    change(&mut value);
    let mistakes = Catalogue::parse(&value.to_string()).unwrap_err();
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_model_is_found_by_its_names_in_its_own_list_then_in_those_that_stand_in() {
    let catalogue = parse(&small());
    let id = |offerer: &str, name: &str| {
        let found = catalogue.find_in(catalogue.offerer(offerer).unwrap(), name);
        found.model.map(|model| model.id.clone())
    };
    assert_eq!(id("acme", "Rocket-2-2026").as_deref(), Some("rocket-2"));
    assert_eq!(id("acme", "rocket-22"), None);
    assert_eq!(id("ACME-cloud ", "ANVIL").as_deref(), Some("anvil"));
    assert_eq!(id("resale", "rocket-2").as_deref(), Some("rocket-2"));
    assert_eq!(id("acme", "own"), None);
    assert!(catalogue.offerer("nobody").is_none());
    let at = catalogue
        .offerer_at("https://API.acme.com/v1")
        .map(|offerer| offerer.id.as_str());
    assert_eq!(at, Some("acme"));
    assert!(
        catalogue
            .offerer_at("https://evil.com/https://api.acme.com")
            .is_none()
    );
    assert_eq!(catalogue.offerer_of_model("rocket-9").unwrap().id, "acme");
}

#[test]
fn a_listed_model_without_prices_is_unpriced_and_one_in_no_list_has_the_prices_for_others() {
    let catalogue = parse(&small());
    let prices = |offerer: &str, name: &str| {
        let found = catalogue.find_in(catalogue.offerer(offerer).unwrap(), name);
        found.prices.is_some()
    };
    assert!(
        prices("acme", "rocket-2") && !prices("acme", "anvil") && !prices("acme", "unheard-of")
    );
    assert!(prices("resale", "unheard-of") && !prices("resale", "anvil"));
}

#[test]
fn usage_is_read_as_the_catalogue_says() {
    let catalogue = parse(&small());
    let body = json!({"model": "rocket-2", "usage": {"prompt_tokens": 3, "completion_tokens": 4}});
    assert_eq!(
        catalogue.extract("acme", "default", &body).unwrap().usage,
        Usage::tokens(3, 4)
    );
    let error = catalogue.extract("acme", "chat", &body).unwrap_err();
    assert_eq!(error.to_string(), "no extractor is known for acme, chat");
}

#[test]
fn a_catalogue_is_written_as_it_is_read() {
    let catalogue = parse(&small());
    let text = catalogue.to_json().unwrap();
    assert_eq!(parse(&text), catalogue);
    assert_eq!(parse(&text).to_json().unwrap(), text);
}

#[test]
fn every_mistake_is_named_by_its_place_with_the_fix() {
    let all = mistakes(|value| {
        value["providers"][0]["models"][0]["prices"]["input_mtok"] = json!(0.15);
        value["providers"][0]["models"][0]["context"] = json!(0);
        value["providers"][0]["models"][1]["price"] = json!({});
        value["providers"][1]["fallbacks"] = json!(["nobody"]);
        value["providers"][1]["models"][0]["match"] = json!({"regex": "("});
        value["providers"][0]["extractors"]["other"] = json!("none");
    });
    for (place, fix) in [
        ("acme/rocket-2: prices", "decimal text"),
        ("acme/rocket-2: context", "from 1 up"),
        ("acme/anvil", "price is not known"),
        ("resale: fallbacks", "nobody"),
        ("resale/own: match", "cannot be read"),
        ("acme: extractors", "none is not among"),
    ] {
        assert!(
            all.iter()
                .any(|line| line.starts_with(place) && line.contains(fix)),
            "{place}: {all:#?}"
        );
    }
    assert_eq!(all.len(), 6, "{all:#?}");
}

#[test]
fn what_is_there_twice_or_no_catalogue_is_refused() {
    let twice = mistakes(|value| {
        let model = value["providers"][0]["models"][0].clone();
        value["providers"][0]["models"]
            .as_array_mut()
            .unwrap()
            .push(model);
    });
    assert_eq!(
        twice,
        ["acme/rocket-2: the model is there twice: leave one out"]
    );
    assert!(mistakes(|value| value["format"] = json!(2))[0].contains("\"format\": 1"));
    assert!(mistakes(|value| value["providers"] = json!([]))[0].contains("no providers"));
    for text in [
        "",
        "[]",
        "null",
        "{\"format\": 1",
        "{\"format\": 1, \"providers\": [3]}",
    ] {
        assert!(Catalogue::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_refresh_shows_what_it_changes() {
    let old = parse(&small());
    let mut new = old.clone();
    assert_eq!(differences(&old, &new), []);
    let acme = &mut new.offerers[0];
    acme.models[0].prices =
        serde_json::from_value(json!({"input_mtok": "0.2", "output_mtok": "0.6"})).unwrap();
    acme.models[0].max_output = Some(900);
    acme.models[1].id = "hammer".to_owned();
    acme.name = "Acme Inc".to_owned();
    new.offerers.remove(1);
    let lines: Vec<_> = differences(&old, &new)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        lines,
        [
            "acme differs in name",
            r#"acme/rocket-2 costs {"input_mtok":"0.2","output_mtok":"0.6"} instead of {"input_mtok":"0.15","output_mtok":"0.6"}"#,
            "acme/rocket-2 differs in max_output",
            "acme/anvil is gone",
            "acme/hammer is new, unpriced",
            "resale is gone, with 1 models",
        ]
    );
}

#[test]
fn facts_add_what_is_missing_and_leave_known_prices_alone() {
    let facts = json!({"format": 1, "providers": [
        {"id": "acme", "models": [
            {"id": "rocket-2", "max_output": 900, "prices": {"input_mtok": "9"}},
            {"id": "anvil", "prices": {"input_mtok": "9"}},
            {"id": "new"},
        ]},
        {"id": "other", "models": []},
    ]});
    let before = parse(&small());
    let after = before.clone().with(parse(&facts.to_string()));
    let acme = &after.offerers[0];
    assert_eq!(acme.models[0].prices, before.offerers[0].models[0].prices);
    assert_eq!(
        (acme.models[0].max_output, acme.models[0].context),
        (Some(900), Some(8000))
    );
    assert!(acme.models[0].goes_by("rocket-2-2026"));
    assert!(acme.models[1].prices.is_some() && acme.models[1].deprecated);
    assert_eq!(acme.models.len(), 3);
    assert_eq!(after.offerers.len(), 3);
}

#[test]
fn a_file_of_genai_prices_keeps_every_digit() {
    let text = r#"[{"id": "acme", "name": "Acme", "api_pattern": "https://acme", "model_match": {"or": [{"starts_with": "r"}]},
        "extractors": [{"api_flavor": "default", "root": ["a", "b"], "model_path": "m", "mappings": [
            {"path": ["d", {"type": "array-match", "field": "k", "match": {"equals": "T"}}, "n"], "dest": "input_tokens", "required": false},
            {"path": "x", "dest": "input_tokens", "required": true}]}],
        "models": [
            {"id": "one", "match": {"equals": "one"}, "prices": {"input_mtok": 0.08333333333333334, "output_mtok": null}},
            {"id": "two", "match": {"equals": "2"}, "prices": [
                {"prices": {"input_mtok": {"base": 1.10, "tiers": [{"start": 10, "price": 2e-1}]}}},
                {"constraint": {"start_time": "00:30:00Z", "end_time": "16:30:00Z"}, "prices": {"input_mtok": 0.27}}]},
            {"id": "three", "match": {"equals": "three"}, "prices": {}},
            {"id": "four", "match": {"equals": "four"}}]}]"#;
    let catalogue = from_genai_prices(text).unwrap();
    let acme = &catalogue.offerers[0];
    let rate = |model: usize, at, input| {
        let set = acme.models[model].prices.as_ref().unwrap().at(at);
        set.get(PriceKey::Of(Unit::InputTokens))
            .unwrap()
            .rate(input)
            .to_string()
    };
    assert_eq!(rate(0, 0, 0), "0.08333333333333334");
    assert_eq!(
        (rate(1, 0, 10), rate(1, 0, 11), rate(1, 3_600_000, 0)),
        ("1.1".into(), "0.2".into(), "0.27".into())
    );
    assert_eq!(
        (&acme.models[2].prices, &acme.models[3].prices),
        (&None, &None)
    );
    assert_eq!(acme.models[0].matching, None);
    let body = json!({"a": {"b": {"x": 2, "d": [{"k": "t", "n": 3}]}}});
    assert_eq!(
        catalogue.extract("acme", "default", &body).unwrap().usage,
        {
            let mut five = Usage::default();
            five.add(Unit::InputTokens, 5);
            five
        }
    );
}

#[test]
fn what_a_file_of_genai_prices_says_and_we_cannot_is_named() {
    let with = |model: &str| {
        let text = format!(
            r#"[{{"id": "acme", "name": "Acme", "models": [{{"id": "one", "match": {{"equals": "one"}}, {model}}}]}}]"#
        );
        from_genai_prices(&text).unwrap_err()[0].to_string()
    };
    assert!(
        with(r#""prices": {"input_quarks": 1}"#)
            .starts_with("acme/one: input_quarks is not a price")
    );
    assert!(with(r#""prices": {"input_mtok": -1}"#).contains("acme/one: input_mtok"));
    assert!(with(r#""prices": {"cache_read_mtok": 1}"#).contains("input_mtok"));
    assert!(
        with(r#""prices": [{"constraint": {"weekday": "Monday"}, "prices": {"input_mtok": 1}}]"#)
            .contains("weekday")
    );
    assert!(
        with(r#""prices": [{"prices": {}}, {"prices": {"input_mtok": 1}}]"#).contains("no rates")
    );
    assert!(from_genai_prices("{}").is_err());
}

#[test]
fn the_seed_knows_the_providers_that_we_call_and_their_models() {
    let seed = seed().unwrap_or_else(|mistakes| panic!("{}", mistakes[0]));
    assert_eq!(seed.to_json().unwrap(), include_str!("seed.json"));
    for provider in Provider::ALL {
        assert_eq!(
            seed.offerer_of(*provider, None).is_some(),
            *provider != Provider::Compatible,
            "{provider}"
        );
    }
    let find = |provider, model: &str| seed.find(provider, None, model).unwrap();
    let flash = find(Provider::Gemini, "gemini-2.5-flash");
    assert_eq!(flash.model.unwrap().max_output, Some(65_536));
    let at = "2026-01-01"
        .parse::<crate::execution::price::Day>()
        .unwrap()
        .begins();
    let costed = cost(
        flash.prices.unwrap(),
        at,
        &Usage::tokens(1_000_000, 1_000_000),
    )
    .unwrap();
    assert_eq!(costed.total.to_string(), "2.80");
    let imagen = find(Provider::Gemini, "imagen-3.0-generate-002");
    let images = imagen.prices.unwrap().at(at);
    assert!(images.get(PriceKey::Of(Unit::OutputImages)).is_some() && !images.covers_text());
    for (provider, model) in [
        (Provider::Openai, "gpt-4o-mini"),
        (Provider::Anthropic, "claude-sonnet-4-5-20250929"),
        (Provider::Groq, "llama-3.3-70b-versatile"),
        (Provider::Cerebras, "gpt-oss-120b"),
        (Provider::Mistral, "mistral-large-latest"),
        (Provider::Openrouter, "anthropic/claude-sonnet-4.5"),
        (Provider::Ollama, "whatever runs here"),
    ] {
        assert!(find(provider, model).prices.is_some(), "{provider}/{model}");
    }
    let compatible = seed.find(
        Provider::Compatible,
        Some("https://api.deepseek.com/v1"),
        "deepseek-chat",
    );
    assert!(compatible.unwrap().prices.is_some());
    assert!(
        seed.find(
            Provider::Compatible,
            Some("https://llm.example.com"),
            "deepseek-chat"
        )
        .is_none()
    );
}

#[test]
fn what_nobody_says_is_free_is_unpriced_and_what_is_free_costs_nothing() {
    let seed = seed().unwrap_or_else(|mistakes| panic!("{}", mistakes[0]));
    let prices = |provider, url: Option<&str>, model: &str| {
        seed.find(provider, url, model).unwrap().prices.cloned()
    };
    for (provider, model) in [
        (Provider::Cerebras, "qwen-3-coder-480b"),
        (Provider::Gemini, "gemma-3-27b-it"),
        (Provider::Mistral, "mistral-nemo:free"),
    ] {
        assert_eq!(prices(provider, None, model), None, "{provider}/{model}");
    }
    let here = Some("http://localhost:11434");
    for (provider, url, model) in [
        (Provider::Openrouter, None, "deepcoder-14b-preview:free"),
        (Provider::Ollama, here, "llama3.2"),
    ] {
        let found = prices(provider, url, model).unwrap();
        let costed = cost(&found, 0, &Usage::tokens(9, 9)).unwrap();
        assert_eq!((costed.total.0, costed.unpriced.len()), (0, 0), "{model}");
    }
    let hosted = Some("https://ollama.com");
    assert_eq!(prices(Provider::Ollama, hosted, "llama3.2"), None);
    assert_eq!(prices(Provider::Ollama, here, "gpt-oss:120b-cloud"), None);
}
