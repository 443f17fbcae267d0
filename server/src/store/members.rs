//! Rows and queries of who is in which space, and what they are there. Not what a role may do: that is `shared::access`.

use super::accounts::{space_id, user};
use super::schema::accounts::{account, space, space_member};
use super::statement::Statement;
use super::{Conn, StoreError, avatars};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::MemberView;
use krowoc_shared::ids::{Millis, SpaceId, UserId};

/// A space that an account is a member of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The space.
    pub space: SpaceId,
    /// It is a team's; else the account's own.
    pub team: bool,
    /// What the account is there.
    pub role: Role,
}

/// A role as it is stored.
pub(super) fn role_of(name: &str) -> Result<Role, StoreError> {
    Role::parse(name).ok_or_else(|| StoreError::Fault("a stored role is not known".to_owned()))
}

/// The spaces of an account, the personal one first, then in order of their ids.
///
/// # Errors
/// The database's.
pub fn of(conn: &mut Conn, id: UserId) -> Result<Vec<Membership>, StoreError> {
    let rows: Vec<(Vec<u8>, String, String)> = space::table
        .inner_join(space_member::table.on(space_member::space_id.eq(space::id)))
        .filter(space_member::account_id.eq(id.as_bytes().as_slice()))
        .order((space::kind.asc(), space::id.asc()))
        .select((space::id, space::kind, space_member::role))
        .load(conn)?;
    let one = |(id, kind, role): (Vec<u8>, String, String)| {
        Ok(Membership {
            space: space_id(&id)?,
            team: kind == "team",
            role: role_of(&role)?,
        })
    };
    rows.into_iter().map(one).collect()
}

/// What an account is in a space; `None` when it is no member.
///
/// # Errors
/// The database's.
pub fn role(conn: &mut Conn, space: SpaceId, id: UserId) -> Result<Option<Role>, StoreError> {
    let found: Option<String> = space_member::table
        .find((space.as_bytes().as_slice(), id.as_bytes().as_slice()))
        .select(space_member::role)
        .first(conn)
        .optional()?;
    found.as_deref().map(role_of).transpose()
}

/// As [`of`], for one space; `None` when the account is no member of it.
///
/// # Errors
/// The database's.
pub fn membership(
    conn: &mut Conn,
    space: SpaceId,
    id: UserId,
) -> Result<Option<Membership>, StoreError> {
    let kind: Option<String> = space::table
        .find(space.as_bytes().as_slice())
        .select(space::kind)
        .first(conn)
        .optional()?;
    let (Some(kind), Some(role)) = (kind, role(conn, space, id)?) else {
        return Ok(None);
    };
    Ok(Some(Membership {
        space,
        team: kind == "team",
        role,
    }))
}

/// Makes an account a member.
///
/// # Errors
/// [`StoreError::Conflict`] when it is one.
pub fn add(
    conn: &mut Conn,
    space: SpaceId,
    id: UserId,
    role: Role,
    at: Millis,
) -> Result<(), StoreError> {
    diesel::insert_into(space_member::table)
        .values((
            space_member::space_id.eq(space.as_bytes().as_slice()),
            space_member::account_id.eq(id.as_bytes().as_slice()),
            space_member::role.eq(role.as_str()),
            space_member::created_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a member another role.
///
/// # Errors
/// The database's.
pub fn set_role(conn: &mut Conn, space: SpaceId, id: UserId, role: Role) -> Result<(), StoreError> {
    let found = space_member::table.find((space.as_bytes().as_slice(), id.as_bytes().as_slice()));
    diesel::update(found)
        .set(space_member::role.eq(role.as_str()))
        .execute(conn)?;
    Ok(())
}

/// Ends a membership.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, space: SpaceId, id: UserId) -> Result<(), StoreError> {
    let found = space_member::table.find((space.as_bytes().as_slice(), id.as_bytes().as_slice()));
    diesel::delete(found).execute(conn)?;
    Ok(())
}

/// Who is in a space, in the order in which they came.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, space: SpaceId) -> Result<Vec<MemberView>, StoreError> {
    type Row = (Vec<u8>, String, Option<String>, String, i64);
    let rows: Vec<Row> = space_member::table
        .inner_join(account::table.on(account::id.eq(space_member::account_id)))
        .filter(space_member::space_id.eq(space.as_bytes().as_slice()))
        .order((
            space_member::created_at.asc(),
            space_member::account_id.asc(),
        ))
        .select((
            account::id,
            account::email,
            account::name,
            space_member::role,
            space_member::created_at,
        ))
        .load(conn)?;
    let mut pictures = avatars::of_space(conn, space)?;
    let one = |(id, email, name, role, since): Row| {
        let id = user(&id)?;
        Ok(MemberView {
            picture: pictures.remove(&id),
            user: id,
            email,
            name,
            role: role_of(&role)?,
            since,
        })
    };
    rows.into_iter().map(one).collect()
}

/// How many are in a space.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, space: SpaceId) -> Result<u64, StoreError> {
    let count: i64 = space_member::table
        .filter(space_member::space_id.eq(space.as_bytes().as_slice()))
        .count()
        .get_result(conn)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Whether a space has an owner besides this account whose own account stays.
///
/// # Errors
/// The database's.
pub fn has_other_owner(conn: &mut Conn, space: SpaceId, id: UserId) -> Result<bool, StoreError> {
    let row: Option<Count> = Statement::new(
        "SELECT count(*) AS n FROM space_member m JOIN account a ON a.id = m.account_id \
         WHERE m.space_id = ? AND m.role = 'owner' AND m.account_id <> ? AND a.delete_at IS NULL",
    )
    .bind(space.as_bytes())
    .bind(id.as_bytes())
    .first(conn)?;
    Ok(row.is_some_and(|row| row.n > 0))
}
