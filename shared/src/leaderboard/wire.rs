//! What the routes of public prompts send and take. Not rows.

use super::formula::{Counts, Formula, Part, Pool, RUNS_SHARE, VOTES_SHARE, Z};
use super::window::Window;
use super::{BURST, PLACES};
use crate::ids::{DocId, Millis, OpId, PublicationId};
use crate::prompts::Variable;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A place on a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Its place, counted from 1.
    pub rank: u32,
    /// By how many places it has gone up since a day before the counting, down when negative; absent when it was not public then, or had no
    /// place.
    pub moved: Option<i64>,
    /// Its name in addresses: `/p/{slug}`.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Who made it, as they want to be called.
    pub author: String,
    /// Its public tags.
    pub tags: Vec<String>,
    /// When it was first public.
    pub first_at: Millis,
    /// What was counted in the window.
    pub counts: Counts,
    /// Its score, in millionths.
    pub score: u32,
    /// Why it has its place: what the score is made of.
    pub parts: Vec<Part>,
    /// Completed runs of each of the last 24 hours, the oldest first.
    pub hours: Vec<u64>,
}

/// By what rules a board is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rules {
    /// The formula with its version.
    pub version: String,
    /// The quantile of Wilson's interval.
    pub z: f64,
    /// The share of runs or reach, in millionths.
    pub runs_share: u32,
    /// The share of votes or approval, in millionths.
    pub votes_share: u32,
    /// After how many milliseconds somebody who ran a prompt weighs half.
    pub half_life: Millis,
    /// Runs of one account that count for one prompt.
    pub run_cap: u64,
    /// Accounts of one network that count within an hour, for one prompt.
    pub burst: u64,
    /// Prompts whose most runs and votes the classic formula compares with.
    pub pool_size: u64,
    /// Those.
    pub pool: Pool,
}

impl Rules {
    /// Of a board.
    #[must_use]
    pub fn of(formula: Formula, window: Window, pool: Pool) -> Self {
        Self {
            version: formula.version().to_owned(),
            z: Z,
            runs_share: RUNS_SHARE,
            votes_share: VOTES_SHARE,
            half_life: window.half_life(),
            run_cap: window.run_cap(),
            burst: BURST,
            pool_size: u64::try_from(PLACES).unwrap_or(u64::MAX),
            pool,
        }
    }
}

/// `GET /api/v1/leaderboard`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardView {
    /// How far it looks back.
    pub window: Window,
    /// How it is ordered.
    pub formula: Formula,
    /// By what rules.
    pub rules: Rules,
    /// When it was counted last; absent before the first time.
    pub counted_at: Option<Millis>,
    /// Public prompts in all, copies among them.
    pub public: u64,
    /// The first fifty.
    pub entries: Vec<Entry>,
}

/// A public prompt in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicSummary {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// Its public tags.
    pub tags: Vec<String>,
    /// When it was first public.
    pub first_at: Millis,
    /// What was ever counted.
    pub counts: Counts,
}

/// `GET /api/v1/public/prompts`: the best matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicList {
    /// Fifty at most.
    pub items: Vec<PublicSummary>,
    /// How many match.
    pub total: u64,
}

/// `GET /api/v1/public/prompts/{slug}`: a prompt as it was published last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicPrompt {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The text.
    pub text: String,
    /// What the text asks for.
    pub variables: Vec<Variable>,
    /// Who made it.
    pub author: String,
    /// Its public tags.
    pub tags: Vec<String>,
    /// The number of the published version.
    pub version: u64,
    /// When that was published.
    pub published_at: Millis,
    /// When the prompt was first public.
    pub first_at: Millis,
    /// What was ever counted.
    pub counts: Counts,
    /// The prompt that had nearly the same text before; such a one has no place on a board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// What it was made of, when it was made as a copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub based: Option<Based>,
}

/// The public prompt that another one was made of as a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Based {
    /// Its title; once nobody can read it any more, the one that it had when the copy was taken.
    pub title: String,
    /// Who made it; absent once nobody can read it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Its name in addresses; absent once nobody can read it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
}

/// `PUT /api/v1/library/{id}/publication`: makes a published prompt public.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MakePublic {
    /// Who made it, as everybody will read it: 1 to 60 characters. Nothing for a team's prompt: that bears the team's name.
    #[serde(default)]
    pub author: String,
    /// At most five tags that everybody will read.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A public prompt as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicationView {
    /// Its id.
    pub id: PublicationId,
    /// Its name in addresses. It stays when the prompt is taken back.
    pub slug: String,
    /// Who made it; of a team's prompt the team, as it is called now.
    pub author: String,
    /// Its public tags.
    pub tags: Vec<String>,
    /// When it was first public.
    pub first_at: Millis,
    /// When it was taken back.
    pub withdrawn_at: Option<Millis>,
    /// Who looks after the server has hidden it.
    pub hidden: bool,
    /// Everybody can read it now. Not while the prompt is in the archive or the trash, either.
    pub shown: bool,
    /// The prompt that had nearly the same text before.
    pub first: Option<String>,
    /// What it was made of, when it was made as a copy; left out where several are listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub based: Option<Based>,
}

/// For a prompt, or against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// For it.
    Up,
    /// Against it.
    Down,
}

impl Vote {
    /// As the log has it.
    #[must_use]
    pub const fn value(self) -> i16 {
        match self {
            Self::Up => 1,
            Self::Down => -1,
        }
    }

    /// The vote of a line of the log; `None` when it was taken back.
    #[must_use]
    pub const fn of_value(value: i16) -> Option<Self> {
        match value {
            1.. => Some(Self::Up),
            0 => None,
            _ => Some(Self::Down),
        }
    }
}

/// `PUT /api/v1/public/prompts/{slug}/vote`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CastVote {
    /// Which.
    pub vote: Vote,
}

/// What the caller said of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoteView {
    /// Their vote; absent when they have none.
    pub vote: Option<Vote>,
    /// Whether it counts: they have no part in the prompt, and their address is confirmed where this server sends mail.
    pub counts: bool,
}

/// What part somebody has in a public prompt: others judge it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// It is theirs.
    Own,
    /// It is a team's that they are in.
    Team,
    /// It is a team's that they were in while it was public.
    Former,
}

impl Tie {
    /// Why their vote is not taken, in a sentence.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Own => "This prompt is yours: others judge it.",
            Self::Team => "This prompt is of your team: others judge it.",
            Self::Former => "You were in the team while this prompt was public: others judge it.",
        }
    }
}

/// `GET /api/v1/votes`: the caller's votes for prompts that are public now, by slug.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyVotes {
    /// The votes.
    pub votes: BTreeMap<String, Vote>,
    /// The prompts that the caller has a part in: votes for them are not taken.
    #[serde(default)]
    pub ties: BTreeMap<String, Tie>,
}

/// `POST /api/v1/public/prompts/{slug}/fork`: a copy in the caller's library. With the same ids, a repeated request makes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fork {
    /// Deduplicates the request; minted by the server when absent.
    #[serde(default)]
    pub op_id: Option<OpId>,
    /// The copy's id; minted by the server when absent.
    #[serde(default)]
    pub id: Option<DocId>,
}

/// Why a prompt is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Advertising, or made to mislead.
    Spam,
    /// It asks for what harms people.
    Harmful,
    /// It gives away what is private.
    Private,
    /// It is somebody else's work.
    Copied,
    /// Something else.
    Other,
}

impl Reason {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Spam,
        Self::Harmful,
        Self::Private,
        Self::Copied,
        Self::Other,
    ];

    /// The name in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Harmful => "harmful",
            Self::Private => "private",
            Self::Copied => "copied",
            Self::Other => "other",
        }
    }

    /// The reason of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// `POST /api/v1/public/prompts/{slug}/reports`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    /// Why.
    pub reason: Reason,
    /// In the reporter's words.
    #[serde(default)]
    pub detail: String,
}

/// What is decided about a public prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nobody reads it any more.
    Hide,
    /// Everybody reads it again.
    Show,
    /// The reports are answered, and nothing changes.
    Dismiss,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hide, Self::Show, Self::Dismiss];

    /// The name in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hide => "hide",
            Self::Show => "show",
            Self::Dismiss => "dismiss",
        }
    }

    /// The verdict of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// `POST /api/v1/admin/publications/{id}/decision`: answers every open report of the prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decide {
    /// What.
    pub verdict: Verdict,
    /// Why; kept with the decision.
    #[serde(default)]
    pub note: String,
}

/// A report in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportView {
    /// Why.
    pub reason: Reason,
    /// In the reporter's words.
    pub detail: String,
    /// When.
    pub at: Millis,
}

/// A reported prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reported {
    /// Which.
    pub id: PublicationId,
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// It is hidden already.
    pub hidden: bool,
    /// Open reports, the oldest first.
    pub reports: Vec<ReportView>,
}

/// A decision in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionView {
    /// About which prompt.
    pub id: PublicationId,
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub note: String,
    /// Who decided; absent when the account is gone.
    pub by: Option<String>,
    /// How many reports it answered.
    pub reports: u64,
    /// When.
    pub at: Millis,
    /// The prompt is hidden now.
    pub hidden: bool,
}

/// `GET /api/v1/admin/publications`: what waits for a decision, and what was decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// Reported prompts, the longest waiting first; a hundred at most.
    pub open: Vec<Reported>,
    /// The last fifty decisions, the newest first.
    pub decided: Vec<DecisionView>,
}

/// `POST /api/v1/admin/leaderboard/recompute`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recomputed {
    /// When it was counted.
    pub counted_at: Millis,
    /// Rows of counts there are now.
    pub rows: u64,
    /// Rows that came out otherwise than before.
    pub changed: u64,
}
