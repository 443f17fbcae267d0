//! What this month used at each provider. Not the reports by day: those are in the settings.

use crate::execution::series;
use crate::period::month;
use crate::route::{Route, Section};
use krowoc_shared::dashboards::wire::ProviderUsage;
use krowoc_shared::execution::wire::UsageSum;
use krowoc_shared::ids::Millis;
use krowoc_ui::format::count;
use krowoc_ui::messages::home as words;
use krowoc_ui::money::{short_usd, usd};
use leptos::prelude::*;

/// The colour of a place: five are told apart, what follows shares the last.
const fn colour(at: usize) -> &'static str {
    if at < 4 { series(at) } else { "dot s5" }
}

fn cells(sum: &UsageSum) -> impl IntoView + use<> {
    let exact = |n: u64| (n >= 10_000).then(|| count(n));
    let failed = (sum.failed > 0).then(|| words::failed(sum.failed));
    view! {
        <td class="n" title=failed>{count(sum.executions)}</td>
        <td class="n" title=exact(sum.input_tokens)>{words::tokens(sum.input_tokens)}</td>
        <td class="n" title=exact(sum.output_tokens)>{words::tokens(sum.output_tokens)}</td>
        <td class="n med" title=usd(sum.cost)>{short_usd(sum.cost)}</td>
    }
}

#[component]
pub(super) fn Used(month: Millis, providers: Vec<ProviderUsage>, used: UsageSum) -> impl IntoView {
    let title = words::usage(self::month(month));
    let none = providers.is_empty();
    let several = providers.len() > 1;
    let rows = providers.into_iter().enumerate().map(|(at, it)| {
        view! {
            <tr>
                <th scope="row"><span class="line"><span class=colour(at)></span>{it.provider.title()}</span></th>
                {cells(&it.sum)}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="stack stack--2" aria-labelledby="used">
            <div class="sec"><h2 id="used">{title}</h2><a class="link push" href=Route::Settings(Section::Keys).address()>{words::MANAGE_KEYS}</a></div>
            {if none {
                view! { <p class="soft">{words::NO_USAGE}</p> }.into_any()
            } else {
                view! {
                    <div class="tablebox" tabindex="0">
                        <table class="table">
                            <thead><tr>
                                <th scope="col">{words::PROVIDER}</th><th scope="col" class="n">{words::CALLS}</th><th scope="col" class="n">{words::TOKENS_IN}</th>
                                <th scope="col" class="n">{words::TOKENS_OUT}</th><th scope="col" class="n">{words::COST}</th>
                            </tr></thead>
                            <tbody>{rows}</tbody>
                            {several.then(|| view! { <tfoot><tr><th scope="row">{words::TOGETHER}</th>{cells(&used)}</tr></tfoot> })}
                        </table>
                    </div>
                }
                .into_any()
            }}
        </section>
    }
}
