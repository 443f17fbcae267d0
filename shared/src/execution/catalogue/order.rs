//! The order in which a provider's models are offered: what a person would pick today comes first. Not what they picked before: that is
//! theirs, and known where they pick.

use super::Model;
use std::cmp::{Ordering, Reverse};

/// Whether one model of a provider is offered before another: `Less` = before. Models about to be retired come last; then the newest
/// first, those of an unknown day after all others; then the higher version of names that differ in a number alone, and what is left by
/// name and id, so that the order is total.
#[must_use]
pub fn picked_before(one: &Model, other: &Model) -> Ordering {
    let rank = |model: &Model| (model.deprecated, Reverse(model.released));
    rank(one)
        .cmp(&rank(other))
        .then_with(|| by_name(one.title(), other.title()))
        .then_with(|| one.id.cmp(&other.id))
}

/// Letters upwards, without regard to case; numbers by their value and downwards.
fn by_name(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let (mut left, mut right) = (one.as_str(), other.as_str());
    while !left.is_empty() && !right.is_empty() {
        let ((a, rest_a), (b, rest_b)) = (piece(left), piece(right));
        let order = match (value(a), value(b)) {
            (Some(a), Some(b)) => b.cmp(&a),
            _ => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
        (left, right) = (rest_a, rest_b);
    }
    left.len().cmp(&right.len())
}

/// The first run of digits, or of anything else, and what follows it.
fn piece(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|it: char| it.is_ascii_digit());
    let end = text.find(|it: char| it.is_ascii_digit() != digits);
    text.split_at(end.unwrap_or(text.len()))
}

/// What orders digits as numbers of any length: how many there are without leading zeros, then themselves. `None` for all else.
fn value(piece: &str) -> Option<(usize, &str)> {
    let digits = piece.starts_with(|it: char| it.is_ascii_digit());
    let significant = piece.trim_start_matches('0');
    digits.then_some((significant.len(), significant))
}

#[cfg(test)]
mod tests {
    //! The order on models as a provider names them, and that it is one.

    use super::super::Catalogue;
    use super::*;
    use proptest::prelude::*;

    fn models(list: &str) -> Vec<Model> {
        let file = format!(
            r#"{{"format":1,"source":"a test","extractors":{{}},"providers":[{{"id":"p","name":"P","models":{list}}}]}}"#
        );
        let catalogue = Catalogue::parse(&file).unwrap();
        catalogue
            .offerers
            .into_iter()
            .flat_map(|it| it.models)
            .collect()
    }

    fn order(list: &str) -> Vec<String> {
        let mut models = models(list);
        models.sort_by(picked_before);
        models.into_iter().map(|model| model.id).collect()
    }

    #[test]
    fn the_newest_comes_first_and_what_is_about_to_be_retired_last() {
        let list = r#"[
            {"id": "undated"},
            {"id": "old", "released": "2024-05-13"},
            {"id": "retired", "released": "2026-01-01", "deprecated": true},
            {"id": "new", "released": "2025-08-07"}]"#;
        assert_eq!(order(list), ["new", "old", "undated", "retired"]);
    }

    #[test]
    fn without_a_day_the_higher_version_comes_first() {
        let list = r#"[{"id": "gpt-4"}, {"id": "gpt-10"}, {"id": "GPT-4.1"}, {"id": "davinci"}, {"id": "gpt-4-mini"}]"#;
        assert_eq!(
            order(list),
            ["davinci", "gpt-10", "gpt-4", "gpt-4-mini", "GPT-4.1"]
        );
    }

    #[test]
    fn a_number_may_have_any_length() {
        let list =
            r#"[{"id": "m-3"}, {"id": "m-40000000000000000000000"}, {"id": "m-5"}, {"id": "m-0"}]"#;
        assert_eq!(
            order(list),
            ["m-40000000000000000000000", "m-5", "m-3", "m-0"]
        );
    }

    proptest! {
        #[test]
        fn the_order_is_total(names in proptest::collection::vec("[a-bA-B0-9é.-]{1,6}", 3)) {
            let list: Vec<String> = names.iter().map(|name| format!(r#"{{"id": "{name}"}}"#)).collect();
            let mut distinct = names.clone();
            distinct.sort();
            distinct.dedup();
            prop_assume!(distinct.len() == 3);
            let models = models(&format!("[{}]", list.join(",")));
            for a in &models {
                for b in &models {
                    prop_assert_eq!(picked_before(a, b), picked_before(b, a).reverse());
                    for c in &models {
                        if picked_before(a, b).is_le() && picked_before(b, c).is_le() {
                            prop_assert!(picked_before(a, c).is_le());
                        }
                    }
                }
            }
        }
    }
}
