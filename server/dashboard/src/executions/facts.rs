//! What is known about one execution beside its texts: figures, usage, attempts. Not its answer.

use crate::app::App;
use crate::execution::answered;
use crate::navigation::placed_in;
use crate::route::Route;
use krowoc_shared::execution::wire::{Attempt, ExecutionDetail};
use krowoc_ui::components::{Icon, RelativeTime};
use krowoc_ui::format::{count, seconds};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{executions as words, run};
use krowoc_ui::money::{cost, usd};
use leptos::prelude::*;

/// The column beside the answer.
#[component]
pub fn Facts(app: App, detail: ExecutionDetail) -> impl IntoView {
    view! {
        <div class="pad stack stack--6">
            <Figures app=app detail=detail.clone() />
            <Usage detail=detail.clone() />
            <Attempts detail=detail />
        </div>
    }
}

fn row(name: &'static str, value: impl IntoView + 'static) -> impl IntoView {
    view! { <dt>{name}</dt><dd dir="auto">{value.into_any()}</dd> }
}

#[component]
fn Figures(app: App, detail: ExecutionDetail) -> impl IntoView {
    let saved = detail.saved_as.map(|id| {
        let address = Route::Document(id).address();
        match detail.saved_in {
            Some(space) => placed_in(address, space),
            None => address,
        }
    });
    let view = detail.view;
    let fallback = view
        .answered_by
        .clone()
        .filter(|model| *model != view.model);
    let asked = view.model.to_string();
    let prompt = view.prompt.map(|id| {
        let address = Route::Document(id).address();
        let address = match view.team.or(app.space.own()) {
            Some(space) => placed_in(address, space),
            None => address,
        };
        view! { <a class="link" href=address>{view.title.clone()}</a> }
    });
    view! {
        <section class="stack stack--2" aria-labelledby="figures">
            <h2 id="figures">{words::FIGURES}</h2>
            <dl class="props">
                {prompt.map(|link| row(words::PROMPT, link))}
                {row(words::MODEL, asked)}
                {fallback.map(|model| row(words::ANSWERED_BY, model.to_string()))}
                {row(words::ASKED, view! { <RelativeTime at=view.created_at now=app.now /> })}
                {view.finished_at.map(|at| row(words::ENDED, view! { <RelativeTime at=at now=app.now /> }))}
                {view.first_token_ms.map(|ms| row(words::FIRST_TOKEN, seconds(ms)))}
                {view.latency_ms.map(|ms| row(words::LATENCY, seconds(ms)))}
                {view.finish_reason.is_some().then(|| row(words::FINISH, words::finish(view.finish_reason)))}
                {row(words::COST, cost(view.cost))}
                {row(words::RESERVED, usd(view.reserved))}
                {view.price_revision.map(|revision| row(words::PRICE, revision))}
                {view.version.map(|version| row(words::VERSION, count(version)))}
                {saved.map(|address| row(words::SAVED_AS, view! { <a class="link" href=address>{words::SNIPPET}</a> }))}
                {(!view.correlation_id.is_empty()).then(|| row(words::REFERENCE, view! { <span class="mono xs">{view.correlation_id}</span> }))}
            </dl>
        </section>
    }
}

#[component]
fn Usage(detail: ExecutionDetail) -> impl IntoView {
    let parts = detail.view.usage.clone().unwrap_or_default().parts;
    let raw = detail
        .raw_usage
        .as_ref()
        .and_then(|raw| serde_json::to_string_pretty(raw).ok());
    let none = parts
        .is_empty()
        .then(|| view! { <p class="muted">{words::NO_USAGE}</p> });
    let parts = parts.into_iter().map(|(unit, amount)| {
        view! { <dt>{words::unit(unit)}</dt><dd class="num">{count(amount)}</dd> }
    });
    view! {
        <section class="stack stack--2" aria-labelledby="usage">
            <h2 id="usage">{words::USAGE}</h2>
            {none}
            <dl class="props props--end">{parts.collect_view()}</dl>
            {raw.map(|raw| view! {
                <details class="data"><summary><Icon glyph=Glyph::Right class="i--flip" />{words::RAW_USAGE}</summary>
                    <pre class="code" tabindex="0" dir="ltr">{raw}</pre>
                </details>
            })}
        </section>
    }
}

#[component]
fn Attempts(detail: ExecutionDetail) -> impl IntoView {
    let model = answered(&detail.view).clone();
    let line = move |attempt: Attempt| {
        let asked = (attempt.model != model).then(|| attempt.model.to_string());
        let (glyph, text) = match &attempt.failure {
            Some(failure) => (Glyph::Alert, run::class(failure.class)),
            None if attempt.duration_ms.is_some() => (Glyph::Check, run::state(detail.view.state)),
            None => (Glyph::Clock, run::state(detail.view.state)),
        };
        let said = attempt
            .failure
            .as_ref()
            .and_then(|it| run::provider_said(&it.message, it.status, it.code.as_deref()));
        view! {
            <li class="item item--flat">
                <Icon glyph=glyph />
                <span class="stack stack--0">
                    <span>{words::number(attempt.number)}": "<b class="med">{text}</b></span>
                    {asked.map(|asked| view! { <span class="xs muted" dir="auto">{asked}</span> })}
                    {said.map(|said| view! { <span class="xs muted" dir="auto">{said}</span> })}
                    {attempt.request_id.clone().map(|id| view! { <span class="xs muted mono cut">{id}</span> })}
                </span>
                <span class="xs muted nowrap">{attempt.duration_ms.map(seconds)}</span>
            </li>
        }
    };
    view! {
        <section class="stack stack--2" aria-labelledby="attempts">
            <h2 id="attempts">{words::ATTEMPTS}</h2>
            <ul class="list" role="list">{detail.view.attempts.clone().into_iter().map(line).collect_view()}</ul>
        </section>
    }
}
