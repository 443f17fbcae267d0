//! What the download of an account says besides its documents and executions, as JSON. Not the download, and not where the rows come from.

use crate::store::sync::Stand;
use crate::store::{Conn, StoreError, avatars, belongings, deeds};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use krowoc_shared::ids::{SpaceId, UserId};
use krowoc_shared::library::quota::Tier;
use serde_json::{Value, json};

/// Its library as a whole; `tier` holds where none was set.
pub(super) fn library(stand: &Stand, tier: Tier) -> Value {
    let tier = stand.tier.unwrap_or(tier);
    json!({"space": stand.space, "name": stand.name, "tier": tier})
}

/// What it spent, month by month.
pub(super) fn spending(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Spent| {
        json!({
            "period": it.period, "server_held": it.server_held, "ceiling": it.ceiling, "spent": it.spent,
            "unpriced": it.unpriced,
        })
    };
    Ok(belongings::spent(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

/// A line of a team's log.
pub(super) fn team_deed(it: deeds::TeamDeed) -> Value {
    json!({
        "team": it.team, "team_name": it.team_name, "number": it.number, "at": it.at, "deed": it.deed, "by_me": it.by_me,
        "to_me": it.to_me, "email": it.email, "role": it.role, "role_before": it.role_before, "name": it.name,
        "documents": it.documents,
    })
}

/// Decisions about its public prompts, and those that it made.
pub(super) fn verdicts(
    conn: &mut Conn,
    user: UserId,
    space: SpaceId,
) -> Result<Vec<Value>, StoreError> {
    let one = |it: deeds::Judged| {
        json!({
            "publication": it.publication, "slug": it.slug, "verdict": it.verdict, "note": it.note, "reports": it.reports,
            "at": it.at, "made": it.made, "own": it.own,
        })
    };
    Ok(deeds::verdicts(conn, user, space)?
        .into_iter()
        .map(one)
        .collect())
}

/// The teams that it is in.
pub(super) fn teams(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Place| json!({"team": it.team, "name": it.name, "role": it.role, "since": it.since});
    Ok(belongings::teams(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

/// Invitations that wait: to it, and by it.
pub(super) fn invitations(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Invited| {
        json!({
            "team": it.team, "name": it.name, "role": it.role, "email": it.email, "made": it.made, "at": it.at,
            "expires_at": it.expires_at,
        })
    };
    Ok(belongings::invitations(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

/// What it reported.
pub(super) fn reports(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Reported| {
        json!({
            "publication": it.publication, "reason": it.reason, "detail": it.detail, "at": it.at, "answered_at": it.answered_at,
            "verdict": it.verdict,
        })
    };
    Ok(belongings::reports(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

/// Its copies of public prompts.
pub(super) fn copies(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Copied| json!({"document": it.document, "publication": it.publication, "at": it.at});
    Ok(belongings::copies(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

/// The picture itself, in base64.
pub(super) fn picture(conn: &mut Conn, user: UserId) -> Result<Value, StoreError> {
    let found = avatars::get(conn, user)?;
    Ok(found.map_or(
        Value::Null,
        |it| json!({"type": it.kind, "base64": STANDARD.encode(it.bytes)}),
    ))
}
