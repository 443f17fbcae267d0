//! The answer as it comes: text, how it stands, what it cost, what can be done with it. Not a renderer of HTML.

use super::desk::Desk;
use super::form::keys_of;
use crate::browser;
use crate::model::run::Run;
use crate::page::dom::{El, button, div, el, group};
use crate::page::{drawn, icon, icon_button, notice, number, t, t1, t2};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::failure::{Failure, FailureClass};
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
            .some(
                move || desk.run.with(|run| run.problem.clone()),
                move |told| problem(desk, told),
            )
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
    let stage = move || desk.run.with(|run| (run.reasoning.is_empty(), run.anew));
    group().part(stage, move |(empty, _)| {
        if *empty {
            return group();
        }
        el("details")
            .child(div("summary", "hint").text(&t("runReasoning")))
            .child(
                div("div", "xs muted run__quiet")
                    .attr("dir", "auto")
                    .grows(move |from| {
                        let rest =
                            |run: &Run| run.reasoning.get(from..).unwrap_or_default().to_owned();
                        desk.run.with(rest)
                    }),
            )
    })
}

/// The text: as it is while it comes, as blocks when it has come.
fn text(desk: Desk) -> El {
    let stage = move || {
        let (empty, anew) = desk.run.with(|run| (run.text.is_empty(), run.anew));
        (desk.busy.get(), empty, anew)
    };
    group().part(stage, move |(busy, empty, _)| match (busy, empty) {
        (_, true) => group(),
        (true, false) => shown("preview run__text run__text--live").child(
            div("div", "").attr("dir", "auto").grows(move |from| {
                let rest = |run: &Run| run.text.get(from..).unwrap_or_default().to_owned();
                desk.run.with(rest)
            }),
        ),
        (false, false) => {
            let text = desk.run.peek(|run| run.text.clone());
            shown("preview run__text").child(drawn(&text, usize::MAX))
        }
    })
}

/// Where the text stands: it can be scrolled with the keys.
fn shown(class: &str) -> El {
    div("div", class)
        .attr("role", "group")
        .attr("aria-label", &t("runAnswer"))
        .attr("dir", "auto")
        .attr("tabindex", "0")
}

fn problem(desk: Desk, problem: &Problem) -> El {
    let said = problem.detail.as_deref().unwrap_or(&problem.title);
    let shown = wrong(said).maybe((problem.code == ErrorCode::NoProviderKey).then(|| keys(desk)));
    let line = t1("runReference", &problem.correlation_id);
    let reference = (!problem.correlation_id.is_empty()).then(|| faint(&line));
    group().child(shown).maybe(reference)
}

fn wrong(said: &str) -> El {
    notice("notice notice--danger", Glyph::Alert, said).attr("role", "alert")
}

fn faint(line: &str) -> El {
    div("p", "xs muted").attr("dir", "auto").text(line)
}

/// The way to where keys are kept.
fn keys(desk: Desk) -> El {
    group().some(
        move || desk.server.get(),
        |server| keys_of(server, &t("runOpenKeys")),
    )
}

/// Usage, cost, time, and why it failed.
fn facts(desk: Desk) -> El {
    let ended = move || {
        let view = desk.run.with(|run| run.view.clone());
        view.filter(|view| view.state.is_final())
    };
    group().some(ended, move |view| {
        let why = view.failure.as_ref().map(|failure| failed(desk, failure));
        group().maybe(why).child(faint(&line(view)))
    })
}

/// Why it failed, with what to do where that is known; else in the provider's words.
fn failed(desk: Desk, failure: &Failure) -> El {
    let said = t1("runSaid", &failure.message);
    match failure.class {
        FailureClass::Cancelled => group(),
        FailureClass::Auth => group()
            .child(wrong(&t("runKeyRefused")).child(keys(desk)))
            .child(faint(&said)),
        FailureClass::Money => group().child(wrong(&t("runNoCredit"))).child(faint(&said)),
        _ => wrong(&failure.message),
    }
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
        // A tenth of a second at least: none is never the truth.
        let seconds = browser::number((latency as f64 / 100.0).round().max(1.0) / 10.0);
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
            .child(icon_button(&t("insert"), Glyph::Insert, move || {
                desk.insert_answer();
            }))
            .child(keep)
    })
}
