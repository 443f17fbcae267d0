//! What the routes of teams send and take. Tokens of invitations only travel in bodies and behind `#`.

use super::Role;
use crate::ids::{InvitationId, Millis, SpaceId, UserId};
use serde::{Deserialize, Serialize};

/// Longest name of a team, in characters.
pub const NAME_CHARS: usize = 80;
/// Days in which an invitation must be accepted.
pub const INVITATION_DAYS: i64 = 7;

/// A team as a member sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamView {
    /// The team: its space.
    pub id: SpaceId,
    /// What it is called.
    pub name: String,
    /// What the caller is in it.
    pub role: Role,
    /// How many are in it.
    pub members: u64,
    /// When it was made.
    pub created_at: Millis,
}

/// `POST /api/v1/teams` and `PATCH /api/v1/teams/{team}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamName {
    /// What it is called, 1 to 80 characters.
    pub name: String,
}

/// A member of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberView {
    /// The account.
    pub user: UserId,
    /// Its address.
    pub email: String,
    /// What its owner is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they are.
    pub role: Role,
    /// When they came.
    pub since: Millis,
    /// The tag of their picture, which is at `/api/v1/avatars/{user}`; absent when they have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// `PATCH /api/v1/teams/{team}/members/{user}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeRole {
    /// What they become.
    pub role: Role,
}

/// `POST /api/v1/teams/{team}/ownership`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOver {
    /// The member who becomes the owner; the caller becomes an admin.
    pub user: UserId,
}

/// `POST /api/v1/teams/{team}/invitations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invite {
    /// What whoever accepts becomes.
    pub role: Role,
    /// Whom a mail goes to, and who alone may accept; absent for a link that whoever has it may use once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// An invitation that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationView {
    /// By which it is taken back.
    pub id: InvitationId,
    /// What whoever accepts becomes.
    pub role: Role,
    /// Whom it is for; absent for a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The address of who invited; absent when their account is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// When it runs out.
    pub expires_at: Millis,
}

/// Answer to [`Invite`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedInvitation {
    /// The invitation.
    pub invitation: InvitationView,
    /// Of a link: where it leads on this server, `/join#token=…`. It is shown in this answer and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// `POST /api/v1/invitations/look`, `/accept` and `/decline`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationToken {
    /// From the link.
    pub token: String,
}

/// What an invitation says to who holds its link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationLook {
    /// The team.
    pub team: String,
    /// What whoever accepts becomes.
    pub role: Role,
    /// The address of who invited; absent when their account is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// The only address whose account may accept; absent for a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When it runs out.
    pub expires_at: Millis,
}

/// What was done in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// The team was made.
    Created,
    /// It got another name.
    Renamed,
    /// Somebody was invited.
    Invited,
    /// An invitation was taken back.
    Revoked,
    /// Who was invited does not want to come.
    Declined,
    /// Somebody accepted.
    Joined,
    /// A member got another role.
    RoleChanged,
    /// A member was removed.
    Removed,
    /// A member went.
    Left,
    /// An owner made another member the owner.
    HandedOver,
    /// The last owner's account was erased: the member with the highest role became owner.
    Inherited,
    /// A prompt of the team was made public, or its public tags were changed.
    MadePublic,
    /// A public prompt of the team was taken back.
    TakenBack,
    /// Another version of a public prompt of the team was published: it is what everybody reads.
    Republished,
    /// Prompts of the team's library were published, and are not public.
    Published,
    /// Prompts were put away.
    Archived,
    /// Prompts were taken out of the archive.
    Unarchived,
    /// Documents were moved to the trash.
    Trashed,
    /// Documents were taken out of the trash.
    Restored,
    /// The same edit was made to documents: fields, tags, metadata.
    BulkEdited,
    /// Documents were imported.
    Imported,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 21] = [
        Self::Created,
        Self::Renamed,
        Self::Invited,
        Self::Revoked,
        Self::Declined,
        Self::Joined,
        Self::RoleChanged,
        Self::Removed,
        Self::Left,
        Self::HandedOver,
        Self::Inherited,
        Self::MadePublic,
        Self::TakenBack,
        Self::Republished,
        Self::Published,
        Self::Archived,
        Self::Unarchived,
        Self::Trashed,
        Self::Restored,
        Self::BulkEdited,
        Self::Imported,
    ];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Renamed => "renamed",
            Self::Invited => "invited",
            Self::Revoked => "revoked",
            Self::Declined => "declined",
            Self::Joined => "joined",
            Self::RoleChanged => "role_changed",
            Self::Removed => "removed",
            Self::Left => "left",
            Self::HandedOver => "handed_over",
            Self::Inherited => "inherited",
            Self::MadePublic => "made_public",
            Self::TakenBack => "taken_back",
            Self::Republished => "republished",
            Self::Published => "published",
            Self::Archived => "archived",
            Self::Unarchived => "unarchived",
            Self::Trashed => "trashed",
            Self::Restored => "restored",
            Self::BulkEdited => "bulk_edited",
            Self::Imported => "imported",
        }
    }

    /// The deed of a name; `None` for any other.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == name)
    }
}

/// Somebody in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Who {
    /// The account.
    pub user: UserId,
    /// Its address now.
    pub email: String,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Entries of a team are numbered from 1, without a gap.
    pub number: u64,
    /// When.
    pub at: Millis,
    /// What was done.
    pub deed: Deed,
    /// Who did it; absent when their account is gone, or it was the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Who>,
    /// On whom; absent when it was nobody, or their account is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Who>,
    /// The address that was invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The role that was given, or was to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The role before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_before: Option<Role>,
    /// The name that was given; of one document its title then, or its public name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// With how many documents it was done, 2 or more; absent when it was one, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<u64>,
    /// The same as in the log lines of that request.
    pub correlation_id: String,
}

/// A page of the audit log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// The `before` of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_survives_its_name() {
        for deed in Deed::ALL {
            assert_eq!(Deed::parse(deed.as_str()), Some(deed));
            assert_eq!(serde_json::to_value(deed).unwrap(), deed.as_str());
        }
    }
}
