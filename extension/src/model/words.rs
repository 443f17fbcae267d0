//! Which message of the catalogue belongs to which code. Not the messages: those are in `manifest/_locales`.

use super::address::BadAddress;
use crate::messages::{Change, FailureCode, TroubleCode};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::quota::Room;

/// Key of the sentence for a failed request, with the fix.
#[must_use]
pub const fn failure(code: FailureCode) -> &'static str {
    match code {
        FailureCode::RestrictedPage => "failRestricted",
        FailureCode::LocalFile => "failLocalFile",
        FailureCode::NoPage => "failNoPage",
        FailureCode::NothingSelected => "failNothingSelected",
        FailureCode::EmptyPage => "failEmptyPage",
        FailureCode::StorageFull => "failStorageFull",
        FailureCode::Storage => "failStorage",
        FailureCode::Gone => "failGone",
        FailureCode::Invalid => "failInvalid",
        FailureCode::Restarted => "failRestarted",
        FailureCode::NotAServer => "failNotAServer",
        FailureCode::Unreachable => "failUnreachable",
        FailureCode::NoPermission => "failNoPermission",
        FailureCode::NotConnected => "failNotConnected",
        FailureCode::Refused => "failRefused",
        FailureCode::Internal => "failInternal",
    }
}

/// Key of the sentence for trouble with synchronisation, with the fix.
#[must_use]
pub const fn trouble(code: TroubleCode) -> &'static str {
    match code {
        TroubleCode::Unreachable => "failUnreachable",
        TroubleCode::NoPermission => "failNoPermission",
        TroubleCode::Busy => "troubleBusy",
        TroubleCode::ServerError => "troubleServerError",
        TroubleCode::StorageFull => "failStorageFull",
        TroubleCode::Storage => "failStorage",
        TroubleCode::Protocol => "troubleProtocol",
    }
}

/// Key of the sentence for an address that cannot be used.
#[must_use]
pub const fn bad_address(reason: BadAddress) -> &'static str {
    match reason {
        BadAddress::Empty => "addressEmpty",
        BadAddress::Scheme => "addressScheme",
        BadAddress::Host => "addressHost",
        BadAddress::Port => "addressPort",
        BadAddress::Credentials => "addressCredentials",
    }
}

/// Key of what a waiting operation does.
#[must_use]
pub const fn change(change: Change) -> &'static str {
    match change {
        Change::Create => "changeCreate",
        Change::Text => "changeText",
        Change::Trash => "changeTrash",
        Change::Use => "changeUse",
        Change::Details => "changeDetails",
    }
}

/// Key of why the server refused an operation.
#[must_use]
pub const fn refused(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::TooLarge => "refusedTooLarge",
        ErrorCode::KindMismatch => "refusedKind",
        ErrorCode::UnknownRevision => "refusedRevision",
        ErrorCode::TooOld => "refusedAge",
        ErrorCode::RoleTooLow => "refusedRole",
        _ => "refusedField",
    }
}

/// Key of what is said of the room that is left; nothing while there is enough. `owned`: the tier is the person's own, else it is that of
/// the owners of the team.
#[must_use]
pub const fn room(left: Room, owned: bool) -> Option<&'static str> {
    match (left, owned) {
        (Room::Enough, _) => None,
        (Room::Near, true) => Some("roomNear"),
        (Room::Near, false) => Some("roomNearTeam"),
        (Room::Full, true) => Some("roomFull"),
        (Room::Full, false) => Some("roomFullTeam"),
    }
}

/// Key of the name of a kind.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Prompt => "kindPrompt",
        Kind::Snippet => "kindSnippet",
        Kind::Collection => "kindCollection",
    }
}
