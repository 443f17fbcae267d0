//! Shapes of ceilings and of what was spent. Not how spending is held below a ceiling.

use crate::execution::money::NanoUsd;
use crate::ids::{DocId, KeyId, Millis};
use serde::{Deserialize, Serialize};

/// What happens with a model whose price is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnpricedPolicy {
    /// It is not run.
    #[default]
    Block,
    /// It is run and counted with `NanoUsd::ZERO` beside the number of unpriced executions.
    Allow,
}

/// How near spending is to a ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BudgetLevel {
    /// Below 80 %.
    Fine,
    /// From 80 %.
    Near,
    /// From 100 %.
    Reached,
}

impl BudgetLevel {
    /// The level of an amount against a ceiling.
    #[must_use]
    pub fn of(spent: NanoUsd, ceiling: Option<NanoUsd>) -> Self {
        let Some(ceiling) = ceiling else {
            return Self::Fine;
        };
        let (spent, ceiling) = (i128::from(spent.0), i128::from(ceiling.0));
        if spent >= ceiling {
            Self::Reached
        } else if spent.saturating_mul(5) >= ceiling.saturating_mul(4) {
            Self::Near
        } else {
            Self::Fine
        }
    }
}

/// The notice that a level was come to, once in a month: an event `budget` of the live stream, beside the level of [`BudgetView`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BudgetNotice {
    /// The level.
    pub level: BudgetLevel,
    /// When it was come to.
    pub at: Millis,
    /// Whether the ceiling is that of the operator's keys.
    pub server_held: bool,
}

/// `GET /api/v1/budget`: where a person stands in this month (UTC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BudgetView {
    /// When the month began.
    pub period_start: Millis,
    /// When it ends.
    pub period_end: Millis,
    /// Settled in this month with the person's own keys.
    pub spent: NanoUsd,
    /// Held for runs under way.
    pub reserved: NanoUsd,
    /// The ceiling of the person's own keys; absent = none.
    pub ceiling: Option<NanoUsd>,
    /// How near.
    pub level: BudgetLevel,
    /// The largest cost of one execution; absent = none.
    pub run_ceiling: Option<NanoUsd>,
    /// What happens with models without a price.
    pub unpriced: UnpricedPolicy,
    /// Executions of this month whose price is not known.
    pub unpriced_executions: u64,
    /// The same for keys that the server's operator holds; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_held: Option<TierBudget>,
    /// The notices of this month, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<BudgetNotice>,
}

/// The ceiling of keys that the operator holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TierBudget {
    /// Settled in this month.
    pub spent: NanoUsd,
    /// Held for runs under way.
    pub reserved: NanoUsd,
    /// The tier's ceiling.
    pub ceiling: NanoUsd,
    /// How near.
    pub level: BudgetLevel,
}

/// `PUT /api/v1/budget`: a person's own ceilings. Absent = none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetBudget {
    /// The ceiling of a month.
    #[serde(default)]
    pub ceiling: Option<NanoUsd>,
    /// The ceiling of one execution.
    #[serde(default)]
    pub run_ceiling: Option<NanoUsd>,
    /// What happens with models without a price.
    #[serde(default)]
    pub unpriced: UnpricedPolicy,
}

/// `GET /api/v1/usage?from=&to=&by=day|model|prompt|key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageReport {
    /// The first day, `YYYY-MM-DD`, UTC.
    pub from: String,
    /// The last day, inclusive.
    pub to: String,
    /// One row for each day, model, prompt or key; days in order, the others most costly first, at most 100.
    pub rows: Vec<UsageRow>,
    /// Of all rows, those that are not listed included.
    pub total: UsageSum,
}

/// What was used by one day, model, prompt or key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageRow {
    /// The day, the model (`provider/id`), or the id of prompt or key.
    pub key: String,
    /// What a person calls it.
    pub label: String,
    /// The sums.
    #[serde(flatten)]
    pub sum: UsageSum,
}

/// Sums over executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageSum {
    /// How many.
    pub executions: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Input tokens.
    pub input_tokens: u64,
    /// Output tokens.
    pub output_tokens: u64,
    /// Cost.
    pub cost: NanoUsd,
    /// How many have no known price.
    pub unpriced: u64,
}

impl UsageSum {
    /// The sums of both, each at most what its type holds.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            executions: self.executions.saturating_add(other.executions),
            failed: self.failed.saturating_add(other.failed),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost: self.cost.plus(other.cost),
            unpriced: self.unpriced.saturating_add(other.unpriced),
        }
    }
}

/// What a report's row stands for, when it is a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageSubject {
    /// A prompt.
    Prompt(DocId),
    /// A key.
    Key(KeyId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_added_and_do_not_overflow() {
        let one = UsageSum {
            executions: u64::MAX,
            failed: 1,
            cost: NanoUsd(7),
            ..UsageSum::default()
        };
        let both = one.plus(one);
        assert_eq!((both.executions, both.failed), (u64::MAX, 2));
        assert_eq!((both.cost, both.unpriced), (NanoUsd(14), 0));
    }

    #[test]
    fn the_levels_begin_at_four_fifths_and_at_the_whole() {
        let of = |spent| BudgetLevel::of(NanoUsd(spent), Some(NanoUsd(1_000)));
        assert_eq!(of(799), BudgetLevel::Fine);
        assert_eq!(of(800), BudgetLevel::Near);
        assert_eq!(of(999), BudgetLevel::Near);
        assert_eq!(of(1_000), BudgetLevel::Reached);
        assert_eq!(BudgetLevel::of(NanoUsd(i64::MAX), None), BudgetLevel::Fine);
        assert_eq!(
            BudgetLevel::of(NanoUsd(i64::MAX - 1), Some(NanoUsd(i64::MAX))),
            BudgetLevel::Near
        );
    }
}
