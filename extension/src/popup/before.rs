//! "You saved this before": what differs, and whether to update, append or keep both.

use super::desk::{Desk, Saving};
use super::lines::difference;
use crate::messages::{Before, Keep, Likeness};
use crate::page::dom::{El, div, group};
use crate::page::{Choice, choice, exact, icon, number, since, t, t1};
use krowoc_ui::icons::Glyph;

/// The earlier save, when there is one and nothing was saved yet.
pub(super) fn saved_before(desk: Desk) -> El {
    let before = move || {
        let saved = desk.saving.with(|saving| matches!(saving, Saving::Done(_)));
        desk.before().filter(|_| !saved)
    };
    group().some(before, move |before| block(desk, before))
}

fn block(desk: Desk, before: &Before) -> El {
    let sentence = match before.likeness {
        Likeness::Same => "beforeSame",
        Likeness::Near => "beforeNear",
        Likeness::SamePage => "beforePage",
    };
    let mut said = t1(sentence, &since(before.saved_at));
    if before.changed > 0 {
        said = format!("{said} {}", t1("beforeLines", &number(before.changed)));
    }
    let team = before.team.clone();
    let line = div("p", "line")
        .attr("title", &exact(before.saved_at))
        .child(icon(Glyph::History))
        .child(div("span", "grow").text(&said))
        .part(
            move || !desk.shelf.with(|shelf| shelf.teams.is_empty()),
            move |teams| whose(*teams, team.as_deref()),
        );
    let diff = before.diff.clone();
    div("div", "stack")
        .child(line)
        .child(what_to_do(desk))
        .when(
            move || desk.compares(),
            move || difference(&t("diffLabel"), &diff),
        )
        .part(move || desk.keep.get(), hint(&before.title))
}

/// Whose library it is in: nothing to tell without a team.
fn whose(teams: bool, team: Option<&str>) -> El {
    let name = match team {
        Some(team) => team.to_owned(),
        None if teams => t("libraryOwn"),
        None => return group(),
    };
    div("span", "badge").attr("dir", "auto").text(&name)
}

fn what_to_do(desk: Desk) -> El {
    let words = Choice {
        label: t("beforeWhat"),
        options: vec![t("keepUpdate"), t("keepAppend"), t("keepBoth")],
        block: true,
    };
    let chosen = move || match desk.keep.get() {
        Keep::Update => 0,
        Keep::Append => 1,
        Keep::Both => 2,
    };
    choice(words, chosen, move |at| {
        let keep = match at {
            0 => Keep::Update,
            1 => Keep::Append,
            _ => Keep::Both,
        };
        desk.choose(keep);
    })
}

fn hint(title: &str) -> impl Fn(&Keep) -> El + use<> {
    let title = if title.is_empty() {
        t("untitled")
    } else {
        title.to_owned()
    };
    move |keep| {
        let key = match keep {
            Keep::Update => "updateHint",
            Keep::Append => "appendHint",
            Keep::Both => return group(),
        };
        div("p", "hint").text(&t1(key, &title))
    }
}
