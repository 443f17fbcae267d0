//! What a roll-up row counts, and how an execution adds to it. Not where the rows are.

use super::latencies::Latencies;
use super::wire::{Figures, Percentiles};
use crate::execution::money::NanoUsd;
use crate::execution::wire::{Cost, ExecutionState};
use crate::ids::{DocId, ExecutionId, Millis, SpaceId, UserId};

/// An execution that has ended, as far as roll-ups count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Which.
    pub id: ExecutionId,
    /// Whose.
    pub user: UserId,
    /// When it was asked for.
    pub at: Millis,
    /// The model that was asked for, `provider/id`.
    pub model: String,
    /// The prompt; absent for a text of one's own.
    pub prompt: Option<DocId>,
    /// The team whose prompt it is.
    pub team: Option<SpaceId>,
    /// How it ended.
    pub state: ExecutionState,
    /// What it cost.
    pub cost: Cost,
    /// How long the answer took.
    pub latency: Option<Millis>,
}

/// Counts of executions that have ended. Counts of parts add up to those of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Whose answer came whole.
    pub completed: u64,
    /// That failed.
    pub failed: u64,
    /// Whose answer broke off.
    pub truncated: u64,
    /// That a person stopped.
    pub cancelled: u64,
    /// What all cost whose price is known.
    pub cost: NanoUsd,
    /// How many have no known price.
    pub unpriced: u64,
    /// Latencies of those that completed.
    pub latencies: Latencies,
}

impl Tally {
    /// Adds an execution; one that has not ended adds nothing.
    pub fn add(&mut self, fact: &Fact) {
        let count = match fact.state {
            ExecutionState::Waiting | ExecutionState::Running => return,
            ExecutionState::Completed => &mut self.completed,
            ExecutionState::Failed => &mut self.failed,
            ExecutionState::Truncated => &mut self.truncated,
            ExecutionState::Cancelled => &mut self.cancelled,
        };
        *count = count.saturating_add(1);
        match fact.cost {
            Cost::Exact(amount) | Cost::Estimated(amount) => self.cost = self.cost.plus(amount),
            Cost::Unpriced => self.unpriced = self.unpriced.saturating_add(1),
            Cost::Pending => {}
        }
        // A refusal that comes at once says nothing about how long an answer takes.
        if let (ExecutionState::Completed, Some(latency)) = (fact.state, fact.latency) {
            self.latencies.add(latency);
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in [
            (&mut self.completed, other.completed),
            (&mut self.failed, other.failed),
            (&mut self.truncated, other.truncated),
            (&mut self.cancelled, other.cancelled),
            (&mut self.unpriced, other.unpriced),
        ] {
            *count = count.saturating_add(more);
        }
        self.cost = self.cost.plus(other.cost);
        self.latencies.merge(&other.latencies);
    }

    /// How many.
    #[must_use]
    pub fn executions(&self) -> u64 {
        [self.completed, self.failed, self.truncated, self.cancelled]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    /// As pages are given it.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let read = |per_mille| self.latencies.percentile(per_mille);
        let latency = match (read(500), read(950), read(990)) {
            (Some(p50), Some(p95), Some(p99)) => Some(Percentiles { p50, p95, p99 }),
            _ => None,
        };
        Figures {
            executions: self.executions(),
            completed: self.completed,
            failed: self.failed,
            truncated: self.truncated,
            cancelled: self.cancelled,
            cost: self.cost,
            unpriced: self.unpriced,
            latency,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Executions of three models and three prompts within some days.
    pub fn facts(most: usize) -> impl Strategy<Value = Vec<Fact>> {
        let fact = (
            0_i64..40 * 86_400_000,
            0_u8..3,
            0_u8..4,
            0_usize..6,
            0_i64..1_000_000_000,
            0_u8..4,
            0_i64..90_000,
        );
        let fact = fact.prop_map(|(at, model, prompt, state, amount, cost, latency)| Fact {
            id: ExecutionId::mint(at, [model; 10]),
            user: UserId::mint(1, [1; 10]),
            at,
            model: format!("openai/{model}"),
            prompt: (prompt > 0).then(|| DocId::mint(1, [prompt; 10])),
            team: None,
            state: ExecutionState::ALL[state],
            cost: match cost {
                0 => Cost::Pending,
                1 => Cost::Exact(NanoUsd(amount)),
                2 => Cost::Estimated(NanoUsd(amount)),
                _ => Cost::Unpriced,
            },
            latency: (latency > 1_000).then_some(latency),
        });
        prop::collection::vec(fact, 0..most)
    }

    pub fn sum(facts: &[Fact]) -> Tally {
        let mut sum = Tally::default();
        for fact in facts {
            sum.add(fact);
        }
        sum
    }

    #[test]
    fn a_stopped_run_is_no_failure_and_a_refusal_no_latency() {
        let fact = |state, latency| Fact {
            id: ExecutionId::mint(1, [1; 10]),
            user: UserId::mint(1, [1; 10]),
            at: 1,
            model: "openai/a".to_owned(),
            prompt: None,
            team: None,
            state,
            cost: Cost::Exact(NanoUsd(5)),
            latency: Some(latency),
        };
        let all = [
            fact(ExecutionState::Completed, 10),
            fact(ExecutionState::Failed, 1),
            fact(ExecutionState::Cancelled, 2),
            fact(ExecutionState::Running, 3),
        ];
        let figures = sum(&all).figures();
        assert_eq!((figures.executions, figures.cost), (3, NanoUsd(15)));
        assert_eq!(figures.success(), Some(5_000));
        assert_eq!(figures.latency.unwrap().p99, 10);
    }

    proptest! {
        #[test]
        fn tallies_of_parts_add_up_to_the_tally_of_all(facts in facts(80), cut in 0_usize..80) {
            let cut = cut.min(facts.len());
            let mut parts = sum(&facts[cut..]);
            parts.merge(&sum(&facts[..cut]));
            prop_assert_eq!(parts, sum(&facts));
        }
    }
}
