//! What a run would take, before anything is sent. Not what it cost.

use super::gateway::Route;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::{ModelRequest, Parameters};
use krowoc_shared::execution::usage::Usage;
use krowoc_shared::prompts::estimate_tokens;

/// Output tokens that are reckoned with when neither the request nor the catalogue says how many there may be.
const USUAL_OUTPUT: u64 = 8_192;
/// Tokens around each message.
const PER_MESSAGE: usize = 4;

/// Input tokens of a request, roughly.
#[must_use]
pub fn input(call: &ModelRequest) -> u64 {
    let message = |message: &krowoc_shared::execution::request::Message| {
        let calls = message.tool_calls.iter();
        let calls: usize = calls
            .map(|call| {
                estimate_tokens(&call.name).saturating_add(estimate_tokens(&call.arguments))
            })
            .sum();
        estimate_tokens(&message.text)
            .saturating_add(calls)
            .saturating_add(PER_MESSAGE)
    };
    let messages: usize = call.messages.iter().map(message).sum();
    let json = |value: &serde_json::Value| estimate_tokens(&value.to_string());
    let tools: usize = call.tools.iter().map(json).sum();
    let schema = call.parameters.json_schema.as_ref().map_or(0, json);
    u64::try_from(messages.saturating_add(tools).saturating_add(schema)).unwrap_or(u64::MAX)
}

/// Most output tokens of a request to a model.
#[must_use]
pub fn output(route: &Route, parameters: &Parameters) -> u64 {
    let asked = parameters.max_output_tokens.map(u64::from);
    match (asked, route.max_output) {
        (Some(asked), Some(most)) => asked.min(most),
        (Some(asked), None) => asked,
        (None, Some(most)) => most,
        (None, None) => USUAL_OUTPUT,
    }
}

/// Cost of some tokens; `None` for a model without a price.
#[must_use]
pub fn cost(route: &Route, input: u64, output: u64) -> Option<NanoUsd> {
    let price = route.price.as_ref()?;
    (price.of)(&Usage::tokens(input, output))
}
