//! Rows and queries of teams: made, named, listed, ended. Not their members, and not their libraries.

use super::accounts::space_id;
use super::schema::accounts::{account, space, space_member};
use super::statement::Statement;
use super::team_events::{self, NewEvent};
use super::{Conn, Event, StoreError, Tx, members, sync};
use diesel::prelude::*;
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{Deed, TeamView};
use krowoc_shared::ids::{Millis, SpaceId, UserId};
use std::cmp::Reverse;

/// A team to be made.
#[derive(Clone, Debug)]
pub struct NewTeam {
    /// Its space.
    pub id: SpaceId,
    /// What it is called.
    pub name: String,
    /// The epoch of its space.
    pub epoch: String,
    /// Who makes it, and owns it.
    pub owner: UserId,
    /// Now.
    pub at: Millis,
}

/// Makes a team with its owner.
///
/// # Errors
/// The database's.
pub fn create(conn: &mut Conn, new: &NewTeam) -> Result<(), StoreError> {
    diesel::insert_into(space::table)
        .values((
            space::id.eq(new.id.as_bytes().as_slice()),
            space::kind.eq("team"),
            space::name.eq(&new.name),
            space::epoch.eq(&new.epoch),
            space::created_at.eq(new.at),
        ))
        .execute(conn)?;
    members::add(conn, new.id, new.owner, Role::Owner, new.at)
}

/// The teams of an account, by name.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, id: UserId) -> Result<Vec<TeamView>, StoreError> {
    let mut teams = Vec::new();
    for membership in members::of(conn, id)? {
        if membership.team {
            teams.push(view(conn, membership.space, membership.role)?);
        }
    }
    teams.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    Ok(teams)
}

/// A team as a member with this role sees it.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn view(conn: &mut Conn, id: SpaceId, role: Role) -> Result<TeamView, StoreError> {
    let (name, created_at): (String, i64) = space::table
        .find(id.as_bytes().as_slice())
        .select((space::name, space::created_at))
        .first(conn)?;
    Ok(TeamView {
        id,
        name,
        role,
        members: members::count(conn, id)?,
        created_at,
    })
}

/// How many teams an account owns.
///
/// # Errors
/// The database's.
pub fn owned(conn: &mut Conn, id: UserId) -> Result<u64, StoreError> {
    let count: i64 = space_member::table
        .inner_join(space::table.on(space::id.eq(space_member::space_id)))
        .filter(space_member::account_id.eq(id.as_bytes().as_slice()))
        .filter(space_member::role.eq(Role::Owner.as_str()))
        .filter(space::kind.eq("team"))
        .count()
        .get_result(conn)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Holds a team until the end of the transaction: what is decided on its members stays true, and nothing is written to its library by
/// somebody whose role is being changed.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn hold(conn: &mut Conn, id: SpaceId) -> Result<(), StoreError> {
    sync::take(conn, id).map(|_| ())
}

/// Gives a team another name.
///
/// # Errors
/// The database's.
pub fn rename(conn: &mut Conn, id: SpaceId, name: &str) -> Result<(), StoreError> {
    diesel::update(space::table.find(id.as_bytes().as_slice()))
        .set(space::name.eq(name))
        .execute(conn)?;
    Ok(())
}

/// Takes all members and invitations out of a team: nobody reaches it any more, and what is left is erased bit by bit.
///
/// # Errors
/// The database's.
pub fn close(conn: &mut Conn, id: SpaceId) -> Result<(), StoreError> {
    for table in ["team_invitation", "space_member"] {
        Statement::new(&format!("DELETE FROM {table} WHERE space_id = ?"))
            .bind(id.as_bytes())
            .execute(conn)?;
    }
    Ok(())
}

/// Teams that others are in too and that would be without an owner if this account went. They are held until the end of the transaction.
///
/// # Errors
/// The database's.
pub fn held_alone(conn: &mut Conn, id: UserId) -> Result<Vec<(SpaceId, String)>, StoreError> {
    let rows: Vec<(Vec<u8>, String)> = space_member::table
        .inner_join(space::table.on(space::id.eq(space_member::space_id)))
        .filter(space_member::account_id.eq(id.as_bytes().as_slice()))
        .filter(space_member::role.eq(Role::Owner.as_str()))
        .filter(space::kind.eq("team"))
        // Held in one order everywhere, so that two accounts that go at once do not wait for each other.
        .order(space::id.asc())
        .select((space::id, space::name))
        .load(conn)?;
    let mut alone = Vec::new();
    for (bytes, name) in rows {
        let team = space_id(&bytes)?;
        hold(conn, team)?;
        if members::count(conn, team)? > 1 && !members::has_other_owner(conn, team, id)? {
            alone.push((team, name));
        }
    }
    Ok(alone)
}

/// The member who inherits a team when this one goes: the highest role among accounts that stay, then the longest there.
fn heir(conn: &mut Conn, team: SpaceId, but: UserId) -> Result<Option<(UserId, Role)>, StoreError> {
    let leaving: Vec<Vec<u8>> = account::table
        .inner_join(space_member::table.on(space_member::account_id.eq(account::id)))
        .filter(space_member::space_id.eq(team.as_bytes().as_slice()))
        .filter(account::delete_at.is_not_null())
        .select(account::id)
        .load(conn)?;
    let goes = |id: UserId| {
        let mut ids = leaving.iter();
        ids.any(|bytes| bytes.as_slice() == id.as_bytes())
    };
    let mut others = members::list(conn, team)?;
    others.retain(|member| member.user != but);
    // Somebody who goes as well is better than nobody: their own going hands it on.
    others.sort_by_key(|it| (goes(it.user), Reverse(it.role), it.since));
    Ok(others.first().map(|member| (member.user, member.role)))
}

/// Hands every team that an account holds alone to its heir, before the account is erased.
///
/// # Errors
/// The database's.
pub fn bequeath(tx: &mut Tx<'_>, id: UserId, at: Millis) -> Result<(), StoreError> {
    for (team, _) in held_alone(tx, id)? {
        let Some((heir, before)) = heir(tx, team, id)? else {
            continue;
        };
        members::set_role(tx, team, heir, Role::Owner)?;
        let event = NewEvent {
            team,
            at,
            deed: Deed::Inherited,
            by: None,
            on: Some(heir),
            email: None,
            role: Some(Role::Owner),
            role_before: Some(before),
            name: None,
            documents: None,
            correlation_id: String::new(),
        };
        team_events::add(tx, &event)?;
        tx.after_commit(Event::Membership(heir));
    }
    Ok(())
}
