//! Columns over time, each of what went well and what did not. Not their numbers.

use super::axis::{every, scaled, unit};
use super::frame::{Field, framed};
use leptos::prelude::*;

const LEFT: i64 = 44;
const RIGHT: i64 = 480;
const TOP: i64 = 8;
const FOOT: i64 = 180;
/// Where the picture lies.
const FIELD: Field = Field {
    left: LEFT,
    right: RIGHT,
    top: TOP,
    foot: FOOT,
};
/// Most columns that are named below.
const NAMES: usize = 6;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands below it, when it is named.
    pub name: String,
    /// What it says when it is looked at.
    pub value: String,
    /// Its lower part.
    pub good: i64,
    /// Its upper part, in the colour of failures.
    pub bad: i64,
}

/// Where a column stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    x: i64,
    width: i64,
    /// Upper edge and height of the lower part.
    good: (i64, i64),
    /// The same of the upper part.
    bad: (i64, i64),
    name: Option<String>,
}

/// The height of the highest column, as an amount.
fn highest(columns: &[Column]) -> i64 {
    let heights = columns
        .iter()
        .map(|it| it.good.max(0).saturating_add(it.bad.max(0)));
    heights.max().unwrap_or(0)
}

/// The columns in pixels, on an axis of such units.
fn places(columns: &[Column], unit: i64) -> Vec<Place> {
    let count = i64::try_from(columns.len()).unwrap_or(1).max(1);
    let slot = (RIGHT - LEFT) / count;
    let width = (slot * 7 / 10).clamp(1, 36);
    let named = every(columns.len(), NAMES);
    let place = |(at, column): (usize, &Column)| {
        let nth = i64::try_from(at).unwrap_or(0);
        let good = scaled(column.good, unit, FOOT - TOP);
        let bad = scaled(column.bad, unit, FOOT - TOP);
        // A pixel of paper between the parts, where there is room.
        let gap = i64::from(good > 2 && bad > 0);
        let edge = FOOT - good;
        let upper = (edge - gap - bad).max(TOP);
        Place {
            x: LEFT + nth * (RIGHT - LEFT) / count + (slot - width) / 2,
            width,
            good: (edge, good),
            bad: (upper, (edge - gap - upper).max(0)),
            name: (at % named == named / 2 || columns.len() == 1).then(|| column.name.clone()),
        }
    };
    columns.iter().enumerate().map(place).collect()
}

/// Columns over time.
#[component]
pub fn ColumnChart(
    /// What it is, for who moves into it.
    label: &'static str,
    /// What it shows, for who cannot see it.
    #[prop(into)]
    about: String,
    /// The columns.
    columns: Vec<Column>,
    /// An amount on the axis.
    amount: fn(i64) -> String,
) -> impl IntoView {
    let at = RwSignal::new(None::<usize>);
    let most = highest(&columns);
    let unit = unit(most);
    let places = places(&columns, unit);
    let grid = FIELD.grid(most, unit, amount);
    let bars = places.into_iter().enumerate().map(|(i, place)| {
        let on = move || at.get() == Some(i);
        let middle = place.x + place.width / 2;
        view! {
            <rect class="b s1" class:is-on=on x=place.x y=place.good.0 width=place.width height=place.good.1 rx="1" />
            <rect class="b sbad" x=place.x y=place.bad.0 width=place.width height=place.bad.1 rx="1" />
            {place.name.map(|name| view! { <text x=middle y={FOOT + 18} text-anchor="middle">{name}</text> })}
            <rect class="hit" x={place.x - 1} y=TOP width={place.width + 2} height={FOOT - TOP} on:pointerenter=move |_| at.set(Some(i)) />
        }
    });
    let picture = view! {
        <svg class="chart chart--half" viewBox="0 0 488 208" role="img" aria-label=about>
            {grid}{bars.collect_view()}
        </svg>
    };
    framed(
        at,
        columns.into_iter().map(|it| it.value).collect(),
        label,
        picture,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(columns: &[Column]) -> Vec<Place> {
        places(columns, unit(highest(columns)))
    }

    fn columns(of: &[(i64, i64)]) -> Vec<Column> {
        let column = |(good, bad): &(i64, i64)| Column {
            name: "a".to_owned(),
            value: String::new(),
            good: *good,
            bad: *bad,
        };
        of.iter().map(column).collect()
    }

    #[test]
    fn columns_stand_on_the_foot_within_the_picture_and_nothing_has_no_height() {
        let columns = columns(&[(0, 0), (100, 0), (390, 10), (0, 5), (1, 399)]);
        assert_eq!(highest(&columns), 400);
        let places = drawn(&columns);
        for place in &places {
            assert!(
                place.x >= LEFT && place.x + place.width <= RIGHT,
                "{place:?}"
            );
            assert_eq!(place.good.0 + place.good.1, FOOT);
            assert!(place.bad.0 >= TOP && place.bad.0 + place.bad.1 <= place.good.0);
        }
        assert_eq!((places[0].good.1, places[0].bad.1), (0, 0));
        assert!(places[3].good.1 == 0 && places[3].bad.1 > 0);
    }

    #[test]
    fn a_year_of_columns_fits_and_few_are_named() {
        let places = drawn(&columns(&[(5, 1); 366]));
        assert!(
            places
                .iter()
                .all(|place| place.width >= 1 && place.x + place.width <= RIGHT)
        );
        let names = places.iter().filter(|place| place.name.is_some()).count();
        assert!((1..=NAMES).contains(&names), "{names}");
        let one = drawn(&columns(&[(5, 1)]));
        assert!(one[0].name.is_some());
    }
}
