//! How large an answer may become. Fields of it may be asked for again and again under other names: what they cost is counted before,
//! what they hold is known only when they are there.

use super::model::{JSON, Kind, Type};
use super::refusal;
use crate::web::Fault;
use async_graphql::{Pos, Response};
use krowoc_shared::error::ErrorCode;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The largest answer, in bytes; each event of a subscription is one.
pub const ANSWER: u64 = 16 * 1024 * 1024;

/// What is in an answer so far. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Room(Arc<AtomicU64>);

impl Room {
    /// Takes room for a value of this type under this key; false when there is none.
    #[must_use]
    pub fn take(&self, key: &str, of: &Type, value: Option<&Value>) -> bool {
        if self.is_over() {
            // Not even measured: there may be thousands of them.
            return false;
        }
        let size = long(key).saturating_add(value.map_or(0, |value| size(of, value)));
        self.0.fetch_add(size, Ordering::Relaxed);
        !self.is_over()
    }

    fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed) > ANSWER
    }

    /// The answer when all of it had room, otherwise one error in its place: a part of it would be taken for the whole.
    #[must_use]
    pub fn kept(&self, response: Response) -> Response {
        if self.is_over() {
            too_large()
        } else {
            response
        }
    }

    /// Begins another answer.
    pub fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

fn too_large() -> Response {
    let most = ANSWER / 1024 / 1024;
    let why = format!(
        "The answer would be larger than {most} MiB. Ask for fewer items or fewer fields; what a mutation did is done."
    );
    let error = refusal::of(&Fault::new(ErrorCode::TooLarge).detail(why).problem());
    let mut error = error.into_server_error(Pos::default());
    // It is of no one place.
    error.locations.clear();
    Response::from_errors(vec![error])
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
    fn an_answer_without_room_is_one_error_and_the_next_has_room_again() {
        let room = Room::default();
        let text = json!("x".repeat(1024 * 1024));
        let string = of(Kind::Scalar("String"));
        let take = || room.clone().take("a", &string, Some(&text));
        // Sixteen, with their names and what each takes beside, are more than sixteen.
        assert!((0..15).all(|_| take()));
        let whole = || Response::new("whole");
        assert_eq!(room.kept(whole()).data, whole().data);
        assert!((0..5).all(|_| !take()));
        assert!(!room.take("a", &string, None));
        let kept = room.kept(whole());
        assert_eq!(kept.data, async_graphql::Value::Null);
        assert_eq!(kept.errors.len(), 1);
        room.clear();
        assert!(take());
        assert_eq!(room.kept(whole()).data, whole().data);
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
