//! How large an answer may become. Fields of it may be asked for again and again under other names: what they cost is counted before,
//! what they hold is known only when they are there.

use super::model::{JSON, Kind, Type};
use super::refusal;
use crate::web::Fault;
use async_graphql::Error;
use krowoc_shared::error::ErrorCode;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The largest answer, in bytes; each event of a subscription is one.
pub const ANSWER: u64 = 16 * 1024 * 1024;

/// What is in an answer so far. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Room(Arc<AtomicU64>);

/// Whether there is room for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// There is.
    Fits,
    /// There is none, for the first time.
    Full,
    /// There was none before.
    Over,
}

impl Room {
    /// Takes room for a value of this type under this key.
    #[must_use]
    pub fn take(&self, key: &str, of: &Type, value: Option<&Value>) -> Left {
        if self.0.load(Ordering::Relaxed) > ANSWER {
            // Not even measured: there may be thousands of them.
            return Left::Over;
        }
        let size = long(key).saturating_add(value.map_or(0, |value| size(of, value)));
        let before = self.0.fetch_add(size, Ordering::Relaxed);
        match before.saturating_add(size) > ANSWER {
            true => Left::Full,
            false => Left::Fits,
        }
    }

    /// Begins another answer.
    pub fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// The answer is too large.
#[must_use]
pub fn too_large() -> Error {
    let most = ANSWER / 1024 / 1024;
    let why =
        format!("The answer would be larger than {most} MiB. Ask for fewer items or fewer fields.");
    refusal::of(&Fault::new(ErrorCode::TooLarge).detail(why).problem())
}

fn long(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// How long a value is when it is shown: of an object nothing yet, as its fields are shown one by one.
fn size(of: &Type, value: &Value) -> u64 {
    match (&of.kind, value) {
        (Kind::Scalar(JSON), value) => whole(value),
        (Kind::List(items), Value::Array(list)) => {
            list.iter().fold(0, |sum, it| sum_of(sum, size(items, it)))
        }
        (_, Value::String(text)) => sum_of(long(text), OWN),
        _ => OWN,
    }
}

/// What each value takes beside its text, in bytes.
const OWN: u64 = 8;

fn sum_of(one: u64, other: u64) -> u64 {
    one.saturating_add(other)
}

fn whole(value: &Value) -> u64 {
    let inside = match value {
        Value::String(text) => long(text),
        Value::Array(items) => items.iter().fold(0, |sum, it| sum_of(sum, whole(it))),
        Value::Object(fields) => fields.iter().fold(0, |sum, (name, it)| {
            sum_of(sum_of(sum, long(name)), whole(it))
        }),
        _ => 0,
    };
    sum_of(inside, OWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(kind: Kind) -> Type {
        Type { kind, null: true }
    }

    #[test]
    fn an_answer_is_full_once_and_over_from_then_on() {
        let room = Room::default();
        let text = json!("x".repeat(1024 * 1024));
        let string = of(Kind::Scalar("String"));
        let taken: Vec<Left> = (0..20)
            .map(|_| room.clone().take("a", &string, Some(&text)))
            .collect();
        // Sixteen, with their names and what each takes beside, are more than sixteen.
        let expected: Vec<Left> = (0..20)
            .map(|at| match at {
                0..15 => Left::Fits,
                15 => Left::Full,
                _ => Left::Over,
            })
            .collect();
        assert_eq!(taken, expected);
        assert_eq!(room.take("a", &string, None), Left::Over);
        room.clear();
        assert_eq!(room.take("a", &string, Some(&text)), Left::Fits);
    }

    #[test]
    fn what_a_value_holds_is_counted_wherever_it_is() {
        let texts = of(Kind::List(Box::new(of(Kind::Scalar("String")))));
        assert_eq!(size(&texts, &json!(["abc", "de"])), 5 + 2 * OWN);
        let anything = of(Kind::Scalar(JSON));
        assert_eq!(
            size(&anything, &json!({"name": ["abc", {"n": 1}]})),
            4 + 3 + 1 + 5 * OWN
        );
        // The fields of an object are counted when they are shown.
        let object = of(Kind::Object("It".to_owned()));
        assert_eq!(size(&object, &json!({"text": "long"})), OWN);
    }
}
