//! Two executions beside each other: their figures, and what differs between their answers.

use super::page::Failed;
use crate::app::app;
use crate::document::set_title;
use crate::execution::{Compare, Side, StateBadge};
use crate::frame::MenuButton;
use crate::history::ExecutionFilter;
use crate::route::Route;
use krowoc_shared::execution::wire::ExecutionDetail;
use krowoc_shared::ids::ExecutionId;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Icon, RelativeTime, Skeleton, calendar};
use krowoc_ui::format::{exact, seconds};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{executions as words, run};
use krowoc_ui::money::cost;
use leptos::prelude::*;
use leptos::task::spawn_local;

type Both = (ExecutionDetail, ExecutionDetail);

/// Two executions.
#[component]
pub fn ComparePage(
    /// The one.
    one: ExecutionId,
    /// The other.
    other: ExecutionId,
) -> impl IntoView {
    let app = app();
    let loaded = RwSignal::new(None::<Result<Both, ApiError>>);
    set_title(words::COMPARE);
    let load = move || {
        loaded.set(None);
        spawn_local(async move {
            let read = async |id: ExecutionId| {
                Client
                    .get::<ExecutionDetail>(&format!("/executions/{id}"))
                    .await
            };
            let answer = match (read(one).await, read(other).await) {
                (Ok(one), Ok(other)) => Ok((one, other)),
                (Err(error), _) | (_, Err(error)) => Err(error),
            };
            if let Err(error) = &answer
                && error.signed_out()
            {
                app.failed(error);
            }
            loaded.try_set(Some(answer));
        });
    };
    load();
    view! {
        <header class="top">
            <MenuButton />
            <nav class="crumb" aria-label=words::TITLE>
                <a href=Route::Executions(ExecutionFilter::default()).address()>{words::TITLE}</a>
                <Icon glyph=Glyph::Right class="i--sm i--flip" />
                <h1>{words::COMPARE}</h1>
            </nav>
        </header>
        <div class="pane"><div class="page">
            {move || match loaded.get() {
                None => view! { <Skeleton label=words::LOADING_ONE rows=4 /> }.into_any(),
                Some(Err(error)) => view! { <Failed title=words::ONE_FAILED error=error again=move |()| load() /> }.into_any(),
                Some(Ok((one, other))) => {
                    let sides = [&one, &other].map(|it| Side { name: name(it), text: it.output.clone() });
                    view! {
                        <div class="cols cols--2">{column(&one)}{column(&other)}</div>
                        <section aria-labelledby="differs" class="stack stack--3"><h2 id="differs">{run::COMPARE}</h2><Compare sides=sides.to_vec() /></section>
                    }
                    .into_any()
                }
            }}
        </div></div>
    }
}

fn name(detail: &ExecutionDetail) -> String {
    format!(
        "{}, {}",
        detail.view.model.model,
        exact(calendar(detail.view.created_at))
    )
}

fn column(detail: &ExecutionDetail) -> impl IntoView + use<> {
    let app = app();
    let view = detail.view.clone();
    let tokens = view.usage.as_ref().map_or_else(
        || "–".to_owned(),
        |usage| run::tokens(usage.input(), usage.output()),
    );
    view! {
        <section class="stack stack--2" aria-label=name(detail)>
            <h2 class="line"><a class="link cut" dir="auto" href=Route::Execution(view.id).address()>{view.title}</a><StateBadge state=view.state /></h2>
            <dl class="props">
                <dt>{words::MODEL}</dt><dd>{view.model.to_string()}</dd>
                <dt>{words::ASKED}</dt><dd><RelativeTime at=view.created_at now=app.now /></dd>
                <dt>{words::LATENCY}</dt><dd>{view.latency_ms.map_or_else(|| "–".to_owned(), seconds)}</dd>
                <dt>{words::TOKENS}</dt><dd>{tokens}</dd>
                <dt>{words::COST}</dt><dd>{cost(view.cost)}</dd>
            </dl>
        </section>
    }
}
