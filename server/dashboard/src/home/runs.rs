//! The executions that were asked for last. Not the whole list.

use crate::app::app;
use crate::execution::{StateBadge, answered};
use crate::history::ExecutionFilter;
use crate::route::{Route, RunPlace};
use krowoc_shared::execution::wire::ExecutionView;
use krowoc_ui::components::RelativeTime;
use krowoc_ui::format::seconds;
use krowoc_ui::messages::home as words;
use krowoc_ui::money::{cost, short_cost};
use leptos::prelude::*;

#[component]
pub(super) fn Recent(runs: Vec<ExecutionView>) -> impl IntoView {
    let none = runs.is_empty();
    let rows = runs
        .into_iter()
        .map(|run| view! { <Row run=run /> })
        .collect_view();
    let all = Route::Executions(ExecutionFilter::default()).address();
    view! {
        <section class="stack stack--2" aria-labelledby="recent">
            <div class="sec"><h2 id="recent">{words::RECENT}</h2>
                {(!none).then(|| view! { <a class="link push" href=all>{words::ALL_RUNS}</a> })}
            </div>
            {if none {
                view! {
                    <p class="soft">{words::NO_RUNS}</p>
                    <p><a class="btn" href=Route::Run(RunPlace::default()).address()>{words::RUN_A_TEXT}</a></p>
                }
                .into_any()
            } else {
                view! {
                    <div class="tablebox" tabindex="0">
                        <table class="table table--hover table--tight">
                            <thead><tr>
                                <th scope="col">{words::PROMPT}</th><th scope="col">{words::MODEL}</th><th scope="col">{words::STATE}</th>
                                <th scope="col" class="n">{words::TIME}</th><th scope="col" class="n">{words::COST}</th><th scope="col" class="n">{words::WHEN}</th>
                            </tr></thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                .into_any()
            }}
        </section>
    }
}

#[component]
fn Row(run: ExecutionView) -> impl IntoView {
    let app = app();
    let title = if run.title.is_empty() {
        words::INLINE.to_owned()
    } else {
        run.title.clone()
    };
    let model = answered(&run).clone();
    let time = run.latency_ms.map(seconds).unwrap_or_default();
    view! {
        <tr>
            <th scope="row"><a class="link link--plain cut block" dir="auto" href=Route::Execution(run.id).address()>{title}</a></th>
            <td class="soft nowrap" title=model.to_string()>{model.model.clone()}</td>
            <td><StateBadge state=run.state /></td>
            <td class="n">{time}</td>
            <td class="n" title=cost(run.cost)>{short_cost(run.cost)}</td>
            <td class="n muted"><RelativeTime at=run.created_at now=app.now /></td>
        </tr>
    }
}
