//! Words of the dashboard's figures, and of those that the operator sees.

use crate::format::{count, plural};
use krowoc_shared::dashboards::compare::change;

words! {
    TITLE = "Dashboard";
    LOADING = "Loading the figures";
    FAILED = "The figures could not be loaded";
    TRY_AGAIN = "Try again";
    MINE = "Mine";
    EVERYBODY = "Everybody's";
    WHOSE = "Whose figures";
    PERIOD = "Period";
    HOURS_24 = "24 h";
    DAYS_7 = "7 days";
    DAYS_30 = "30 days";
    DAYS_90 = "90 days";
    OWN = "Other days";
    FROM = "From";
    TO = "to";
    SHOW = "Show";
    DAYS_MISSING = "Choose the first and the last day.";
    CSV = "CSV";
    CSV_HINT = "Download these figures as CSV";
    UTC = "Days are those of UTC.";
    EMPTY = "Nothing was run in this time";
    EMPTY_TEXT = "Executions, how many succeed, how long they take and what they cost will stand here.";
    RUN_A_TEXT = "Run a text";
    BEGIN_KEY = "Add a key";
    BEGIN_KEY_TEXT = "A provider of models answers with a key of yours; it is kept sealed.";
    BEGIN_RUN = "Run it";
    BEGIN_DONE = "Done";
    KEY_FIGURES = "Key figures";
    EXECUTIONS = "Executions";
    SUCCESS = "Success rate";
    LATENCY_P50 = "Latency, p50";
    LATENCY = "Latency";
    COST = "Cost";
    ACTIVE = "Active prompts";
    SUCCEEDED = "Succeeded";
    FAILED_RUNS = "Failed";
    STOPPED = "Stopped";
    P50 = "p50";
    P95 = "p95";
    P99 = "p99";
    AN_HOUR = "Executions an hour";
    A_DAY = "Executions a day";
    BY_MODEL = "Cost by model";
    US_DOLLARS = "US dollars";
    MODEL = "Model";
    PROMPT = "Prompt";
    PROMPTS = "Prompts that cost most";
    NO_PROMPTS = "No prompt was run.";
    INLINE = "Texts of one's own";
    AS_TABLE = "Show as a table";
    HOUR = "Hour";
    DAY = "Day";
    UNTITLED = "Untitled";
    NOTHING = "–";
    METRICS_TITLE = "Everybody's figures";
    COMPLETION = "Completion rate";
    ACTIVE_PEOPLE = "Active people";
    CREATORS = "Weekly active creators";
    CREATORS_TEXT = "A creator made or changed a text in the week; an active person ran something.";
    WEEK = "Week of";
    PEOPLE = "People";
    FIRST = "First answer";
    FIRST_TEXT = "From the making of an account to its first completed execution, half of those who got there.";
    USAGE = "Usage by person";
    TEAM = "A team";
    NO_TEAM = "No team";
    TEAM_TITLE = "Figures of the team";
    TEAM_TEXT = "Counted are runs of the team's prompts, whoever ran them.";
    TEAM_EMPTY_TEXT = "Once somebody runs a prompt of the team, how many runs succeed, how long they take and what they cost will stand here.";
    TEAM_FIRST_TEXT = "From joining the team to a member's first completed run of one of its prompts, half of those who got there.";
    MEMBERS_CSV = "CSV by member";
    MODELS_CSV = "CSV by model";
    PROMPTS_CSV = "CSV by prompt";
    FORMER = "no longer in the team";
    MORE = "Show more";
    NOBODY = "Nobody ran anything in this time.";
}

/// What is said where nothing was ever run.
#[derive(Clone, Copy, Debug)]
pub struct Begin {
    /// What the page says.
    pub title: &'static str,
    /// Why.
    pub text: &'static str,
    /// The step that makes a prompt.
    pub prompt: &'static str,
    /// What is to be known of it.
    pub prompt_text: &'static str,
    /// What is to be known of the run.
    pub run_text: &'static str,
}

/// Of a person.
pub const BEGIN_OWN: Begin = Begin {
    title: "Your figures begin with your first run",
    text: "Three steps lead there. What you run from then on is counted here.",
    prompt: "Make a prompt",
    prompt_text: "Or clip one from a page, or import the library that you have.",
    run_text: "With one model, or with several side by side.",
};

/// Of a team.
pub const BEGIN_TEAM: Begin = Begin {
    title: "The team's figures begin with its first run",
    text: "Three steps lead there. What anybody runs of the team's prompts from then on is counted here.",
    prompt: "Make a prompt of the team",
    prompt_text: "It lies in the team's library: all members see it, and editors change it.",
    run_text: "Any member may, with a key of their own.",
};

/// A share, such as `97.9 %`.
#[must_use]
pub fn percent(share: Option<u32>) -> String {
    share.map_or_else(
        || NOTHING.to_owned(),
        |share| format!("{}.{} %", share / 100, share % 100 / 10),
    )
}

/// How a count changed.
#[must_use]
pub fn changed(now: u64, before: u64) -> String {
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    match change(signed(now), signed(before)) {
        None if now == 0 => "none before either".to_owned(),
        None => "none before".to_owned(),
        Some(0) => "as many as before".to_owned(),
        Some(part) if part < 0 => format!("{} less than before", whole(part)),
        Some(part) => format!("{} more than before", whole(part)),
    }
}

/// Thousandths as percent, whole where they are many.
fn whole(part: i64) -> String {
    let part = part.unsigned_abs();
    if part < 100 {
        format!("{}.{} %", part / 10, part % 10)
    } else {
        format!("{} %", count(part.saturating_add(5) / 10))
    }
}

/// How a share changed, in points.
#[must_use]
pub fn points(now: Option<u32>, before: Option<u32>) -> String {
    let (Some(now), Some(before)) = (now, before) else {
        return "nothing to compare with".to_owned();
    };
    let points = |by: u32| format!("{}.{} points", by / 100, by % 100 / 10);
    match now.abs_diff(before) {
        0..10 => "as before".to_owned(),
        by if now > before => format!("{} higher", points(by)),
        by => format!("{} lower", points(by)),
    }
}

/// Two percentiles beside the first.
#[must_use]
pub fn percentiles(p95: &str, p99: &str) -> String {
    format!("p95 {p95}, p99 {p99}")
}

/// What one execution cost.
#[must_use]
pub fn each(cost: &str) -> String {
    format!("{cost} an execution")
}

/// How many have no price.
#[must_use]
pub fn unpriced(n: u64) -> String {
    format!("{} without a known price", count(n))
}

/// Prompts that came and went.
#[must_use]
pub fn came_and_went(new: u64, silent: u64) -> String {
    format!("{} new, {} fell silent", count(new), count(silent))
}

/// What a period is, in words.
#[must_use]
pub fn span(first: &str, last: &str) -> String {
    format!("{first} to {last}")
}

/// A chart for who cannot see it.
#[must_use]
pub fn about(what: &str, span: &str) -> String {
    format!("{what}, {span}; the values are in the table below")
}

/// A column's value.
#[must_use]
pub fn ended(at: &str, good: u64, bad: u64, stopped: u64) -> String {
    let stopped = if stopped == 0 {
        String::new()
    } else {
        format!(", {} stopped", count(stopped))
    };
    format!(
        "{at}: {} succeeded, {} failed{stopped}",
        count(good),
        count(bad)
    )
}

/// A point's latencies.
#[must_use]
pub fn took(at: &str, latencies: Option<(String, String, String)>) -> String {
    match latencies {
        Some((p50, p95, p99)) => format!("{at}: p50 {p50}, p95 {p95}, p99 {p99}"),
        None => format!("{at}: no answer"),
    }
}

/// A model's value.
#[must_use]
pub fn model(name: &str, cost: &str, executions: u64) -> String {
    format!("{name}: {cost}, {}", runs(executions))
}

/// Models that the picture leaves out.
#[must_use]
pub fn others(n: usize) -> String {
    plural(
        u64::try_from(n).unwrap_or(u64::MAX),
        "other model",
        "other models",
    )
}

/// Executions.
#[must_use]
pub fn runs(n: u64) -> String {
    plural(n, "execution", "executions")
}

/// Of so many accounts.
#[must_use]
pub fn of_accounts(n: u64) -> String {
    format!("of {}", plural(n, "account", "accounts"))
}

/// Of so many members.
#[must_use]
pub fn of_members(n: u64) -> String {
    format!("of {}", plural(n, "member", "members"))
}

/// How many new members got an answer.
#[must_use]
pub fn joined(reached: u64, members: u64) -> String {
    format!(
        "{} of {}",
        count(reached),
        plural(members, "new member", "new members")
    )
}

/// How many new people got an answer.
#[must_use]
pub fn reached(reached: u64, accounts: u64) -> String {
    format!(
        "{} of {}",
        count(reached),
        plural(accounts, "new account", "new accounts")
    )
}

/// A week's creators.
#[must_use]
pub fn creators(week: &str, n: u64) -> String {
    format!("Week of {week}: {}", plural(n, "creator", "creators"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_in_words() {
        for (now, before, words) in [
            (118, 100, "18 % more than before"),
            (101, 100, "1.0 % more than before"),
            (50, 100, "50 % less than before"),
            (7, 7, "as many as before"),
            (7, 0, "none before"),
            (0, 0, "none before either"),
        ] {
            assert_eq!(changed(now, before), words);
        }
        assert_eq!(points(Some(9_790), Some(9_820)), "0.3 points lower");
        assert_eq!(points(Some(9_899), Some(9_800)), "0.9 points higher");
        assert_eq!(points(Some(9_800), Some(9_805)), "as before");
        assert_eq!(points(None, Some(1)), "nothing to compare with");
        assert_eq!(percent(Some(9_794)), "97.9 %");
        assert_eq!(percent(None), "–");
    }
}
