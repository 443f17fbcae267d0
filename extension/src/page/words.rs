//! Words, numbers and times in the language of the browser. Not the catalogue: that is `manifest/_locales`.

use super::dom::{El, el};
use crate::browser;
use crate::messages::Failure;
use crate::model::ago::ago;
use crate::model::words as keys;
use krowoc_shared::ids::Millis;
use wasm_bindgen::JsValue;

/// A message.
#[must_use]
pub fn t(key: &str) -> String {
    browser::message(key, &[])
}

/// A message with one value.
#[must_use]
pub fn t1(key: &str, value: &str) -> String {
    browser::message(key, &[value])
}

/// A message with two values.
#[must_use]
pub fn t2(key: &str, first: &str, second: &str) -> String {
    browser::message(key, &[first, second])
}

/// The sentence for a failure.
#[must_use]
pub fn failure(failure: &Failure) -> String {
    t1(keys::failure(failure.code), &failure.message)
}

/// A count with the marks of the language.
#[must_use]
pub fn number(value: usize) -> String {
    browser::number(value as f64)
}

/// A size.
#[must_use]
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut size = value as f64;
    let mut unit = UNITS.first().copied().unwrap_or_default();
    for next in UNITS.iter().skip(1) {
        if size < 1_000.0 {
            break;
        }
        size /= 1_000.0;
        unit = next;
    }
    let rounded = if size < 10.0 {
        (size * 10.0).round() / 10.0
    } else {
        size.round()
    };
    format!("{} {unit}", browser::number(rounded))
}

/// How long ago, in words.
#[must_use]
pub fn since(at: Millis) -> String {
    let ago = ago(at, browser::now());
    browser::relative(ago.count as f64, ago.unit)
}

/// A moment as date and time.
#[must_use]
pub fn exact(at: Millis) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(at as f64));
    date.to_locale_string(&browser::language(), &JsValue::UNDEFINED)
        .into()
}

/// A moment, relative, with the exact time on hover.
#[must_use]
pub fn moment(at: Millis) -> El {
    el("time").attr("title", &exact(at)).text(&since(at))
}
