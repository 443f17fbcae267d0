//! The budget: where the month stands, ceilings to set, and what was used by day, model, prompt or key.

use super::usage::Usage;
use crate::app::app;
use crate::frame::Reference;
use krowoc_shared::execution::NanoUsd;
use krowoc_shared::execution::wire::{BudgetLevel, BudgetView, SetBudget, UnpricedPolicy};
use krowoc_shared::ids::Millis;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Notice, NoticeKind, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, keys as words};
use krowoc_ui::money::{parse_usd, usd};
use leptos::prelude::*;
use leptos::task::spawn_local;

type Loaded = RwSignal<Option<Result<BudgetView, ApiError>>>;

#[component]
pub(super) fn Budget() -> impl IntoView {
    let app = app();
    let loaded: Loaded = RwSignal::new(None);
    let load = move || {
        spawn_local(async move {
            let answer = Client.get::<BudgetView>("/budget").await;
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
        <p class="soft">{words::BUDGET_TEXT}</p>
        {move || match loaded.get() {
            None => view! { <Skeleton label=words::BUDGET_LOADING rows=2 /> }.into_any(),
            Some(Err(error)) => view! {
                <div role="alert"><Empty glyph=Glyph::Alert title=words::BUDGET_FAILED text=error.sentence()>
                    <button type="button" class="btn" on:click=move |_| load()><Icon glyph=Glyph::Sync />{common::TRY_AGAIN}</button>
                    <Reference id=error.correlation().to_owned() />
                </Empty></div>
            }
            .into_any(),
            Some(Ok(view)) => view! { <Standing view=view.clone() /><Ceilings view=view loaded=loaded /> }.into_any(),
        }}
        <Usage />
    }
}

/// Parts of a ceiling in thousandths: spent, and held.
#[must_use]
pub(super) fn parts(spent: NanoUsd, reserved: NanoUsd, ceiling: NanoUsd) -> (u32, u32) {
    let whole = i128::from(ceiling.0.max(1));
    let part = |amount: NanoUsd| {
        let thousandths = i128::from(amount.0.max(0)).saturating_mul(1_000) / whole;
        u32::try_from(thousandths.min(1_000)).unwrap_or(1_000)
    };
    let spent = part(spent);
    (spent, part(reserved).min(1_000u32.saturating_sub(spent)))
}

#[component]
fn Standing(view: BudgetView) -> impl IntoView {
    let end = day(view.period_end.saturating_sub(1));
    let unpriced = (view.unpriced_executions > 0)
        .then(|| view! { <p class="hint">{words::unpriced_runs(view.unpriced_executions)}</p> });
    let server = view.server_held.map(|tier| {
        view! { <Meter name=words::SERVER_KEYS spent=tier.spent reserved=tier.reserved ceiling=Some(tier.ceiling) level=tier.level /> }
    });
    view! {
        <section class="stack stack--4" aria-labelledby="standing">
            <h3 id="standing">{words::until(&end)}</h3>
            <Meter name=words::OWN_KEYS spent=view.spent reserved=view.reserved ceiling=view.ceiling level=view.level />
            {server}
            {unpriced}
        </section>
    }
}

/// A day in UTC, such as `2026-11-30`.
#[must_use]
pub(super) fn day(at: Millis) -> String {
    let (year, month, day) = super::usage::civil(at.div_euclid(86_400_000));
    format!("{year:04}-{month:02}-{day:02}")
}

#[component]
fn Meter(
    name: &'static str,
    spent: NanoUsd,
    reserved: NanoUsd,
    ceiling: Option<NanoUsd>,
    level: BudgetLevel,
) -> impl IntoView {
    let held = (reserved > NanoUsd::ZERO).then(|| {
        view! { <span class="xs muted">{words::HELD}": "{usd(reserved)}</span> }
    });
    let Some(ceiling) = ceiling else {
        return view! {
            <div class="stack stack--1">
                <span class="line"><b class="med grow">{name}</b><span>{usd(spent)}</span></span>
                <span class="line"><span class="xs muted grow">{words::NO_CEILING}</span>{held}</span>
            </div>
        }
        .into_any();
    };
    let (used, waiting) = parts(spent, reserved, ceiling);
    let class = match level {
        BudgetLevel::Fine => "meter",
        BudgetLevel::Near => "meter meter--near",
        BudgetLevel::Reached => "meter meter--reached",
    };
    let near = (level != BudgetLevel::Fine).then(|| {
        let kind = if level == BudgetLevel::Near {
            NoticeKind::Warn
        } else {
            NoticeKind::Danger
        };
        view! { <Notice kind=kind><span class="grow">{words::level(level)}"."</span></Notice> }
    });
    let text = words::of(&usd(spent), &usd(ceiling));
    view! {
        <div class="stack stack--1">
            <span class="line line--wrap"><b class="med grow">{name}</b>{held}<span>{text.clone()}</span></span>
            <svg class=class viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label=format!("{name}: {text}, {}", words::level(level))>
                <rect class="meter__track" width="1000" height="20" />
                <rect class="meter__held" x=used.to_string() width=waiting.to_string() height="20" />
                <rect class="meter__used" width=used.to_string() height="20" />
                <line class="meter__mark" x1="800" x2="800" y1="0" y2="20" vector-effect="non-scaling-stroke" />
            </svg>
            <span class="meter__label xs muted" aria-hidden="true"><span>"80 %"</span></span>
            {near}
        </div>
    }
    .into_any()
}

#[component]
fn Ceilings(view: BudgetView, loaded: Loaded) -> impl IntoView {
    let app = app();
    let text = |amount: Option<NanoUsd>| amount.map(|it| it.to_string()).unwrap_or_default();
    let month = RwSignal::new(text(view.ceiling));
    let run = RwSignal::new(text(view.run_ceiling));
    let policy = RwSignal::new(view.unpriced);
    let refused = RwSignal::new(None::<ApiError>);
    let before = SetBudget {
        ceiling: view.ceiling,
        run_ceiling: view.run_ceiling,
        unpriced: view.unpriced,
    };
    let put = move |budget: SetBudget, undo: Option<SetBudget>| {
        refused.try_set(None);
        spawn_local(async move {
            match Client.put::<BudgetView>("/budget", &budget).await {
                Ok(view) => {
                    loaded.try_set(Some(Ok(view)));
                    match undo {
                        Some(before) => {
                            app.toasts.undoable(Glyph::Check, words::SAVED, move || {
                                restore(app, loaded, before.clone());
                            })
                        }
                        None => app.toasts.say(Glyph::Check, words::SAVED),
                    }
                }
                Err(error) => drop(refused.try_set(Some(error))),
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (month, run) = (month.get_untracked(), run.get_untracked());
        if let (Ok(ceiling), Ok(run_ceiling)) = (parse_usd(&month), parse_usd(&run)) {
            let budget = SetBudget {
                ceiling,
                run_ceiling,
                unpriced: policy.get_untracked(),
            };
            put(budget, Some(before.clone()));
        }
    };
    let options = [UnpricedPolicy::Block, UnpricedPolicy::Allow].map(|each| {
        let value = if each == UnpricedPolicy::Block { "block" } else { "allow" };
        view! { <option value=value selected=move || policy.get() == each>{words::unpriced(each)}</option> }
    });
    let choose = move |event| {
        policy.set(if event_target_value(&event) == "allow" {
            UnpricedPolicy::Allow
        } else {
            UnpricedPolicy::Block
        });
    };
    view! {
        <section class="stack stack--4" aria-labelledby="ceilings">
            <h3 id="ceilings">{words::CEILINGS}</h3>
            <form class="card" on:submit=submit>
                <div class="card__body form2">
                    <Money id="ceiling-month" label=words::MONTH_CEILING typed=month />
                    <Money id="ceiling-run" label=words::RUN_CEILING typed=run />
                    <div class="field wide">
                        <label class="label" for="unpriced">{words::UNPRICED_LABEL}</label>
                        <span class="selectbox"><select class="select" id="unpriced" on:change=choose>{options.into_iter().collect_view()}</select><Icon glyph=Glyph::Down /></span>
                    </div>
                    {move || refused.get().map(|error| view! { <p class="hint hint--error wide" role="alert">{error.sentence()}</p> })}
                </div>
                <div class="card__foot line"><span class="grow"></span><button type="submit" class="btn btn--primary">{words::SAVE}</button></div>
            </form>
        </section>
    }
}

/// Puts the ceilings back as they were.
fn restore(app: crate::app::App, loaded: Loaded, before: SetBudget) {
    spawn_local(async move {
        match Client.put::<BudgetView>("/budget", &before).await {
            Ok(view) => drop(loaded.try_set(Some(Ok(view)))),
            Err(error) => app.failed(&error),
        }
    });
}

#[component]
fn Money(id: &'static str, label: &'static str, typed: RwSignal<String>) -> impl IntoView {
    let hint = format!("{id}-hint");
    let fault = Memo::new(move |_| typed.with(|typed| parse_usd(typed).err()));
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <input class="input" id=id inputmode="decimal" autocomplete="off" dir="ltr" aria-describedby=hint.clone() aria-invalid=move || fault.get().is_some().to_string()
                prop:value=move || typed.get() on:input=move |event| typed.set(event_target_value(&event)) />
            <p class="hint" id=hint role="status">{move || match fault.get() {
                Some(fault) => view! { <span class="hint hint--error">{fault}</span> }.into_any(),
                None => words::CEILING_HINT.into_any(),
            }}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_never_runs_over_its_end() {
        let usd = NanoUsd::usd;
        assert_eq!(parts(usd(16), usd(2), usd(20)), (800, 100));
        assert_eq!(parts(usd(30), usd(5), usd(20)), (1_000, 0));
        assert_eq!(parts(usd(1), usd(0), usd(0)), (1_000, 0));
        assert_eq!(
            parts(NanoUsd(i64::MAX), NanoUsd(i64::MAX), NanoUsd(i64::MAX)),
            (1_000, 0)
        );
    }

    #[test]
    fn days_are_those_of_utc() {
        assert_eq!(day(1_764_547_200_000 - 1), "2025-11-30");
        assert_eq!(day(0), "1970-01-01");
    }
}
