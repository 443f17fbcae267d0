//! Words of Home.

use crate::format::{count, plural};
use krowoc_shared::dashboards::wire::DeviceStanding;
use krowoc_shared::execution::wire::BudgetLevel;

words! {
    TITLE = "Home";
    LOADING = "Loading Home";
    FAILED = "Home could not be loaded";
    TRY_AGAIN = "Try again";
    IMPORT = "Import";
    NEW_PROMPT = "New prompt";
    ATTENTION = "Needs attention";
    NOTHING_WAITS = "Nothing waits for you.";
    RESOLVE = "Resolve";
    INSPECT = "Inspect";
    ADJUST = "Adjust";
    DECIDE = "Decide";
    REPORTS_TEXT = "Under Leaderboard: each is hidden, or left as it is";
    RECENT = "Recent runs";
    ALL_RUNS = "All runs";
    NO_RUNS = "Nothing was run yet. Each answer of a model will be kept here.";
    RUN_A_TEXT = "Run a text";
    PROMPT = "Prompt";
    MODEL = "Model";
    STATE = "State";
    TIME = "Time";
    COST = "Cost";
    WHEN = "When";
    MANAGE_KEYS = "Manage keys";
    NO_USAGE = "No key was used this month.";
    PROVIDER = "Provider";
    CALLS = "Calls";
    TOKENS_IN = "Tokens in";
    TOKENS_OUT = "Tokens out";
    TOGETHER = "Together";
    LIBRARY = "Library";
    OPEN = "Open";
    SNIPPETS = "Snippets";
    COLLECTIONS = "Collections";
    DEVICES = "Devices";
    MANAGE = "Manage";
    NO_DEVICES = "No browser is connected. The extension clips prompts from any page.";
    CONNECT = "Connect a browser";
    WEEK = "Last seven days";
    DASHBOARD = "Dashboard";
    RUNS = "Runs";
    SUCCEEDED = "Succeeded";
    UNTITLED = "Untitled";
    INLINE = "A text";
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The heading of the usage: a month from 1.
#[must_use]
pub fn usage(month: usize) -> String {
    let name = MONTHS.get(month.saturating_sub(1)).copied();
    format!("Key usage in {}", name.unwrap_or("this month"))
}

/// Prompts in the library, beside their number.
#[must_use]
pub const fn prompts(n: u64) -> &'static str {
    if n == 1 { "prompt" } else { "prompts" }
}

/// Documents in conflict.
#[must_use]
pub fn conflicts(n: u64, title: &str) -> String {
    if n == 1 {
        format!("{title} was changed in two places")
    } else {
        format!("{} documents were changed in two places", count(n))
    }
}

/// What happens with both texts of a conflict.
pub const CONFLICTS_TEXT: &str = "Both texts are kept until you choose";

/// The same, in a team's library.
#[must_use]
pub fn conflicts_of(team: &str) -> String {
    format!("In {team}: both texts are kept until somebody chooses")
}

/// An invitation to a team.
#[must_use]
pub fn invited(team: &str, by: Option<&str>) -> String {
    match by {
        Some(by) => format!("{by} invites you to {team}"),
        None => format!("You are invited to {team}"),
    }
}

/// How an invitation is opened.
#[must_use]
pub fn open_letter(last: &str) -> String {
    format!("The link in the letter to you opens it, until {last}")
}

/// Reported prompts.
#[must_use]
pub fn reports(n: u64) -> String {
    if n == 1 {
        "1 reported prompt waits for a decision".to_owned()
    } else {
        format!("{} reported prompts wait for a decision", count(n))
    }
}

/// Failed executions.
#[must_use]
pub fn letters(n: u64) -> String {
    if n == 1 {
        "1 run ended as a dead letter".to_owned()
    } else {
        format!("{} runs ended as dead letters", count(n))
    }
}

/// The last of them.
#[must_use]
pub fn last_letter(title: &str, class: &str) -> String {
    format!("The last one: {title}, {class}")
}

/// A ceiling that is near, or reached.
#[must_use]
pub const fn budget(level: BudgetLevel, server_held: bool) -> &'static str {
    match (level, server_held) {
        (BudgetLevel::Reached, false) => "The month's ceiling is reached",
        (BudgetLevel::Reached, true) => "The ceiling of the operator's keys is reached",
        (_, false) => "80 % of the month's ceiling is spent",
        (_, true) => "80 % of the ceiling of the operator's keys is spent",
    }
}

/// Spent of a ceiling.
#[must_use]
pub fn spent(spent: &str, ceiling: &str) -> String {
    format!("{spent} of {ceiling}")
}

/// Where a device stands.
#[must_use]
pub const fn standing(standing: DeviceStanding) -> &'static str {
    match standing {
        DeviceStanding::Synced => "Synced",
        DeviceStanding::Behind => "Behind",
        DeviceStanding::Away => "Away",
    }
}

/// What it means.
#[must_use]
pub const fn standing_text(standing: DeviceStanding) -> &'static str {
    match standing {
        DeviceStanding::Synced => "It was here after the last change of your library",
        DeviceStanding::Behind => {
            "Your library was changed after it was here; it catches up when it is next online"
        }
        DeviceStanding::Away => "It was not here for 30 days",
    }
}

/// Failed calls.
#[must_use]
pub fn failed(n: u64) -> String {
    plural(n, "failed call", "failed calls")
}

/// Tokens short, such as `1.21 M`.
#[must_use]
pub fn tokens(n: u64) -> String {
    match n {
        0..10_000 => count(n),
        10_000..1_000_000 => format!("{} k", count(n / 1_000)),
        _ => format!("{}.{:02} M", count(n / 1_000_000), n % 1_000_000 / 10_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_months_read_short() {
        assert_eq!(
            (tokens(9_999), tokens(12_345)),
            ("9,999".to_owned(), "12 k".to_owned())
        );
        assert_eq!(tokens(1_214_000), "1.21 M");
        assert_eq!(usage(11), "Key usage in November");
        assert_eq!(
            conflicts(1, "Socratic Lens"),
            "Socratic Lens was changed in two places"
        );
        assert_eq!(letters(2), "2 runs ended as dead letters");
    }
}
