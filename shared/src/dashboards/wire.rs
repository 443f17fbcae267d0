//! Shapes of Home, the dashboard and the operator's figures. Not rows.

use super::compare::share;
use super::period::Grain;
use crate::execution::failure::FailureClass;
use crate::execution::money::NanoUsd;
use crate::execution::request::Provider;
use crate::execution::wire::{BudgetLevel, ExecutionView, UsageSum};
use crate::ids::{DeviceId, DocId, Millis, SpaceId, UserId};
use serde::{Deserialize, Serialize};

/// Latencies in milliseconds that half, 95 % and 99 % of the answers did not exceed; exact to 1/32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Percentiles {
    /// Of half.
    pub p50: Millis,
    /// Of 95 %.
    pub p95: Millis,
    /// Of 99 %.
    pub p99: Millis,
}

/// Figures of executions that have ended, by the time at which they were asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// How many.
    pub executions: u64,
    /// Whose answer came whole.
    pub completed: u64,
    /// That failed.
    pub failed: u64,
    /// Whose answer broke off.
    pub truncated: u64,
    /// That a person stopped.
    pub cancelled: u64,
    /// What they cost.
    pub cost: NanoUsd,
    /// How many have no known price.
    pub unpriced: u64,
    /// Latency of those that completed; absent without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Percentiles>,
}

impl Figures {
    /// The share that completed, in hundredths of a percent; what a person stopped does not count. `None` of nothing.
    #[must_use]
    pub fn success(&self) -> Option<u32> {
        share(
            self.completed,
            self.executions.saturating_sub(self.cancelled),
        )
    }

    /// How many did not complete; what a person stopped does not count.
    #[must_use]
    pub fn unsuccessful(&self) -> u64 {
        self.failed.saturating_add(self.truncated)
    }
}

/// An hour or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point {
    /// When it begins.
    pub at: Millis,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelFigures {
    /// The model that was asked for, `provider/id`.
    pub model: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// A prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromptFigures {
    /// The prompt; absent for texts of one's own, all together.
    pub prompt: Option<DocId>,
    /// Its title now, or when it was last run; empty for texts of one's own.
    pub title: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// How many prompts were run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActivePrompts {
    /// In the period.
    pub count: u64,
    /// Of them, not in the period before.
    pub new: u64,
    /// In the period before, and not in this one.
    pub silent: u64,
}

/// `GET /api/v1/dashboard?period=24h|7d|30d|90d` or `?from=&to=`: figures of a period beside those of the period before.
///
/// Counted are executions that have ended, by the time at which they were asked for, up to this very moment. Days are UTC's. The period
/// before has as many hours as this one has so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardView {
    /// The first millisecond of the period.
    pub from: Millis,
    /// The first millisecond after it: at the latest the end of the present hour.
    pub to: Millis,
    /// What a point stands for.
    pub grain: Grain,
    /// Of the period.
    pub total: Figures,
    /// Of the period before.
    pub before: Figures,
    /// Every hour or day of the period, in order.
    pub points: Vec<Point>,
    /// Most costly first, at most 50.
    pub models: Vec<ModelFigures>,
    /// How many models were asked.
    pub model_count: u64,
    /// Most costly first, at most ten.
    pub prompts: Vec<PromptFigures>,
    /// Prompts that were run.
    pub active: ActivePrompts,
    /// Whether the caller looks after the server and may see the figures of everybody.
    pub admin: bool,
    /// Where neither the period nor the one before has an execution: how far the account has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
}

/// How far an account has come that has no figures yet: what is to be done first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Begun {
    /// It has a key to a provider.
    pub key: bool,
    /// Its library has a prompt.
    pub prompt: bool,
    /// Something was run, whenever.
    pub run: bool,
}

/// What was used at a provider in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderUsage {
    /// The provider whose key was called with; without a key, the one of the model that was asked for.
    pub provider: Provider,
    /// The sums.
    #[serde(flatten)]
    pub sum: UsageSum,
}

/// Whether a device has what was changed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceStanding {
    /// It was here after the last change.
    Synced,
    /// Something changed after it was here.
    Behind,
    /// Something changed, and it was not here for 30 days.
    Away,
}

/// A connected device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HomeDevice {
    /// Its id.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// When it was here last, to the minute.
    pub seen_at: Millis,
    /// Whether it has what was changed last.
    pub standing: DeviceStanding,
}

/// Something that waits for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Attention {
    /// Documents that were changed in two places: both texts are kept until one is chosen.
    Conflicts {
        /// How many.
        count: u64,
        /// One of them.
        document: DocId,
        /// Its title.
        title: String,
        /// The team whose library they are of; absent for one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<InTeam>,
    },
    /// Failed executions that wait for a decision.
    DeadLetters {
        /// How many.
        count: u64,
        /// The title of the last one.
        title: String,
        /// Why the last one failed.
        class: FailureClass,
    },
    /// Spending is near its ceiling, or has reached it.
    Budget {
        /// How near.
        level: BudgetLevel,
        /// Whether the ceiling is that of the operator's keys.
        server_held: bool,
        /// Spent in this month.
        spent: NanoUsd,
        /// The ceiling.
        ceiling: NanoUsd,
    },
    /// An invitation to a team, sent to the account's confirmed address: the letter alone opens it.
    Invitation {
        /// The team's name.
        name: String,
        /// The address of who invited; absent when the account is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invited_by: Option<String>,
        /// When it runs out.
        expires_at: Millis,
    },
    /// Public prompts that were reported and wait for a decision; told to who looks after the server.
    Reports {
        /// How many prompts.
        count: u64,
    },
}

/// The team that something is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InTeam {
    /// Its id.
    pub id: SpaceId,
    /// Its name.
    pub name: String,
}

/// `GET /api/v1/home`: what a person sees first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HomeView {
    /// What waits for the person.
    pub attention: Vec<Attention>,
    /// The five executions that were asked for last, newest first.
    pub recent: Vec<ExecutionView>,
    /// When this month began (UTC).
    pub month: Millis,
    /// What was used in this month, most costly first.
    pub providers: Vec<ProviderUsage>,
    /// The same, together.
    pub used: UsageSum,
    /// Prompts in the library.
    pub prompts: u64,
    /// Snippets in the library.
    pub snippets: u64,
    /// Collections in the library.
    pub collections: u64,
    /// Connected devices, last seen first.
    pub devices: Vec<HomeDevice>,
    /// Figures of the last seven days.
    pub week: Figures,
    /// Of as many hours before.
    pub week_before: Figures,
}

/// A week and the people who made something in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatorWeek {
    /// When it begins: a Monday, 0:00 UTC.
    pub at: Millis,
    /// Accounts that made or changed a text of their library in it.
    pub creators: u64,
}

/// How soon new people get a first answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FirstSuccess {
    /// Accounts made in the period.
    pub accounts: u64,
    /// Of them, those that have had a completed execution.
    pub reached: u64,
    /// Milliseconds from the making of an account to the end of its first completed execution, of half of those that reached it.
    pub median: Option<Millis>,
    /// Of nine in ten of them.
    pub slow: Option<Millis>,
}

/// What a person used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonFigures {
    /// The account.
    pub user: UserId,
    /// Its e-mail address.
    pub email: String,
    /// Is not in the team any more; never so in the figures of everybody.
    #[serde(default)]
    pub former: bool,
    /// Its figures; latency is left out in the figures of everybody.
    #[serde(flatten)]
    pub figures: Figures,
}

/// `GET /api/v1/admin/metrics` with the period of the dashboard: figures of everybody, for who looks after the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricsView {
    /// The first millisecond of the period.
    pub from: Millis,
    /// The first millisecond after it.
    pub to: Millis,
    /// All executions of the period; latency is left out.
    pub total: Figures,
    /// Of the period before.
    pub before: Figures,
    /// The last twelve weeks, this one included, in order.
    pub weeks: Vec<CreatorWeek>,
    /// How soon the accounts made in the period got a first answer.
    pub first: FirstSuccess,
    /// Most costly first, a page of them.
    pub people: Vec<PersonFigures>,
    /// How many people there are on all pages.
    pub people_count: u64,
    /// How many people ran something in the period.
    pub active: u64,
    /// How many accounts there are.
    pub accounts: u64,
}

/// `GET /api/v1/teams/{team}/figures` with the period of the dashboard: a team's figures, for its admins and owners.
///
/// Counted are executions of the team's prompts, by whoever ran them. `accounts` are members; creators made or changed a text of the
/// team's library; `first` counts from joining to the end of a member's first completed execution of one of its prompts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamFiguresView {
    /// How far the team has come, when it has no figures in this period and the one before: whether the caller has a key, whether its library
    /// has a prompt, and whether one of its prompts was ever run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
    /// What a point stands for.
    pub grain: Grain,
    /// Every hour or day of the period, in order.
    pub points: Vec<Point>,
    /// Most costly first, at most 50.
    pub models: Vec<ModelFigures>,
    /// How many models were asked.
    pub model_count: u64,
    /// The team's prompts, most costly first, at most ten.
    pub prompts: Vec<PromptFigures>,
    /// How many of its prompts were run.
    pub active_prompts: ActivePrompts,
    /// The figures; every member is among its people, and who left after running something.
    #[serde(flatten)]
    pub metrics: MetricsView,
}
