//! Rows and queries of invitations to teams, and of the hashes of what opens them. Not the letters.

use super::accounts::{space_id, user};
use super::members::role_of;
use super::schema::accounts::{account, space};
use super::schema::teams::{team_invitation, team_invitation_token};
use super::sessions::Hash;
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{InvitationLook, InvitationView};
use krowoc_shared::ids::{InvitationId, Millis, SpaceId, UserId};

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// Into which team.
    pub team: SpaceId,
    /// For which address alone.
    pub email: Option<String>,
    /// As what.
    pub role: Role,
    /// Who invites.
    pub by: UserId,
    /// Now.
    pub at: Millis,
    /// When it runs out.
    pub expires_at: Millis,
}

/// An invitation that is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Into which team.
    pub team: SpaceId,
    /// For which address alone.
    pub email: Option<String>,
    /// As what.
    pub role: Role,
    /// Who invited; `None` when the account is gone.
    pub by: Option<UserId>,
}

fn invitation_id(bytes: &[u8]) -> Result<InvitationId, StoreError> {
    InvitationId::from_slice(bytes)
        .ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))
}

/// Removes invitations that have run out, with the addresses that they were for.
///
/// # Errors
/// The database's.
pub fn sweep(conn: &mut Conn, now: Millis) -> Result<usize, StoreError> {
    let ended = team_invitation::table.filter(team_invitation::expires_at.le(now));
    Ok(diesel::delete(ended).execute(conn)?)
}

/// Stores an invitation in place of an earlier one for the same address.
///
/// # Errors
/// The database's.
pub fn create(conn: &mut Conn, new: &NewInvitation) -> Result<(), StoreError> {
    let team = new.team.as_bytes().as_slice();
    if let Some(email) = &new.email {
        let of_team = team_invitation::table.filter(team_invitation::space_id.eq(team));
        diesel::delete(of_team.filter(team_invitation::email.eq(email))).execute(conn)?;
    }
    diesel::insert_into(team_invitation::table)
        .values((
            team_invitation::id.eq(new.id.as_bytes().as_slice()),
            team_invitation::space_id.eq(team),
            team_invitation::email.eq(&new.email),
            team_invitation::role.eq(new.role.as_str()),
            team_invitation::invited_by.eq(new.by.as_bytes().as_slice()),
            team_invitation::created_at.eq(new.at),
            team_invitation::expires_at.eq(new.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores what opens an invitation.
///
/// # Errors
/// The database's.
pub fn open_with(conn: &mut Conn, id: InvitationId, hash: &Hash) -> Result<(), StoreError> {
    diesel::insert_into(team_invitation_token::table)
        .values((
            team_invitation_token::hash.eq(hash.as_slice()),
            team_invitation_token::invitation_id.eq(id.as_bytes().as_slice()),
        ))
        .execute(conn)?;
    Ok(())
}

type Row = (Vec<u8>, Vec<u8>, Option<String>, String, Option<Vec<u8>>);

fn read((id, team, email, name, by): Row) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: invitation_id(&id)?,
        team: space_id(&team)?,
        email,
        role: role_of(&name)?,
        by: by.as_deref().map(user).transpose()?,
    })
}

/// The invitation that a token opens, while it is good.
///
/// # Errors
/// The database's.
pub fn by_token(
    conn: &mut Conn,
    hash: &Hash,
    now: Millis,
) -> Result<Option<Invitation>, StoreError> {
    let row: Option<Row> = team_invitation_token::table
        .inner_join(
            team_invitation::table.on(team_invitation::id.eq(team_invitation_token::invitation_id)),
        )
        .filter(team_invitation_token::hash.eq(hash.as_slice()))
        .filter(team_invitation::expires_at.gt(now))
        .select((
            team_invitation::id,
            team_invitation::space_id,
            team_invitation::email,
            team_invitation::role,
            team_invitation::invited_by,
        ))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

type Look = (String, String, Option<String>, Option<String>, i64);

fn seen((team, name, invited_by, email, expires_at): Look) -> Result<InvitationLook, StoreError> {
    Ok(InvitationLook {
        team,
        role: role_of(&name)?,
        invited_by,
        email,
        expires_at,
    })
}

/// What the good invitations to an address say, with their teams, the newest first, ten at most.
///
/// # Errors
/// The database's.
pub fn to(
    conn: &mut Conn,
    email: &str,
    now: Millis,
) -> Result<Vec<(SpaceId, InvitationLook)>, StoreError> {
    let rows: Vec<(Vec<u8>, Look)> = team_invitation::table
        .inner_join(space::table.on(space::id.eq(team_invitation::space_id)))
        .left_join(account::table.on(account::id.nullable().eq(team_invitation::invited_by)))
        .filter(team_invitation::email.eq(email))
        .filter(team_invitation::expires_at.gt(now))
        .order(team_invitation::id.desc())
        .limit(10)
        .select((
            team_invitation::space_id,
            (
                space::name,
                team_invitation::role,
                account::email.nullable(),
                team_invitation::email,
                team_invitation::expires_at,
            ),
        ))
        .load(conn)?;
    let one = |(team, look): (Vec<u8>, Look)| Ok((space_id(&team)?, seen(look)?));
    rows.into_iter().map(one).collect()
}

/// What an invitation says, while it is good.
///
/// # Errors
/// The database's.
pub fn look(
    conn: &mut Conn,
    id: InvitationId,
    now: Millis,
) -> Result<Option<InvitationLook>, StoreError> {
    let row: Option<Look> = team_invitation::table
        .inner_join(space::table.on(space::id.eq(team_invitation::space_id)))
        .left_join(account::table.on(account::id.nullable().eq(team_invitation::invited_by)))
        .filter(team_invitation::id.eq(id.as_bytes().as_slice()))
        .filter(team_invitation::expires_at.gt(now))
        .select((
            space::name,
            team_invitation::role,
            account::email.nullable(),
            team_invitation::email,
            team_invitation::expires_at,
        ))
        .first(conn)
        .optional()?;
    row.map(seen).transpose()
}

/// The invitations of a team that wait, newest first.
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Conn,
    team: SpaceId,
    now: Millis,
) -> Result<Vec<InvitationView>, StoreError> {
    type Row = (Vec<u8>, String, Option<String>, Option<String>, i64, i64);
    let rows: Vec<Row> = team_invitation::table
        .left_join(account::table.on(account::id.nullable().eq(team_invitation::invited_by)))
        .filter(team_invitation::space_id.eq(team.as_bytes().as_slice()))
        .filter(team_invitation::expires_at.gt(now))
        .order(team_invitation::id.desc())
        .select((
            team_invitation::id,
            team_invitation::role,
            team_invitation::email,
            account::email.nullable(),
            team_invitation::created_at,
            team_invitation::expires_at,
        ))
        .load(conn)?;
    let one = |(id, name, email, invited_by, created_at, expires_at): Row| {
        Ok(InvitationView {
            id: invitation_id(&id)?,
            role: role_of(&name)?,
            email,
            invited_by,
            created_at,
            expires_at,
        })
    };
    rows.into_iter().map(one).collect()
}

/// Uses an invitation of a team up, or takes it back; gives the address that it was for. `None` when it was used already: of two who do
/// it at once, one gets it.
///
/// # Errors
/// The database's.
pub fn remove(
    conn: &mut Conn,
    team: SpaceId,
    id: InvitationId,
) -> Result<Option<(Option<String>, Role)>, StoreError> {
    let found = || {
        team_invitation::table
            .filter(team_invitation::id.eq(id.as_bytes().as_slice()))
            .filter(team_invitation::space_id.eq(team.as_bytes().as_slice()))
    };
    let row: Option<(Option<String>, String)> = found()
        .select((team_invitation::email, team_invitation::role))
        .first(conn)
        .optional()?;
    let Some((email, name)) = row else {
        return Ok(None);
    };
    let removed = diesel::delete(found()).execute(conn)?;
    (removed == 1)
        .then(|| Ok((email, role_of(&name)?)))
        .transpose()
}

/// Takes back what a member invited to a role: who has less does not give more afterwards either.
///
/// # Errors
/// The database's.
pub fn withdraw(conn: &mut Conn, team: SpaceId, by: UserId, role: Role) -> Result<(), StoreError> {
    let theirs = team_invitation::table
        .filter(team_invitation::space_id.eq(team.as_bytes().as_slice()))
        .filter(team_invitation::invited_by.eq(by.as_bytes().as_slice()))
        .filter(team_invitation::role.eq(role.as_str()));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}
