//! The front page: a board with its windows, a search, and why each prompt has its place. Not the prompt's own page.

use super::html::{
    COPY, DOWN, FORK, Head, SEARCH, UP, count, escape, icon, page, percent, put, time, titled,
};
use super::site::{Site, card_of_board};
use crate::leaderboard::cache::Item;
use krowoc_shared::leaderboard::picture::{self, points};
use krowoc_shared::leaderboard::wire::{BoardView, Entry};
use krowoc_shared::leaderboard::{Formula, PLACES, Part, PartName, Window};
use std::fmt::Write;

/// What the board is called.
pub(super) const TITLE: &str = "Prompts people run again";

/// How a window is called.
const fn called(window: Window) -> &'static str {
    match window {
        Window::Day => "24 h",
        Window::Week => "7 days",
        Window::All => "All time",
    }
}

/// How it is called in a sentence.
const fn spoken(window: Window) -> &'static str {
    match window {
        Window::Day => "in the last 24 hours",
        Window::Week => "in the last 7 days",
        Window::All => "of all time",
    }
}

/// The page of a board.
pub(super) fn board(site: &Site, view: &BoardView) -> String {
    let mut main = hero();
    bar(&mut main, Some(view.window), view.formula, "", view.public);
    if view.entries.is_empty() {
        main.push_str(
            "<div class=\"empty\"><p class=\"empty__title\">Nothing is public yet</p>\
             <p class=\"muted\">Publish a prompt in your library and make it public: it appears here.</p></div>",
        );
    } else {
        main.push_str(
            "<div class=\"rank rank--head xs muted hide-s\" aria-hidden=\"true\"><span>Rank</span><span>Prompt</span>\
             <span>Last 24 h</span><span class=\"num\">Runs</span><span class=\"rank__acts\"><span>Votes</span></span></div>\
             <ol class=\"board\">",
        );
        for entry in &view.entries {
            row(&mut main, entry, view);
        }
        main.push_str("</ol>");
    }
    put!(
        main,
        "<p class=\"said\" id=\"said\" role=\"status\"></p><p class=\"xs muted\">Counted each hour{}. Formula {}. \
         <a class=\"plain\" href=\"/leaderboard/rules\">How ranking works</a></p>",
        view.counted_at
            .map(|at| format!(", last at {}", time(at)))
            .unwrap_or_default(),
        escape(&view.rules.version)
    );
    let title = match view.window {
        Window::Day => TITLE.to_owned(),
        window => format!("{TITLE}, {}", spoken(window)),
    };
    let head = Head {
        title: &title,
        description: "The public prompts that people run and vote for most. Copy one, or take it into your own library.",
        canonical: &format!(
            "{}/leaderboard?window={}",
            site.origin,
            view.window.as_str()
        ),
        picture: &card_of_board(site),
        pictured: TITLE,
        kind: "website",
        hidden: view.formula != Formula::default(),
    };
    page(&head, &site.version, &main)
}

/// The page of a search.
pub(super) fn found(site: &Site, words: &str, items: &[&Item], public: u64) -> String {
    let mut main = hero();
    bar(&mut main, None, Formula::default(), words, public);
    let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
    put!(
        main,
        "<p class=\"soft\" role=\"status\">{} found{}</p>",
        match total {
            0 => "Nothing".to_owned(),
            1 => "1 prompt".to_owned(),
            more => format!("{} prompts", count(more)),
        },
        if items.len() > PLACES {
            format!(". The first {PLACES} are listed: add a word to find fewer.")
        } else {
            String::new()
        }
    );
    main.push_str("<ul class=\"board\">");
    for item in items.iter().take(PLACES) {
        let listed = &item.listed;
        let counts = item.counts(Window::All);
        put!(
            main,
            "<li class=\"rank\"><span></span><div>{}</div><span class=\"hide-s\"></span><span class=\"num hide-s\">{}</span>\
             <span class=\"rank__acts\">{}</span></li>",
            named(&listed.slug, &listed.title, &listed.author, &listed.tags),
            count(counts.runs),
            acts(&listed.slug, &listed.title, counts.votes())
        );
    }
    main.push_str("</ul><p class=\"said\" id=\"said\" role=\"status\"></p>");
    let head = Head {
        title: "Search",
        description: "Public prompts that hold these words.",
        canonical: &format!("{}/leaderboard", site.origin),
        picture: &card_of_board(site),
        pictured: TITLE,
        kind: "website",
        hidden: true,
    };
    page(&head, &site.version, &main)
}

fn hero() -> String {
    format!(
        "<div class=\"hero\"><h1>{TITLE}</h1><p>Public prompts, ranked by who runs them and by votes. Copy one, or take it into your own \
         library.</p></div>"
    )
}

/// How a formula is called, as on the dashboard.
const fn formula_called(formula: Formula) -> &'static str {
    match formula {
        Formula::Krowoc => "Reach and approval",
        Formula::Wilson => "Approval",
        Formula::Classic => "Classic",
    }
}

/// A link to a board, marked when it is the one that is shown.
fn choice(out: &mut String, window: Window, formula: Formula, shown: bool, name: &str) {
    let formula = match formula {
        Formula::Krowoc => String::new(),
        other => format!("&amp;formula={}", other.as_str()),
    };
    put!(
        out,
        "<a href=\"/leaderboard?window={}{formula}\"{}>{name}</a>",
        window.as_str(),
        if shown { " aria-current=\"page\"" } else { "" }
    );
}

/// What can be chosen: a window, of a board a formula too, and a search.
fn bar(out: &mut String, window: Option<Window>, formula: Formula, words: &str, public: u64) {
    out.push_str("<div class=\"sitebar\"><nav class=\"seg\" aria-label=\"Window\">");
    for one in Window::ALL {
        choice(out, one, formula, window == Some(one), called(one));
    }
    out.push_str("</nav>");
    if let Some(window) = window {
        out.push_str("<nav class=\"seg\" aria-label=\"Formula\">");
        for one in Formula::ALL {
            choice(out, window, one, formula == one, formula_called(one));
        }
        out.push_str("</nav>");
    }
    put!(
        out,
        "<form class=\"search\" role=\"search\" action=\"/leaderboard\" method=\"get\">{}<label class=\"sr\" for=\"q\">Search public \
         prompts</label><input class=\"input\" id=\"q\" type=\"search\" name=\"q\" value=\"{}\" maxlength=\"200\" placeholder=\"Search {} \
         public {}\"><kbd class=\"kbd hide-s\" aria-hidden=\"true\">/</kbd></form></div>",
        icon(SEARCH),
        escape(words),
        count(public),
        if public == 1 { "prompt" } else { "prompts" }
    );
}

/// The title with who made it and its tags.
fn named(slug: &str, title: &str, author: &str, tags: &[String]) -> String {
    let mut out = String::new();
    put!(
        out,
        "<a class=\"rank__title\" href=\"/p/{}\" dir=\"auto\">{}</a><p class=\"line line--wrap xs muted\"><span dir=\"auto\">by {}</span>",
        percent(slug),
        escape(titled(title)),
        escape(author)
    );
    if !tags.is_empty() {
        out.push_str("<span class=\"tags\">");
        for tag in tags {
            put!(
                out,
                "<span class=\"tag\" dir=\"auto\">{}</span>",
                escape(tag)
            );
        }
        out.push_str("</span>");
    }
    out.push_str("</p>");
    out
}

/// Vote, copy, take. The last two need a script and are shown by it.
fn acts(slug: &str, title: &str, votes: u64) -> String {
    let (slug, title) = (escape(slug), escape(title));
    format!(
        "<button type=\"button\" class=\"vote\" data-vote=\"{slug}\" data-value=\"up\" aria-pressed=\"false\" \
         aria-label=\"Vote for {title}, {votes} so far\">{}<span data-count>{votes}</span></button>\
         <button type=\"button\" class=\"btn btn--icon hide-s\" data-copy=\"{slug}\" data-script hidden aria-label=\"Copy {title}\" title=\"Copy\">{}</button>\
         <button type=\"button\" class=\"btn hide-s\" data-fork=\"{slug}\" data-script hidden aria-label=\"Take {title} into my library\">{}Take</button>",
        icon(UP),
        icon(COPY),
        icon(FORK)
    )
}

fn row(out: &mut String, entry: &Entry, view: &BoardView) {
    let top = if entry.rank <= 3 { " rank--top" } else { "" };
    put!(
        out,
        "<li class=\"rank{top}\"><span class=\"rank__n\">{}{}</span><div>{}</div><span class=\"hide-s\">{}</span>\
         <span class=\"num hide-s\">{}</span><span class=\"rank__acts\">{}</span>{}</li>",
        entry.rank,
        moved(entry.moved),
        named(&entry.slug, &entry.title, &entry.author, &entry.tags),
        spark(&entry.hours),
        count(entry.counts.runs),
        acts(&entry.slug, &entry.title, entry.counts.votes()),
        why(entry, view.window, "whyrow")
    );
}

/// By how much it moved since yesterday: an arrow and a number to see, a sentence to hear.
fn moved(by: Option<i64>) -> String {
    let Some((mark, said)) = picture::moved(by) else {
        return String::new();
    };
    format!(
        "<span class=\"rank__moved\" title=\"{said}\"><span aria-hidden=\"true\">{mark}</span><span class=\"sr\">, {said}</span></span>"
    )
}

/// Runs by the hour, as a line.
fn spark(hours: &[u64]) -> String {
    let most = hours.iter().copied().max().unwrap_or(0);
    let last = hours.last().copied().unwrap_or(0);
    let line = picture::spark(hours);
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 96 28\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Runs in the last 24 hours, at most \
         {most} an hour, now {last}\"><path class=\"area\" d=\"M{line}L96 28L0 28Z\"/><path d=\"M{line}\"/></svg>"
    )
}

/// What a part of a score stands for, with what was counted.
fn part_words(part: &Part, entry: &Entry) -> String {
    let counts = &entry.counts;
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

/// Why it has its place in a window: its score, and what that is made of.
pub(super) fn why(entry: &Entry, window: Window, class: &str) -> String {
    let mut out = String::new();
    put!(
        out,
        "<details class=\"{class}\"><summary>Why rank {}{}</summary><div class=\"why\"><p class=\"line xs\"><b>{} of 1,000 points</b>\
         <span class=\"push muted\">{}</span></p><div class=\"whybars\">",
        entry.rank,
        icon(DOWN),
        count(points(entry.score).into()),
        spoken(window)
    );
    for part in &entry.parts {
        let share = picture::share(part);
        put!(
            out,
            "<span>{}</span><svg class=\"whybar\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect width=\"{share}\" height=\"6\"/></svg><span class=\"num\"><b>{}</b> of {}</span>",
            escape(&part_words(part, entry)),
            points(part.points),
            points(part.of)
        );
    }
    out.push_str(
        "</div><p class=\"xs muted\">Runs and votes of who made it do not count. <a class=\"plain\" href=\"/leaderboard/rules\">How ranking \
         works</a></p></div></details>",
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_drawn_as_an_area_and_a_line_and_read_out() {
        let drawn = spark(&[1, 3, 2]);
        assert!(drawn.contains("at most 3 an hour, now 2"), "{drawn}");
        assert_eq!(drawn.matches("M0.0 ").count(), 2, "{drawn}");
        assert!(drawn.contains("L96 28L0 28Z"), "{drawn}");
    }
}
