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

/// What a report's row stands for, when it is a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageSubject {
    /// A prompt.
    Prompt(DocId),
    /// A key.
    Key(KeyId),
}
