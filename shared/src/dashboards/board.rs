//! What a page of figures is put together from: tallies by time and model, from roll-ups and from executions alike. Not the reading.

use super::period::Span;
use super::tally::{Fact, Tally};
use super::wire::{ModelFigures, Point};
use std::collections::BTreeMap;

/// Tallies of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    span: Span,
    points: BTreeMap<i64, Tally>,
    models: BTreeMap<String, Tally>,
    total: Tally,
}

impl Board {
    /// An empty one.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self {
            span,
            points: BTreeMap::new(),
            models: BTreeMap::new(),
            total: Tally::default(),
        }
    }

    /// The span.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Adds the tally of a model in a bucket that begins at `at`; the bucket must lie in the span.
    pub fn add(&mut self, at: i64, model: &str, tally: &Tally) {
        self.add_point(at, tally);
        self.add_model(model, tally);
    }

    /// Adds the tally of a bucket that begins at `at`, of all models; it must lie in the span. What its models come to is added by
    /// [`Board::add_model`].
    pub fn add_point(&mut self, at: i64, tally: &Tally) {
        let bucket = self.span.grain.bucket(at);
        self.points.entry(bucket).or_default().merge(tally);
        self.total.merge(tally);
    }

    /// Adds the tally of a model, of whatever buckets: those are added by [`Board::add_point`], and the total with them.
    pub fn add_model(&mut self, model: &str, tally: &Tally) {
        if let Some(known) = self.models.get_mut(model) {
            known.merge(tally);
        } else {
            self.models.insert(model.to_owned(), tally.clone());
        }
    }

    /// Adds an execution, when it was asked for in the span.
    pub fn add_fact(&mut self, fact: &Fact) {
        if self.span.contains(fact.at) {
            let mut one = Tally::default();
            one.add(fact);
            if one.executions() > 0 {
                self.add(fact.at, &fact.model, &one);
            }
        }
    }

    /// Of the whole span.
    #[must_use]
    pub fn total(&self) -> &Tally {
        &self.total
    }

    /// The series: every hour or day of the span, those without an execution too.
    #[must_use]
    pub fn series(&self) -> Vec<Point> {
        let nothing = Tally::default();
        self.span
            .points()
            .into_iter()
            .map(|at| {
                let tally = self.points.get(&self.span.grain.bucket(at));
                Point {
                    at,
                    figures: tally.unwrap_or(&nothing).figures(),
                }
            })
            .collect()
    }

    /// The models, most costly first, then most used.
    #[must_use]
    pub fn by_model(&self, most: usize) -> Vec<ModelFigures> {
        let mut rows: Vec<(&String, &Tally)> = self.models.iter().collect();
        rows.sort_by(|(one, a), (two, b)| {
            let order = (b.cost, b.executions()).cmp(&(a.cost, a.executions()));
            order.then_with(|| one.cmp(two))
        });
        rows.into_iter()
            .take(most)
            .map(|(model, tally)| ModelFigures {
                model: model.clone(),
                figures: tally.figures(),
            })
            .collect()
    }

    /// How many models there are.
    #[must_use]
    pub fn models(&self) -> usize {
        self.models.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::period::{DAY, Grain, HOUR};
    use super::super::tally::tests::{facts, sum};
    use super::*;
    use proptest::prelude::*;

    /// Roll-ups of both grains, as the store keeps them.
    type Rows = BTreeMap<(Grain, i64, String), Tally>;

    fn rolled(facts: &[Fact]) -> Rows {
        let mut rows = Rows::new();
        for fact in facts {
            for grain in Grain::ALL {
                let key = (grain, grain.bucket(fact.at), fact.model.clone());
                rows.entry(key).or_default().add(fact);
            }
        }
        rows
    }

    proptest! {
        #[test]
        fn rollups_of_some_and_the_rest_itself_are_all_of_them(
            facts in facts(120), cut in 0_usize..120, from in 0_i64..900, length in 1_i64..900, daily in any::<bool>()
        ) {
            let span = Span { from: from * HOUR, to: (from + length) * HOUR, grain: if daily { Grain::Day } else { Grain::Hour } };
            let mut raw = Board::new(span);
            facts.iter().for_each(|fact| raw.add_fact(fact));
            let cut = cut.min(facts.len());
            let rows = rolled(&facts[..cut]);
            let mut board = Board::new(span);
            for part in span.parts() {
                for ((grain, bucket, model), tally) in &rows {
                    if *grain == part.grain && (part.first..part.end).contains(bucket) && tally.executions() > 0 {
                        board.add(bucket * grain.millis(), model, tally);
                    }
                }
            }
            facts[cut..].iter().for_each(|fact| board.add_fact(fact));
            prop_assert_eq!(&board, &raw);
            let inside: Vec<Fact> = facts.iter().filter(|fact| span.contains(fact.at)).cloned().collect();
            prop_assert_eq!(raw.total(), &sum(&inside));
            let points = raw.series().iter().map(|point| point.figures.executions).sum::<u64>();
            prop_assert_eq!(points, raw.total().executions());
        }
    }

    #[test]
    fn a_series_has_every_day_and_models_stand_by_cost() {
        let span = Span {
            from: 0,
            to: 3 * DAY,
            grain: Grain::Day,
        };
        let mut board = Board::new(span);
        let of = |cost, completed| Tally {
            cost: crate::execution::NanoUsd(cost),
            completed,
            ..Tally::default()
        };
        board.add(DAY, "openai/cheap", &of(1, 9));
        board.add(DAY + HOUR, "openai/dear", &of(5, 1));
        board.add(DAY, "ollama/free", &of(0, 3));
        board.add(DAY, "ollama/rare", &of(0, 1));
        let counts: Vec<u64> = board
            .series()
            .iter()
            .map(|point| point.figures.executions)
            .collect();
        assert_eq!(counts, [0, 14, 0]);
        let names: Vec<String> = board.by_model(3).into_iter().map(|row| row.model).collect();
        assert_eq!(names, ["openai/dear", "openai/cheap", "ollama/free"]);
        assert_eq!(board.models(), 4);
    }
}
