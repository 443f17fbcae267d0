//! Words of running a prompt: the run page, models, parameters, states and failures.

use crate::format::{count, plural};
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::ExecutionState;

words! {
    RUN = "Run";
    RUN_AGAIN = "Run again";
    TITLE = "Run";
    INLINE = "A text";
    INLINE_TITLE = "Run a text";
    LIBRARY = "Library";
    PATH = "Path";
    LOADING = "Loading the prompt";
    LOAD_FAILED = "The prompt could not be loaded";
    TEXT = "Text to run";
    TEXT_PLACEHOLDER = "Write what the model is asked. {{name}} makes a field.";
    SYSTEM = "Instructions before it";
    SYSTEM_PLACEHOLDER = "Optional: who the model is, how it is to answer";
    INPUT = "What to work on";
    INPUT_HINT = "This prompt is instructions: what you write here is sent after them.";
    NO_VARIABLES = "This prompt has no variables.";
    MODELS = "Models";
    ADD_MODEL = "Add a model";
    CHOOSE = "Choose models";
    DONE = "Done";
    FIND_MODEL = "Find a model";
    PROVIDER = "Provider";
    ALL_PROVIDERS = "All providers";
    USABLE_ONLY = "Only with a key";
    LOADING_MODELS = "Loading the models";
    MODELS_FAILED = "The models could not be loaded";
    NO_MODEL = "No model matches";
    NO_MODEL_TEXT = "Look for another word or for all providers. A model of a server of your own is typed out, such as compatible/its-name.";
    MORE_MODELS = "More models";
    UNPRICED = "no known price";
    WHY_NOT_ALLOWED = "this prompt allows other models only";
    WHY_INACTIVE = "out of use";
    WHY_FULL = "four at most; take one away first";
    ADD_KEY = "Add one";
    PARAMETERS = "Parameters";
    TEMPERATURE = "Temperature";
    MAX_OUTPUT = "Most tokens out";
    TOP_P = "Top p";
    SEED = "Seed";
    EFFORT = "Reasoning effort";
    STOP = "Stop at";
    STOP_HINT = "One text a line, at most four.";
    SCHEMA = "JSON schema of the answer";
    SCHEMA_HINT = "For providers that have it.";
    ESTIMATE = "Estimate";
    ESTIMATE_NOTE = "The larger amount is reserved before anything is sent, and settled by what is used.";
    ESTIMATE_FAILED = "No estimate: ";
    FAULTS = "This stands in the way of a run";
    NO_TEXT = "Write a text first.";
    NO_MODELS = "Choose a model.";
    NO_INPUT = "Write what the instructions are to work on.";
    STOP_ALL = "Stop all";
    STOP_ONE = "Stop";
    STOPPING = "Stopping";
    SENDING = "Sending";
    REASONING = "Reasoning";
    ANSWER = "Answer";
    TO_END = "To the end";
    NO_OUTPUT = "No text came.";
    LONG = "This answer is very long; its beginning is shown. Copy has all of it.";
    FIRST_TOKEN = "First token";
    TOTAL = "Total";
    SO_FAR = "So far";
    TOKENS = "Tokens";
    COST = "Cost";
    STATE = "State";
    MODEL = "Model";
    ATTEMPTS = "Attempts";
    IN = "In";
    OUT = "Out";
    SPEED = "Tokens a second";
    TOGETHER = "Together";
    SIDE_BY_SIDE = "Side by side";
    COMPARE = "Compare two";
    COMPARE_FROM = "From";
    COMPARE_TO = "To";
    AGAINST = "against";
    SAME_TEXT = "The two texts are the same.";
    RATE_GOOD = "Good answer";
    RATE_BAD = "Bad answer";
    COPY = "Copy";
    SAVE_SNIPPET = "Save as snippet";
    SAVED_SNIPPET = "Saved as a snippet";
    SAVED_BEFORE = "It is a snippet there already";
    SNIPPET_WHERE = "Library that the snippet goes into";
    DETAILS = "Details";
    HISTORY = "Earlier runs";
    EMPTY = "Nothing has run here yet";
    EMPTY_TEXT = "Fill the variables, choose one to four models, and press Run. The answers appear side by side.";
    RECONNECTING = "The connection was lost. The run goes on; this page reads the rest as soon as the server answers.";
    TO_KEYS = "Open API keys";
    TO_BUDGET = "Open the budget";
    ADVICE_AUTH = "The provider refused the key. Test it or replace it.";
    ADVICE_MONEY = "The provider's account has no credit or quota left. Add credit there; it is not tried again by itself.";
    ADVICE_RATE = "The provider asked to slow down. Wait, or use another model.";
    ADVICE_OVERLOADED = "The provider has no capacity now. Try later, or use another model.";
    ADVICE_TIMEOUT = "Nothing came within the response window. Make the window longer in the prompt's settings, or try again.";
    ADVICE_TRUNCATED = "The stream ended without the provider's end mark, so this is not counted as success. The partial text is kept.";
    ADVICE_BLOCKED = "The provider refused to answer for reasons of content. Change the text.";
    ADVICE_INVALID = "The provider did not understand the request. Change the parameters or the model.";
    ADVICE_NETWORK = "The provider could not be reached, or the connection broke. Try again.";
    ADVICE_PROVIDER = "The provider failed. Try again.";
    ADVICE_CANCELLED = "It was stopped; what came is kept.";
    SETTINGS = "Running it";
    DEFAULT_MODEL = "Default model";
    SET_MODEL = "Choose a model";
    ALLOWED = "Allowed models";
    ALLOW_MODEL = "Allow a model";
    ANY_ALLOWED = "Any model may run it.";
    FALLBACKS = "If it fails, try";
    ADD_FALLBACK = "Add a fallback";
    WINDOW = "Wait at most";
    WINDOW_HINT = "Seconds, 1 to 600; 30 when empty.";
    WINDOW_WRONG = "Write whole seconds from 1 to 600.";
    ROLE = "The text is";
    ROLE_USER = "what is asked";
    ROLE_SYSTEM = "instructions for an input";
    UNNAMED = "Untitled";
}

/// A state's name.
#[must_use]
pub const fn state(state: ExecutionState) -> &'static str {
    match state {
        ExecutionState::Waiting => "Waiting",
        ExecutionState::Running => "Streaming",
        ExecutionState::Completed => "Done",
        ExecutionState::Failed => "Failed",
        ExecutionState::Truncated => "Truncated",
        ExecutionState::Cancelled => "Stopped",
    }
}

/// A class's name.
#[must_use]
pub const fn class(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Timeout => "No answer in time",
        FailureClass::RateLimited => "Rate limited",
        FailureClass::Overloaded => "Overloaded",
        FailureClass::ProviderError => "Provider error",
        FailureClass::Truncated => "Truncated",
        FailureClass::Auth => "Key refused",
        FailureClass::Money => "No credit",
        FailureClass::Blocked => "Blocked",
        FailureClass::InvalidRequest => "Not understood",
        FailureClass::Network => "Not reached",
        FailureClass::Cancelled => "Stopped",
    }
}

/// What the provider itself said.
#[must_use]
pub fn provider_said(message: &str, status: Option<u16>, code: Option<&str>) -> Option<String> {
    let marks: Vec<String> = status
        .map(|status| status.to_string())
        .into_iter()
        .chain(code.map(str::to_owned))
        .collect();
    match (message.trim(), marks.is_empty()) {
        ("", true) => None,
        ("", false) => Some(marks.join(", ")),
        (message, true) => Some(message.to_owned()),
        (message, false) => Some(format!("{message} ({})", marks.join(", "))),
    }
}

/// How many models are chosen.
#[must_use]
pub fn chosen(n: usize, most: usize) -> String {
    if most == 1 {
        return if n == 0 { "None chosen" } else { "1 chosen" }.to_owned();
    }
    format!("{n} of at most {most} chosen")
}

/// How many models there are.
#[must_use]
pub fn models(n: u64) -> String {
    plural(n, "model", "models")
}

/// Provider and context of a model.
#[must_use]
pub fn facts(provider: &str, context: Option<u64>) -> String {
    match context {
        Some(context) => format!("{provider} · {} tokens of context", short_count(context)),
        None => provider.to_owned(),
    }
}

/// A count of tokens, short: `128 k`, `1 M`.
#[must_use]
pub fn short_count(n: u64) -> String {
    match n {
        0..10_000 => count(n),
        10_000..1_000_000 => format!("{} k", n / 1_000),
        _ if n % 1_000_000 < 100_000 => format!("{} M", n / 1_000_000),
        _ => format!("{}.{} M", n / 1_000_000, n % 1_000_000 / 100_000),
    }
}

/// Prices of a million tokens in and out.
#[must_use]
pub fn prices(input: &str, output: &str, tiered: bool) -> String {
    let from = if tiered { "from " } else { "" };
    format!("{from}{input} in, {output} out")
}

/// Why a model cannot be called.
#[must_use]
pub fn why_no_key(provider: &str) -> String {
    format!("no key for {provider}.")
}

/// What holds where a field is empty.
#[must_use]
pub fn or_usual(value: &str) -> String {
    if value.is_empty() {
        "the provider's own".to_owned()
    } else {
        value.to_owned()
    }
}

/// How many are under way.
#[must_use]
pub fn under_way(running: usize, all: usize, time: &str) -> String {
    if all == 1 {
        format!("Under way, {time}")
    } else {
        format!("{running} of {all} under way, {time}")
    }
}

/// All have ended.
#[must_use]
pub fn ended(done: usize, all: usize) -> String {
    if done == all {
        if all == 1 {
            "Done".to_owned()
        } else {
            format!("All {all} done")
        }
    } else {
        format!("{done} of {all} done")
    }
}

/// An attempt that waits for its turn.
#[must_use]
pub fn waits(number: u32, class: &str, wait: &str) -> String {
    format!("Attempt {number} failed: {class}. The next begins in {wait}.")
}

/// An attempt after others.
#[must_use]
pub fn attempt(number: u32, before: &str) -> String {
    format!("Attempt {number}. The one before failed: {before}.")
}

/// An answer came from a fallback.
#[must_use]
pub fn fallback(model: &str) -> String {
    format!("Answered by the fallback {model}.")
}

/// Tokens in and out.
#[must_use]
pub fn tokens(input: u64, output: u64) -> String {
    format!("{} → {}", count(input), count(output))
}

/// An estimate of one model.
#[must_use]
pub fn estimate(input: u64, output: u64) -> String {
    format!("{} in, at most {} out", count(input), count(output))
}

/// From the least to the most.
#[must_use]
pub fn range(least: &str, most: &str) -> String {
    if least == most {
        least.to_owned()
    } else {
        format!("{least} to {most}")
    }
}

/// What was held before anything was sent.
#[must_use]
pub fn reserved(amount: &str) -> String {
    format!("{amount} was reserved before anything was sent, and is settled as each model ends.")
}

/// The connection will be tried again.
#[must_use]
pub fn again_in(wait: &str) -> String {
    format!("Next attempt in {wait}.")
}

/// Said when a model's state changes.
#[must_use]
pub fn said(model: &str, state: &str) -> String {
    format!("{model}: {state}")
}

/// Name of the button that stops one model.
#[must_use]
pub fn stop_model(model: &str) -> String {
    format!("Stop {model}")
}

/// That an answer was kept in a team's library.
#[must_use]
pub fn saved_in(team: &str) -> String {
    format!("Saved as a snippet in “{team}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_tokens_are_short() {
        let short: Vec<String> = [4_096, 128_000, 1_048_576, 2_500_000]
            .into_iter()
            .map(short_count)
            .collect();
        assert_eq!(short, ["4,096", "128 k", "1 M", "2.5 M"]);
    }

    #[test]
    fn what_a_provider_said_carries_its_own_marks() {
        assert_eq!(provider_said(" ", None, None), None);
        assert_eq!(
            provider_said("Slow down", Some(429), Some("rate")),
            Some("Slow down (429, rate)".to_owned())
        );
        assert_eq!(provider_said("", Some(500), None), Some("500".to_owned()));
    }
}
