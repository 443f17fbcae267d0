//! The page of a public prompt: its text, its blanks to be filled in, and what one can do with it. Not the board.

use super::front;
use super::html::{
    COPY, DOWN, FORK, Head, UP, count, escape, icon, page, percent, put, time, titled,
};
use super::site::{Site, card_of};
use krowoc_shared::leaderboard::Window;
use krowoc_shared::leaderboard::wire::{Based, Entry, PublicPrompt, Reason};
use krowoc_shared::prompts::{Variable, VariableKind};
use krowoc_shared::text::excerpt;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Characters of a description for search engines.
const SUMMARY: usize = 180;

/// What became of the blanks that a reader filled in.
pub(super) enum Made {
    /// Nothing was filled in yet.
    Not,
    /// The text with the values in it.
    Text(String),
    /// Why it is not whole.
    Lacks(String),
}

/// The page. `entry` is its place on the board as that is shown first.
pub(super) fn page_of(
    site: &Site,
    prompt: &PublicPrompt,
    entry: Option<&Entry>,
    values: &BTreeMap<String, String>,
    made: &Made,
) -> String {
    let title = titled(&prompt.title);
    let mut main = String::new();
    put!(
        main,
        "<div class=\"hero\"><h1 dir=\"auto\">{}</h1>",
        escape(title)
    );
    if !prompt.description.is_empty() {
        put!(main, "<p dir=\"auto\">{}</p>", escape(&prompt.description));
    }
    put!(
        main,
        "<p class=\"line line--wrap xs muted\"><span dir=\"auto\">by {}</span>{}{}</p></div>",
        escape(&prompt.author),
        prompt.based.as_ref().map(based).unwrap_or_default(),
        tags(&prompt.tags)
    );
    if let Some(first) = &prompt.first {
        put!(
            main,
            "<p class=\"why xs\">Nearly the same text was public before: <a class=\"plain\" href=\"/p/{}\">see the first one</a>.</p>",
            percent(first)
        );
    }
    main.push_str("<div class=\"two\"><div class=\"stack stack--4\">");
    acts(&mut main, prompt);
    put!(
        main,
        "<section aria-label=\"The prompt\"><pre class=\"words\" id=\"text\" tabindex=\"0\">{}</pre></section>",
        escape(&prompt.text)
    );
    form(&mut main, prompt, values, made);
    main.push_str("</div>");
    facts(&mut main, prompt, entry);
    main.push_str("</div>");
    let whole = match prompt.description.trim() {
        "" => excerpt(&prompt.text, SUMMARY),
        words => excerpt(words, SUMMARY),
    };
    let canonical = match &prompt.first {
        Some(first) => format!("{}/p/{}", site.origin, percent(first)),
        None => format!("{}/p/{}", site.origin, percent(&prompt.slug)),
    };
    let head = Head {
        title,
        description: &whole,
        canonical: &canonical,
        picture: &card_of(site, &prompt.slug),
        pictured: title,
        kind: "article",
        hidden: false,
    };
    page(&head, &site.version, &main)
}

/// What it was made of, with the way there while that is public.
fn based(on: &Based) -> String {
    let title = escape(titled(&on.title));
    match (&on.slug, &on.author) {
        (Some(slug), author) => {
            let by = author
                .as_ref()
                .map(|author| format!(" by {}", escape(author)));
            format!(
                "<span dir=\"auto\">Based on <a class=\"plain\" href=\"/p/{}\">{title}</a>{}</span>",
                percent(slug),
                by.unwrap_or_default()
            )
        }
        (None, _) => {
            format!("<span dir=\"auto\">Based on {title}, which is not public any more</span>")
        }
    }
}

fn tags(tags: &[String]) -> String {
    let mut out = String::new();
    for tag in tags {
        put!(
            out,
            "<span class=\"tag\" dir=\"auto\">{}</span>",
            escape(tag)
        );
    }
    out
}

/// Vote, copy, take. What needs a script is shown by it.
fn acts(out: &mut String, prompt: &PublicPrompt) {
    let slug = escape(&prompt.slug);
    let counts = &prompt.counts;
    put!(
        out,
        "<div class=\"line line--wrap\"><button type=\"button\" class=\"vote\" data-vote=\"{slug}\" data-value=\"up\" aria-pressed=\"false\" \
         aria-label=\"Vote for it, {0} so far\">{1}<span data-count>{0}</span></button>\
         <button type=\"button\" class=\"vote\" data-vote=\"{slug}\" data-value=\"down\" aria-pressed=\"false\" \
         aria-label=\"Vote against it, {2} so far\">{3}<span data-count>{2}</span></button>\
         <button type=\"button\" class=\"btn\" data-copy data-script hidden>{4}Copy</button>\
         <button type=\"button\" class=\"btn\" data-fork=\"{slug}\" data-script hidden>{5}Take into my library</button></div>\
         <p class=\"said\" id=\"said\" role=\"status\"></p>",
        counts.up,
        icon(UP),
        counts.down,
        icon(DOWN),
        icon(COPY),
        icon(FORK)
    );
}

/// The blanks of the text, and the text with what was filled in. It is sent and comes back as a page: no script is needed.
fn form(out: &mut String, prompt: &PublicPrompt, values: &BTreeMap<String, String>, made: &Made) {
    match made {
        Made::Text(text) => {
            put!(
                out,
                "<section class=\"stack\"><h2>Filled in</h2><pre class=\"words words--made\" id=\"made\" tabindex=\"0\">{}</pre></section>",
                escape(text)
            );
        }
        Made::Lacks(why) => {
            put!(
                out,
                "<p class=\"why xs\" role=\"alert\">{}</p>",
                escape(why)
            );
        }
        Made::Not => {}
    }
    if prompt.variables.is_empty() {
        return;
    }
    put!(
        out,
        "<section class=\"stack stack--3\"><h2>Fill it in</h2><form class=\"fill\" method=\"post\" action=\"/p/{}\">",
        percent(&prompt.slug)
    );
    for variable in &prompt.variables {
        blank(
            out,
            variable,
            values.get(&variable.name).map(String::as_str),
        );
    }
    out.push_str("<p><button class=\"btn btn--primary\">Fill in</button></p></form></section>");
}

fn blank(out: &mut String, variable: &Variable, value: Option<&str>) {
    let name = escape(&variable.name);
    let usual = variable.default.as_deref().unwrap_or_default();
    let value = value.unwrap_or(usual);
    let label = variable.label.as_deref().unwrap_or(&variable.name);
    put!(out, "<label dir=\"auto\"><span>{}</span>", escape(label));
    match &variable.kind {
        VariableKind::Choice { options } => {
            put!(out, "<select class=\"select\" name=\"{name}\">");
            for option in options {
                let chosen = if option == value { " selected" } else { "" };
                put!(out, "<option{chosen}>{}</option>", escape(option));
            }
            out.push_str("</select>");
        }
        VariableKind::LongText => {
            put!(
                out,
                "<textarea class=\"textarea\" name=\"{name}\" rows=\"4\" dir=\"auto\">\n{}</textarea>",
                escape(value)
            );
        }
        VariableKind::Text | VariableKind::Number => {
            put!(
                out,
                "<input class=\"input\" name=\"{name}\" value=\"{}\" dir=\"auto\" autocomplete=\"off\">",
                escape(value)
            );
        }
    }
    if let Some(help) = &variable.help {
        put!(out, "<span class=\"xs muted\">{}</span>", escape(help));
    }
    out.push_str("</label>");
}

fn facts(out: &mut String, prompt: &PublicPrompt, entry: Option<&Entry>) {
    let counts = &prompt.counts;
    put!(
        out,
        "<div class=\"stack stack--4\"><dl class=\"facts\"><dt>Runs</dt><dd>{}</dd><dt>People</dt><dd>{}</dd><dt>Version</dt><dd>{}</dd>\
         <dt>Published</dt><dd>{}</dd><dt>Public since</dt><dd>{}</dd></dl>\
         <p class=\"xs muted\">Taken into your library, it is in the extension too: there you insert it into any page.</p>",
        count(counts.runs),
        count(counts.executors),
        prompt.version,
        time(prompt.published_at),
        time(prompt.first_at)
    );
    if let Some(entry) = entry {
        let why = front::why(entry, Window::default(), "whyrow whyrow--alone");
        out.push_str(&why);
    }
    put!(
        out,
        "<details class=\"whyrow whyrow--alone\" data-script hidden><summary>Report it{}</summary><form class=\"fill why\" data-report=\"{}\">\
         <label><span>Why</span><select class=\"select\" name=\"reason\">",
        icon(DOWN),
        escape(&prompt.slug)
    );
    for reason in Reason::ALL {
        put!(
            out,
            "<option value=\"{}\">{}</option>",
            reason.as_str(),
            reason_words(reason)
        );
    }
    out.push_str(
        "</select></label><label><span>In your words</span><textarea class=\"textarea\" name=\"detail\" rows=\"3\" maxlength=\"1000\">\
         </textarea></label><p><button class=\"btn\">Report</button></p></form></details></div>",
    );
}

const fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Spam => "Advertising, or made to mislead",
        Reason::Harmful => "It asks for what harms people",
        Reason::Private => "It gives away what is private",
        Reason::Copied => "It is somebody else's work",
        Reason::Other => "Something else",
    }
}
