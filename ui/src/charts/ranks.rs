//! Bars that lie, one for each thing, longest first. Not their numbers.

use super::axis::{LINES, cut, lines, scaled, unit};
use super::frame::framed;
use leptos::prelude::*;

const LEFT: i64 = 132;
const RIGHT: i64 = 408;
/// Height of a row.
const ROW: i64 = 28;
/// Characters of a name that fit beside a bar.
const NAME: usize = 20;

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// What it stands for.
    pub name: String,
    /// How long it is.
    pub amount: i64,
    /// The amount in words, at its end.
    pub text: String,
    /// What it says when it is looked at.
    pub value: String,
}

/// The colour of a place. Five are told apart; what follows shares the last.
const fn colour(place: usize) -> &'static str {
    match place {
        0 => "b s1",
        1 => "b s2",
        2 => "b s3",
        3 => "b s4",
        _ => "b s5",
    }
}

/// Bars that lie.
#[component]
pub fn RankChart(
    /// What it is, for who moves into it.
    label: &'static str,
    /// What it shows, for who cannot see it.
    #[prop(into)]
    about: String,
    /// The bars, longest first.
    ranks: Vec<Rank>,
    /// An amount on the axis.
    amount: fn(i64) -> String,
) -> impl IntoView {
    let at = RwSignal::new(None::<usize>);
    let most = ranks.iter().map(|it| it.amount).max().unwrap_or(0);
    let unit = unit(most);
    let rows = i64::try_from(ranks.len()).unwrap_or(0);
    let foot = rows * ROW + 4;
    let grid = (0..=lines(most)).map(|n| {
        let x = LEFT + n * (RIGHT - LEFT) / LINES;
        let class = if n == 0 { "axis" } else { "gridline" };
        view! {
            <line class=class x1=x x2=x y1="0" y2=foot />
            <text x=x y={foot + 16} text-anchor="middle">{amount(unit.saturating_mul(n))}</text>
        }
    });
    let bars = ranks.iter().enumerate().map(|(i, rank)| {
        let y = i64::try_from(i).unwrap_or(0) * ROW + 6;
        let width = scaled(rank.amount, unit, RIGHT - LEFT);
        let on = move || at.get() == Some(i);
        view! {
            <text class="strong2" x="0" y={y + 12}><title>{rank.name.clone()}</title>{cut(&rank.name, NAME)}</text>
            <rect class=colour(i) class:is-on=on x=LEFT y=y width=width height="14" rx="2" />
            <text class="strong" x={LEFT + width + 8} y={y + 12}>{rank.text.clone()}</text>
            <rect class="hit" x="0" y={y - 6} width="488" height=ROW on:pointerenter=move |_| at.set(Some(i)) />
        }
    });
    let bars = bars.collect_view();
    let picture = view! {
        <svg class="chart chart--half" viewBox=format!("0 0 488 {}", foot + 24) role="img" aria-label=about>
            {grid.collect_view()}{bars}
        </svg>
    };
    framed(
        at,
        ranks.into_iter().map(|it| it.value).collect(),
        label,
        picture,
    )
}
