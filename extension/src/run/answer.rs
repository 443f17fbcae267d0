//! The answer as it comes: text, how it stands, what it cost, what can be done with it. Not a renderer of HTML.

use super::desk::Desk;
use crate::browser;
use crate::model::preview::{Block, Shape, Style, blocks};
use crate::page::dom::{El, button, div, el, group};
use crate::page::{icon, icon_button, notice, number, t, t1, t2};
use krowoc_shared::error::Problem;
use krowoc_shared::execution::wire::{Cost, ExecutionState, ExecutionView};
use krowoc_ui::icons::Glyph;

/// The answer of the run, once there is one.
pub(super) fn answer(desk: Desk) -> El {
    let begun = move || {
        desk.busy.get()
            || desk
                .run
                .with(|run| run.view.is_some() || run.problem.is_some())
    };
    group().when(begun, move || {
        div("section", "stack run__answer")
            .attr("aria-label", &t("runAnswer"))
            .child(standing(desk))
            .child(reasoning(desk))
            .child(text(desk))
            .some(move || desk.run.with(|run| run.problem.clone()), problem)
            .child(facts(desk))
            .child(actions(desk))
    })
}

/// How it stands, in a word.
fn standing(desk: Desk) -> El {
    let now = move || {
        if desk.broken.get() {
            return ("state state--warn", Glyph::Off, t("runBrokenOff"));
        }
        desk.tick.get();
        let (state, until, begun) = desk
            .run
            .with(|run| (run.state(), run.waits_until(), !run.text.is_empty()));
        match (state, until) {
            (ExecutionState::Waiting | ExecutionState::Running, Some(at)) => {
                let seconds = at.saturating_sub(browser::now()).max(0) / 1000 + 1;
                let seconds = number(usize::try_from(seconds).unwrap_or(0));
                ("state state--warn", Glyph::Clock, t1("runWaits", &seconds))
            }
            (ExecutionState::Waiting | ExecutionState::Running, None) if begun => {
                ("state state--live", Glyph::Play, t("runAnswers"))
            }
            (ExecutionState::Waiting | ExecutionState::Running, None) => {
                ("state state--live", Glyph::Clock, t("runThinks"))
            }
            (ExecutionState::Completed, _) => ("state state--ok", Glyph::Check, t("runDone")),
            (ExecutionState::Failed, _) => ("state state--danger", Glyph::Alert, t("runFailed")),
            (ExecutionState::Truncated, _) => {
                ("state state--warn", Glyph::Alert, t("runTruncated"))
            }
            (ExecutionState::Cancelled, _) => ("state", Glyph::Off, t("runCancelled")),
        }
    };
    let shown = move || desk.run.with(|run| run.problem.is_none());
    div("p", "").attr("role", "status").when(shown, move || {
        group().part(now, |(class, glyph, word)| {
            div("span", class).child(icon(*glyph)).text(word)
        })
    })
}

fn reasoning(desk: Desk) -> El {
    group().when(
        move || desk.run.with(|run| !run.reasoning.is_empty()),
        move || {
            el("details")
                .child(div("summary", "hint").text(&t("runReasoning")))
                .child(
                    div("div", "xs muted run__text")
                        .attr("dir", "auto")
                        .told(move || desk.run.with(|run| run.reasoning.clone())),
                )
        },
    )
}

/// The text: as it is while it comes, as blocks when it has come.
fn text(desk: Desk) -> El {
    let plain = move || {
        div("div", "preview run__text")
            .attr("dir", "auto")
            .attr("tabindex", "0")
            .told(move || desk.run.with(|run| run.text.clone()))
    };
    group().part(
        move || (desk.busy.get(), desk.run.with(|run| run.text.is_empty())),
        move |(busy, empty)| match (busy, empty) {
            (_, true) => group(),
            (true, false) => plain(),
            (false, false) => {
                let text = desk.run.peek(|run| run.text.clone());
                div("div", "preview run__text")
                    .attr("dir", "auto")
                    .attr("tabindex", "0")
                    .children(blocks(&text, usize::MAX).into_iter().map(block))
            }
        },
    )
}

fn block(block: Block) -> El {
    let element = match block.shape {
        Shape::Heading => el("h2"),
        Shape::Paragraph => el("p"),
        Shape::Quote => el("blockquote"),
        Shape::Code => el("pre"),
        Shape::Item(_) => el("li"),
    };
    element.children(block.spans.into_iter().map(|span| {
        let piece = match span.style {
            Style::Strong => el("b"),
            Style::Code => el("code"),
            Style::Plain | Style::Variable => el("span"),
        };
        piece.text(&span.text)
    }))
}

fn problem(problem: &Problem) -> El {
    let said = problem.detail.as_deref().unwrap_or(&problem.title);
    let shown = notice("notice notice--danger", Glyph::Alert, said).attr("role", "alert");
    if problem.correlation_id.is_empty() {
        return shown;
    }
    let line = t1("runReference", &problem.correlation_id);
    group().child(shown).child(div("p", "xs muted").text(&line))
}

/// Usage, cost, time, and why it failed.
fn facts(desk: Desk) -> El {
    group().some(
        move || {
            desk.run
                .with(|run| run.view.clone().filter(|view| view.state.is_final()))
        },
        |view| {
            let failed = view.failure.as_ref().map(|failure| {
                notice("notice notice--danger", Glyph::Alert, &failure.message)
                    .attr("role", "alert")
            });
            group()
                .maybe(failed)
                .child(div("p", "xs muted").text(&line(view)))
        },
    )
}

fn line(view: &ExecutionView) -> String {
    let answered = view.answered_by.as_ref().unwrap_or(&view.model);
    let mut parts = vec![answered.to_string()];
    if let Some(usage) = &view.usage {
        let count = |tokens: u64| number(usize::try_from(tokens).unwrap_or(usize::MAX));
        parts.push(t2(
            "runTokens",
            &count(usage.input()),
            &count(usage.output()),
        ));
    }
    match view.cost {
        Cost::Exact(amount) => parts.push(t1("runCost", &amount.to_string())),
        Cost::Estimated(amount) => parts.push(t1("runCostAbout", &amount.to_string())),
        Cost::Unpriced => parts.push(t("runUnpriced")),
        Cost::Pending => {}
    }
    if let Some(latency) = view.latency_ms {
        let seconds = browser::number((latency as f64 / 100.0).round() / 10.0);
        parts.push(t1("runSeconds", &seconds));
    }
    if view.attempts.len() > 1 {
        parts.push(t1("queueAttempts", &number(view.attempts.len())));
    }
    parts.join(" · ")
}

fn actions(desk: Desk) -> El {
    let has_text = move || !desk.busy.get() && desk.run.with(|run| !run.text.is_empty());
    group().when(has_text, move || {
        let keep = group().part(
            move || desk.saved.get().is_some(),
            move |saved| {
                if *saved {
                    div("span", "state state--ok")
                        .child(icon(Glyph::Check))
                        .text(&t("saved"))
                } else {
                    button("btn btn--sm", move || desk.keep())
                        .attr("id", "keep")
                        .text(&t("runKeep"))
                }
            },
        );
        div("div", "line")
            .child(icon_button(&t("copy"), Glyph::Copy, move || desk.copy()))
            .child(keep)
    })
}
