//! Words of executions, their details, and dead letters.

use crate::format::{count, plural};
use krowoc_shared::execution::event::FinishReason;
use krowoc_shared::execution::request::Role;
use krowoc_shared::execution::usage::Unit;

words! {
    TITLE = "Runs";
    LOADING = "Loading the runs";
    FAILED = "The runs could not be loaded";
    TRY_AGAIN = "Try again";
    EMPTY = "No runs yet";
    EMPTY_TEXT = "Each answer of a model is kept here, with what was sent, what came back and what it cost.";
    RUN_A_TEXT = "Run a text";
    NOTHING = "No run matches these filters";
    NOTHING_TEXT = "Take a filter away to see more.";
    CLEAR = "Show all";
    MORE = "Earlier runs";
    PROMPT = "Prompt";
    MODEL = "Model";
    STATE = "State";
    CLASS = "Failure";
    RATING = "Rating";
    DATE = "Date";
    GOOD = "Good";
    BAD = "Bad";
    UNRATED = "Not rated";
    COST = "Cost";
    LATENCY = "Latency";
    TOKENS = "Tokens";
    COMPARE_TWO = "Compare two";
    COMPARE_HINT = "Select two runs to compare them.";
    INLINE = "A text";
    BACK = "All runs";
    DETAIL = "Run";
    LOADING_ONE = "Loading the run";
    ONE_FAILED = "The run could not be loaded";
    NOT_FOUND = "There is no such run";
    NOT_FOUND_TEXT = "It belongs to somebody else, or the address is not right.";
    RUN_AGAIN = "Run again";
    OPEN_RUN = "Side by side";
    STOP = "Stop";
    OUTPUT = "Answer";
    NO_OUTPUT = "No text came.";
    REASONING = "Reasoning";
    MESSAGES = "What was sent";
    VARIABLES = "Variables";
    PARAMETERS = "Parameters";
    NO_PARAMETERS = "The provider's own.";
    TOOL_CALLS = "Tool calls";
    ATTEMPTS = "Attempts";
    FAILED_ATTEMPTS = "Attempts that failed";
    USAGE = "Usage";
    NO_USAGE = "Not known.";
    RAW_USAGE = "As the provider sent it";
    FIGURES = "Figures";
    ANSWERED_BY = "Answered by";
    ASKED = "Asked for";
    ENDED = "Ended";
    FIRST_TOKEN = "First token";
    FINISH = "Ended because";
    RESERVED = "Reserved";
    PRICE = "Price revision";
    VERSION = "Text of revision";
    REFERENCE = "Reference";
    SAVED_AS = "Saved as";
    SNIPPET = "a snippet";
    COMPARE = "Compare two runs";
    LETTERS = "Dead letters";
    LETTERS_TEXT = "Runs that failed and are not tried again by themselves. Replay sends the same request once more; discard takes it off this list, and the run stays in the history.";
    LETTERS_LOADING = "Loading the dead letters";
    LETTERS_FAILED = "The dead letters could not be loaded";
    LETTERS_EMPTY = "No dead letters";
    LETTERS_EMPTY_TEXT = "Every run ended well, or somebody decided about it.";
    LETTERS_NONE = "No dead letter matches";
    REPLAY = "Replay";
    DISCARD = "Discard";
    MINE = "Mine";
    EVERYBODY = "Everybody's";
    WHOSE = "Whose";
    MORE_LETTERS = "Earlier ones";
    REPLAYED_LINK = "The replay";
}

/// How an execution ended, as a sentence.
#[must_use]
pub const fn finish(reason: Option<FinishReason>) -> &'static str {
    match reason {
        None => "Not known.",
        Some(FinishReason::Stop) => "The model was done.",
        Some(FinishReason::Length) => {
            "The largest number of tokens was reached; the text may be cut. Allow more tokens out."
        }
        Some(FinishReason::ToolCalls) => "The model calls tools.",
        Some(FinishReason::ContentFilter) => "The provider cut it for reasons of content.",
        Some(FinishReason::Other) => "The provider gave a reason of its own.",
    }
}

/// An attempt of a model.
#[must_use]
pub fn attempt(model: &str, number: u32) -> String {
    format!("{model}, attempt {number}")
}

/// The number of an attempt.
#[must_use]
pub fn number(number: u32) -> String {
    format!("Attempt {number}")
}

/// Whose words a message is.
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::System => "Instructions",
        Role::User => "You",
        Role::Assistant => "The model",
        Role::Tool => "A tool",
    }
}

/// A part of usage in words.
#[must_use]
pub fn unit(unit: Unit) -> String {
    let text = unit.as_str().replace('_', " ");
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// Rows that are loaded.
#[must_use]
pub fn loaded(n: usize, more: bool) -> String {
    let n = u64::try_from(n).unwrap_or(u64::MAX);
    if more {
        format!("{} loaded, there are more", plural(n, "run", "runs"))
    } else {
        plural(n, "run", "runs")
    }
}

/// Dead letters in all.
#[must_use]
pub fn letters(n: u64) -> String {
    plural(n, "dead letter", "dead letters")
}

/// Selected rows.
#[must_use]
pub fn selected(n: usize) -> String {
    format!("{} selected", count(u64::try_from(n).unwrap_or(u64::MAX)))
}

/// Attempts and replays of a dead letter.
#[must_use]
pub fn tried(attempts: u32, replays: u32) -> String {
    let attempts = plural(u64::from(attempts), "attempt", "attempts");
    if replays == 0 {
        attempts
    } else {
        format!(
            "{attempts}, {}",
            plural(u64::from(replays), "replay", "replays")
        )
    }
}

/// They are being replayed.
#[must_use]
pub fn replayed(n: usize) -> String {
    format!("{} replayed", letters(u64::try_from(n).unwrap_or(u64::MAX)))
}

/// They will be discarded unless somebody says no.
#[must_use]
pub fn discarded(n: usize) -> String {
    format!(
        "{} discarded",
        letters(u64::try_from(n).unwrap_or(u64::MAX))
    )
}

/// Some were not taken.
#[must_use]
pub fn refused(n: usize, why: &str) -> String {
    format!(
        "{} stayed: {why}",
        letters(u64::try_from(n).unwrap_or(u64::MAX))
    )
}

/// Name of a row's box.
#[must_use]
pub fn select(what: &str) -> String {
    format!("Select {what}")
}
