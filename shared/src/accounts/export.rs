//! The shape of the download of an account, `krowoc.account` version 1. Not the writing of it, and not what an import takes.
//!
//! Readers ignore fields that they do not know: new ones come with what is kept.

use super::factors::SecurityView;
use super::people::AccountView;
use super::wire::{DeviceRow, SessionRow};
use crate::access::Role;
use crate::execution::wire::{
    DeadLetterView, ExecutionDetail, ProviderKeyView, SetBudget, TokenView,
};
use crate::ids::{DocId, Millis, PublicationId, SpaceId};
use crate::leaderboard::wire::{PublicationView, Verdict, Vote};
use crate::library::document::Document;
use crate::library::quota::Tier;
use crate::library::wire::Version;
use serde::{Deserialize, Serialize};

/// The name of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AccountFormat {
    /// An account.
    #[serde(rename = "krowoc.account")]
    Account,
}

/// All that is kept about an account. No secret is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountExport {
    /// The name of the format.
    pub format: AccountFormat,
    /// 1.
    pub version: u64,
    /// When it was made.
    pub exported_at: Millis,
    /// The account itself.
    pub account: AccountView,
    /// Password, second step and passkeys, without what they are checked with.
    pub security: SecurityView,
    /// Sessions that are open.
    pub sessions: Vec<SessionRow>,
    /// Devices that are connected.
    pub devices: Vec<DeviceRow>,
    /// Personal access tokens, without the tokens.
    pub tokens: Vec<TokenView>,
    /// Keys of providers, without the keys.
    pub provider_keys: Vec<ProviderKeyView>,
    /// Its personal library as a whole.
    pub library: LibraryPlace,
    /// The budget that was set.
    pub budget: SetBudget,
    /// What it spent, month by month.
    pub spending: Vec<MonthSpent>,
    /// What is public of it.
    pub publications: Vec<PublicationView>,
    /// All that it ever said of public prompts.
    pub votes: Vec<VoteSaid>,
    /// Teams that it is in.
    pub teams: Vec<TeamPlace>,
    /// Invitations that wait, to it and by it.
    pub invitations: Vec<InvitationWaiting>,
    /// Public prompts that it reported.
    pub reports: Vec<ReportMade>,
    /// Public prompts that it took.
    pub copies: Vec<CopyTaken>,
    /// Decisions about its public prompts, and those that it made.
    pub verdicts: Vec<VerdictGiven>,
    /// Its picture.
    pub picture: Option<PictureBytes>,
    /// The personal library, the trash included.
    pub documents: Vec<DocumentKept>,
    /// Every execution, the newest first.
    pub executions: Vec<ExecutionDetail>,
    /// Failed executions that wait.
    pub dead_letters: Vec<DeadLetterView>,
    /// Lines of teams' logs that are about it.
    pub team_events: Vec<TeamEvent>,
}

/// A personal library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LibraryPlace {
    /// Its space.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
    /// What it may hold.
    pub tier: Tier,
}

/// What a month cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthSpent {
    /// Year and month as one number: 202611.
    pub period: i64,
    /// With the operator's keys; with its own otherwise.
    pub server_held: bool,
    /// The ceiling in nano-USD that held.
    pub ceiling: Option<i64>,
    /// Nano-USD.
    pub spent: i64,
    /// Executions without a known price.
    pub unpriced: i64,
}

/// A decision about a public prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerdictGiven {
    /// The public prompt.
    pub publication: PublicationId,
    /// Its name in addresses.
    pub slug: String,
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub note: String,
    /// How many reports it answered.
    pub reports: u64,
    /// When.
    pub at: Millis,
    /// The account decided.
    pub made: bool,
    /// The prompt is in the account's own library.
    pub own: bool,
}

/// A line of a team's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamEvent {
    /// The team.
    pub team: SpaceId,
    /// Its name now.
    pub team_name: String,
    /// The line's number there.
    pub number: u64,
    /// When.
    pub at: Millis,
    /// What was done.
    pub deed: String,
    /// The account did it.
    pub by_me: bool,
    /// It was done to the account.
    pub to_me: bool,
    /// The address that was invited.
    pub email: Option<String>,
    /// The role that was given.
    pub role: Option<String>,
    /// The role before it.
    pub role_before: Option<String>,
    /// The name that was given.
    pub name: Option<String>,
}

/// A vote, or one that was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoteSaid {
    /// The slug of the prompt.
    pub prompt: String,
    /// What was said; null when it was taken back.
    pub vote: Option<Vote>,
    /// When.
    pub at: Millis,
}

/// A team that the account is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamPlace {
    /// The team.
    pub team: SpaceId,
    /// Its name.
    pub name: String,
    /// What the account is there.
    pub role: Role,
    /// Since when.
    pub since: Millis,
}

/// An invitation that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationWaiting {
    /// The team.
    pub team: SpaceId,
    /// Its name.
    pub name: String,
    /// The role that it gives.
    pub role: Role,
    /// To whom; null for a link.
    pub email: Option<String>,
    /// The account made it.
    pub made: bool,
    /// When it was made.
    pub at: Millis,
    /// When it runs out.
    pub expires_at: Millis,
}

/// A report of a public prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportMade {
    /// The public prompt.
    pub publication: PublicationId,
    /// Why.
    pub reason: String,
    /// In the account's words.
    pub detail: String,
    /// When.
    pub at: Millis,
    /// When it was decided about; null before.
    pub answered_at: Option<Millis>,
    /// What was decided; null before.
    pub verdict: Option<String>,
}

/// A copy of a public prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CopyTaken {
    /// The copy.
    pub document: DocId,
    /// Of what.
    pub publication: PublicationId,
    /// When.
    pub at: Millis,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PictureBytes {
    /// Its media type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its bytes in base64.
    pub base64: String,
}

/// A document with its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentKept {
    /// The document.
    pub document: Document,
    /// Its versions, the newest first, sides of conflicts included.
    pub versions: Vec<Version>,
}
