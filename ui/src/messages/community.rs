//! Words of public prompts: the board, its rules in short, an owner's decision to be public, and the queue of reports.

use crate::format::{count, plural};
use krowoc_shared::leaderboard::picture::points;
use krowoc_shared::leaderboard::wire::{Reason, Verdict};
use krowoc_shared::leaderboard::{Counts, Formula, Part, PartName, Window};

words! {
    TITLE = "Leaderboard";
    LOADING = "Loading public prompts";
    FAILED = "Public prompts could not be loaded";
    TRY_AGAIN = "Try again";
    WINDOW = "Window";
    FORMULA = "Formula";
    SEARCH = "Search public prompts";
    CLEAR = "Clear the search";
    EMPTY_TITLE = "Nothing is public yet";
    EMPTY_TEXT = "Publish a prompt and make it public on its page: it appears here.";
    NOTHING_FOUND = "Nothing found";
    NOTHING_FOUND_TEXT = "No public prompt holds all of these words.";
    PUBLIC_PAGE = "Public page";
    RANK = "Rank";
    PROMPT = "Prompt";
    LAST_DAY = "Last 24 h";
    RUNS = "Runs";
    VOTES = "Votes";
    UNTITLED = "Untitled";
    COPY = "Copy";
    TAKE = "Take";
    TAKEN = "It is in your library now";
    VOTE_KEPT = "Your vote is kept. It is counted within the hour.";
    VOTE_WAITS = "Your vote is kept. It counts once your address is confirmed.";
    VOTE_GONE = "Your vote is taken back";
    OWN_EXCLUDED = "Runs and votes of who made it do not count.";
    RULES = "How ranking works";
    NOT_COUNTED = "Not counted yet.";
    RECOUNT = "Count now";
    RECOUNTED = "Counted";
    PUBLIC = "Public";
    PUBLIC_OFF = "Only you read this prompt. Everybody may read the published version when you make it public.";
    PUBLIC_FIRST = "Publish the prompt first: everybody reads the version that is published.";
    PUBLIC_ON = "Everybody reads the version that was published last. What you edit is seen once you publish it.";
    PUBLIC_AWAY = "Nobody else reads it while it is in the archive or the trash.";
    PUBLIC_HIDDEN = "Who looks after this server has hidden it. Nobody else reads it.";
    PUBLIC_BACK = "It was taken back: nobody else reads it. Its address and its votes are kept for it.";
    PUBLIC_FAILED = "Whether it is public could not be read.";
    PUBLIC_ARCHIVED = "It is in the archive: take it out before you make it public.";
    PUBLIC_TRASHED = "It is in the trash: restore it before you make it public.";
    AUTHOR = "Your public name";
    AUTHOR_HINT = "Everybody reads it.";
    PUBLIC_TAGS = "Public tags";
    MAKE_PUBLIC = "Make public";
    CHANGE = "Change";
    TAKE_BACK = "Take back";
    MADE_PUBLIC = "Everybody can read it now";
    TAKEN_BACK = "Nobody else reads it any more";
    OPEN_PUBLIC = "Open the public page";
    FIRST_OF = "Nearly the same text was public before, so that it has no place on the leaderboard.";
    OPEN_FIRST = "See the first one";
    BASED_ON = "Based on";
    QUEUE = "Reports";
    QUEUE_FAILED = "The reports could not be loaded";
    QUEUE_EMPTY = "No report waits.";
    HIDE = "Hide";
    SHOW = "Show again";
    DISMISS = "Leave it";
    NOTE = "Why, for the record";
    DECIDED = "Decided";
    DECISIONS = "Last decisions";
    HIDDEN = "hidden";
    GONE_ADMIN = "somebody who left";
}

/// A window, as a choice.
#[must_use]
pub const fn window(window: Window) -> &'static str {
    match window {
        Window::Day => "24 h",
        Window::Week => "7 days",
        Window::All => "All time",
    }
}

/// A window in a sentence.
#[must_use]
pub const fn spoken(window: Window) -> &'static str {
    match window {
        Window::Day => "in the last 24 h",
        Window::Week => "in the last 7 days",
        Window::All => "of all time",
    }
}

/// A formula, as a choice.
#[must_use]
pub const fn formula(formula: Formula) -> &'static str {
    match formula {
        Formula::Krowoc => "Reach and approval",
        Formula::Wilson => "Approval",
        Formula::Classic => "Classic",
    }
}

/// What a prompt was made of that nobody can read any more.
#[must_use]
pub fn based_gone(title: &str) -> String {
    format!("Based on {title}, which is not public any more")
}

/// Who made a prompt.
#[must_use]
pub fn by(author: &str) -> String {
    format!("by {author}")
}

/// The button that explains a rank.
#[must_use]
pub fn why(rank: u32) -> String {
    format!("Why rank {rank}")
}

/// The vote button, read out.
#[must_use]
pub fn vote_for(title: &str, votes: u64) -> String {
    format!("Vote for {title}, {} so far", count(votes))
}

/// The copy button, read out.
#[must_use]
pub fn copy(title: &str) -> String {
    format!("Copy {title}")
}

/// The button that takes a copy, read out.
#[must_use]
pub fn take(title: &str) -> String {
    format!("Take {title} into my library")
}

/// The whole score.
#[must_use]
pub fn score(millionths: u32) -> String {
    format!("{} of 1,000 points", count(points(millionths).into()))
}

/// What a part of a score stands for, with what was counted.
#[must_use]
pub fn part(part: &Part, counts: &Counts) -> String {
    match part.name {
        PartName::Reach => format!("People who ran it, {}", count(counts.executors)),
        PartName::Approval => format!(
            "Votes, {} for and {} against",
            count(counts.up),
            count(counts.down)
        ),
        PartName::Runs => format!("Runs, {}", count(counts.runs)),
        PartName::Votes => format!("Votes, {}", count(counts.votes())),
    }
}

/// What a small chart shows, read out.
#[must_use]
pub fn spark(most: u64, now: u64) -> String {
    format!(
        "Runs in the last 24 hours, at most {} an hour, now {}",
        count(most),
        count(now)
    )
}

/// What a part gave, of what it can give.
#[must_use]
pub fn points_of(part: &Part) -> String {
    format!("of {}", points(part.of))
}

/// How many prompts a search found, and how many of them are listed.
#[must_use]
pub fn found(total: u64, listed: u64) -> String {
    let all = plural(total, "prompt", "prompts");
    if listed < total {
        format!(
            "{all} found. The first {} are listed: add a word to find fewer.",
            count(listed)
        )
    } else {
        format!("{all} found")
    }
}

/// How many prompts are public, and by which formula they stand.
#[must_use]
pub fn foot(public: u64, version: &str) -> String {
    format!("{} public. Formula {version}.", count(public))
}

/// Why a prompt is reported.
#[must_use]
pub const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Spam => "Advertising, or made to mislead",
        Reason::Harmful => "It asks for what harms people",
        Reason::Private => "It gives away what is private",
        Reason::Copied => "It is somebody else's work",
        Reason::Other => "Something else",
    }
}

/// What was decided, in a line.
#[must_use]
pub fn decision(verdict: Verdict, reports: u64, by: Option<&str>) -> String {
    let what = match verdict {
        Verdict::Hide => "Hidden",
        Verdict::Show => "Shown again",
        Verdict::Dismiss => "Left as it is",
    };
    let by = by.unwrap_or(GONE_ADMIN);
    format!(
        "{what} by {by}, {} answered",
        plural(reports, "report", "reports")
    )
}

/// Whose name a team's prompt bears in public.
#[must_use]
pub fn by_team(name: &str) -> String {
    format!("Everybody reads it under the name of the team, “{name}”.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_whole_and_of_a_thousand() {
        assert_eq!(score(468_984), "469 of 1,000 points");
        assert_eq!(score(1_000_000), "1,000 of 1,000 points");
    }

    #[test]
    fn a_search_says_when_it_lists_only_the_first_of_what_it_found() {
        assert_eq!(found(1, 1), "1 prompt found");
        let cut = found(1_200, 50);
        assert!(
            cut.starts_with("1,200 prompts found. The first 50 are listed"),
            "{cut}"
        );
    }

    #[test]
    fn a_decision_says_who_and_how_many_it_answered() {
        let line = decision(Verdict::Hide, 1, Some("root@example.org"));
        assert_eq!(line, "Hidden by root@example.org, 1 report answered");
        assert!(decision(Verdict::Show, 0, None).contains(GONE_ADMIN));
    }
}
