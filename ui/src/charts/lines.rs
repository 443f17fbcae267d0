//! Lines over time, told apart by colour and by their strokes. Not their numbers.

use super::axis::{apart, every, scaled, unit};
use super::frame::{Field, framed};
use leptos::prelude::*;

const LEFT: i64 = 44;
const RIGHT: i64 = 424;
const TOP: i64 = 8;
const FOOT: i64 = 180;
/// Where the picture lies.
const FIELD: Field = Field {
    left: LEFT,
    right: RIGHT,
    top: TOP,
    foot: FOOT,
};
/// Most points that are named below.
const NAMES: usize = 6;
/// Pixels between the names at the ends of lines.
const LEAST: i64 = 13;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name, at its end.
    pub name: &'static str,
    /// Its classes: colour and stroke.
    pub class: &'static str,
    /// Its values; a gap where nothing is known.
    pub values: Vec<Option<i64>>,
}

/// Where the n-th of so many points stands.
fn x(at: usize, count: usize) -> i64 {
    let last = i64::try_from(count.saturating_sub(1)).unwrap_or(1);
    let nth = i64::try_from(at).unwrap_or(0);
    if last <= 0 {
        return (LEFT + RIGHT) / 2;
    }
    LEFT + nth * (RIGHT - LEFT) / last
}

/// The path of a line, and that of its points without neighbours, which are dots.
fn paths(values: &[Option<i64>], unit: i64) -> (String, String) {
    let (mut line, mut dots) = (String::new(), String::new());
    let mut pen = false;
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            pen = false;
            continue;
        };
        let (x, y) = (x(at, values.len()), FOOT - scaled(*value, unit, FOOT - TOP));
        if !pen && !matches!(values.get(at.saturating_add(1)), Some(Some(_))) {
            dots.push_str(&format!("M{x} {y}h0.1"));
            continue;
        }
        line.push_str(&format!("{}{x} {y}", if pen { 'L' } else { 'M' }));
        pen = true;
    }
    (line, dots)
}

/// Lines over time.
#[component]
pub fn LineChart(
    /// What it is, for who moves into it.
    label: &'static str,
    /// What it shows, for who cannot see it.
    #[prop(into)]
    about: String,
    /// The lines.
    series: Vec<Series>,
    /// What stands below each point, when it is named.
    names: Vec<String>,
    /// What each point says when it is looked at.
    values: Vec<String>,
    /// An amount on the axis.
    amount: fn(i64) -> String,
) -> impl IntoView {
    let at = RwSignal::new(None::<usize>);
    let count = names.len();
    let most = series
        .iter()
        .flat_map(|it| it.values.iter().flatten())
        .copied()
        .max()
        .unwrap_or(0);
    let unit = unit(most);
    let grid = FIELD.grid(most, unit, amount);
    let height = |it: &Series| {
        let last = it.values.iter().rev().flatten().next().copied();
        FOOT - scaled(last.unwrap_or(0), unit, FOOT - TOP)
    };
    let heights: Vec<i64> = series.iter().map(height).collect();
    let ends = apart(&heights, LEAST, FOOT);
    let lines = series.iter().zip(ends).map(|(it, y)| {
        let known = it.values.iter().any(Option::is_some);
        let class = format!("l {}", it.class);
        let (line, dots) = paths(&it.values, unit);
        view! {
            <path class=class.clone() d=line />
            {(!dots.is_empty()).then(|| view! { <path class=format!("{class} dot") d=dots /> })}
            {known.then(|| view! { <text class="strong" x={RIGHT + 8} y={y + 4}>{it.name}</text> })}
        }
    });
    let lines = lines.collect_view();
    let named = every(count, NAMES);
    let below = names
        .into_iter()
        .enumerate()
        .filter(|(at, _)| at % named == named / 2 || count == 1);
    let below = below.map(|(at, name)| view! { <text x={x(at, count)} y={FOOT + 18} text-anchor="middle">{name}</text> });
    let slot = (RIGHT - LEFT) / i64::try_from(count).unwrap_or(1).max(1);
    let hits = (0..count).map(|i| {
        view! { <rect class="hit" x={x(i, count) - slot / 2} y=TOP width={slot.max(1)} height={FOOT - TOP} on:pointerenter=move |_| at.set(Some(i)) /> }
    });
    let cursor = move || {
        at.get().map(|at| {
            let x = x(at, count);
            view! { <line class="cursor" x1=x x2=x y1=TOP y2=FOOT /> }
        })
    };
    let picture = view! {
        <svg class="chart chart--half" viewBox="0 0 488 208" role="img" aria-label=about>
            {grid}{cursor}{lines}{below.collect_view()}{hits.collect_view()}
        </svg>
    };
    framed(at, values, label, picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_gaps_where_nothing_is_known_and_dots_for_single_points() {
        let values = [Some(0), Some(40), None, Some(20), None, None];
        let told = |values: &[Option<i64>]| paths(values, 10);
        let both = |line: &str, dots: &str| (line.to_owned(), dots.to_owned());
        assert_eq!(told(&values), both("M44 180L120 8", "M272 94h0.1"));
        assert_eq!(told(&[None, None]), both("", ""));
        assert_eq!(told(&[Some(40)]), both("", "M234 8h0.1"));
    }

    #[test]
    fn points_reach_from_edge_to_edge() {
        assert_eq!((x(0, 30), x(29, 30)), (LEFT, RIGHT));
        assert_eq!(x(0, 1), (LEFT + RIGHT) / 2);
        assert!((0..366).all(|at| (LEFT..=RIGHT).contains(&x(at, 366))));
    }
}
