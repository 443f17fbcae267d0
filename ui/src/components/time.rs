//! A moment, relative, with the exact time on hover. Reads the calendar of the browser's time zone, never its clock.

use crate::format::{Calendar, ago, exact};
use krowoc_shared::ids::Millis;
use leptos::prelude::*;

/// Calendar parts of a moment in the browser's time zone.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a Date is a double; milliseconds of this era fit it exactly"
)]
pub fn calendar(at: Millis) -> Calendar {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64));
    Calendar {
        year: date.get_full_year(),
        month: date.get_month(),
        day: date.get_date(),
        hour: date.get_hours(),
        minute: date.get_minutes(),
        second: date.get_seconds(),
    }
}

/// How long ago, kept fresh by `now`.
#[component]
pub fn RelativeTime(
    /// The moment.
    at: Millis,
    /// The present; it moves on by itself where it comes from.
    #[prop(into)]
    now: Signal<Millis>,
) -> impl IntoView {
    view! { <time title=exact(calendar(at))>{move || ago(at, now.get())}</time> }
}
