//! The key figures in a row, each beside the period before. Not the charts.

use krowoc_shared::dashboards::wire::{DashboardView, Figures};
use krowoc_shared::execution::NanoUsd;
use krowoc_ui::format::{count, seconds};
use krowoc_ui::messages::figures as words;
use krowoc_ui::money::{short_usd, usd};
use leptos::prelude::*;

/// One figure: its name, itself, and a note below.
#[component]
pub(super) fn Kpi(
    /// Its name.
    label: &'static str,
    /// Itself.
    #[prop(into)]
    value: String,
    /// Exactly.
    #[prop(optional, into)]
    exact: String,
    /// What is to be known of it.
    #[prop(into)]
    note: String,
    /// It got worse.
    #[prop(optional)]
    warn: bool,
) -> impl IntoView {
    let class = if warn { "kpi__note warn" } else { "kpi__note" };
    let exact = (!exact.is_empty()).then_some(exact);
    view! {
        <div class="kpi">
            <dt class="kpi__label">{label}</dt>
            <dd class="kpi__value" title=exact>{value}</dd>
            <dd class=class>{note}</dd>
        </div>
    }
}

/// Whether a share fell by half a point or more.
pub(super) fn fell(now: &Figures, before: &Figures) -> bool {
    match (now.success(), before.success()) {
        (Some(now), Some(before)) => now.saturating_add(50) <= before,
        _ => false,
    }
}

/// What one execution cost on average; nothing of nothing.
pub(super) fn average(figures: &Figures) -> NanoUsd {
    let priced = figures.executions.saturating_sub(figures.unpriced);
    let by = i64::try_from(priced).unwrap_or(i64::MAX).max(1);
    NanoUsd(figures.cost.0 / by)
}

#[component]
pub(super) fn Kpis(view: DashboardView, span: String) -> impl IntoView {
    let (now, before) = (view.total, view.before);
    let latency = now.latency;
    let (p50, rest) = match latency {
        Some(all) => (
            seconds(all.p50),
            words::percentiles(&seconds(all.p95), &seconds(all.p99)),
        ),
        None => (words::NOTHING.to_owned(), String::new()),
    };
    let mut cost = words::each(&short_usd(average(&now)));
    if now.unpriced > 0 {
        cost = format!("{cost}, {}", words::unpriced(now.unpriced));
    }
    let active = view.active;
    view! {
        <dl class="kpis" aria-label=format!("{}, {span}", words::KEY_FIGURES)>
            <Kpi label=words::EXECUTIONS value=count(now.executions) note=words::changed(now.executions, before.executions) />
            <Kpi label=words::SUCCESS value=words::percent(now.success()) note=words::points(now.success(), before.success()) warn=fell(&now, &before) />
            <Kpi label=words::LATENCY_P50 value=p50 note=rest />
            <Kpi label=words::COST value=short_usd(now.cost) exact=usd(now.cost) note=cost />
            <Kpi label=words::ACTIVE value=count(active.count) note=words::came_and_went(active.new, active.silent) />
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(completed: u64, failed: u64) -> Figures {
        Figures {
            executions: completed + failed,
            completed,
            failed,
            cost: NanoUsd(1_000),
            ..Figures::default()
        }
    }

    #[test]
    fn half_a_point_less_is_worth_a_look_and_nothing_to_compare_is_not() {
        assert!(fell(&figures(97, 3), &figures(98, 2)));
        assert!(!fell(&figures(98, 2), &figures(97, 3)));
        assert!(!fell(&figures(9_997, 3), &figures(1, 0)));
        assert!(!fell(&figures(0, 5), &figures(0, 0)));
    }

    #[test]
    fn an_average_is_of_those_with_a_price_and_never_divides_by_nothing() {
        assert_eq!(average(&figures(4, 1)), NanoUsd(200));
        let unpriced = Figures {
            unpriced: 5,
            ..figures(5, 0)
        };
        assert_eq!(average(&unpriced), NanoUsd(1_000));
        assert_eq!(average(&Figures::default()), NanoUsd(0));
    }
}
