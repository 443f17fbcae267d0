//! Rows of what was done in teams: put in with what was done, read in pages. Never changed.

use super::accounts::user;
use super::library::{signed, unsigned};
use super::schema::teams::team_event;
use super::statement::{Statement, Value};
use super::{Conn, StoreError};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{AuditEntry, Deed, Who};
use krowoc_shared::ids::{Millis, SpaceId, UserId};

/// Something that was done.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// In which team.
    pub team: SpaceId,
    /// When.
    pub at: Millis,
    /// What.
    pub deed: Deed,
    /// Who did it; `None` for the server.
    pub by: Option<UserId>,
    /// On whom.
    pub on: Option<UserId>,
    /// The address that was invited.
    pub email: Option<String>,
    /// The role that was given.
    pub role: Option<Role>,
    /// The role before it.
    pub role_before: Option<Role>,
    /// The name that was given.
    pub name: Option<String>,
    /// With how many documents, when there are several.
    pub documents: Option<u64>,
    /// Of the request.
    pub correlation_id: String,
}

/// Stores what was done, in the transaction that does it and that holds the team: its number follows the last one.
///
/// # Errors
/// The database's.
pub fn add(conn: &mut Conn, new: &NewEvent) -> Result<(), StoreError> {
    let last: Option<i64> = team_event::table
        .filter(team_event::space_id.eq(new.team.as_bytes().as_slice()))
        .select(max(team_event::number))
        .first(conn)?;
    let bytes = |id: Option<UserId>| id.map(|id| id.as_bytes().to_vec());
    diesel::insert_into(team_event::table)
        .values((
            team_event::space_id.eq(new.team.as_bytes().as_slice()),
            team_event::number.eq(last.unwrap_or(0).saturating_add(1)),
            team_event::at.eq(new.at),
            team_event::deed.eq(new.deed.as_str()),
            team_event::actor_id.eq(bytes(new.by)),
            team_event::subject_id.eq(bytes(new.on)),
            team_event::email.eq(&new.email),
            team_event::role.eq(new.role.map(Role::as_str)),
            team_event::role_before.eq(new.role_before.map(Role::as_str)),
            team_event::name.eq(&new.name),
            team_event::documents.eq(new.documents.map(signed)),
            team_event::correlation_id.eq(&new.correlation_id),
        ))
        .execute(conn)?;
    Ok(())
}

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this deed.
    pub deed: Option<Deed>,
    /// Only done by this account.
    pub by: Option<UserId>,
    /// Only done on this account.
    pub on: Option<UserId>,
    /// Only before this one.
    pub before: Option<u64>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Text)]
    deed: String,
    #[diesel(sql_type = Nullable<Binary>)]
    actor_id: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    actor: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    subject_id: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    subject: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    role_before: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    documents: Option<i64>,
    #[diesel(sql_type = Text)]
    correlation_id: String,
}

fn who(id: Option<Vec<u8>>, email: Option<String>) -> Result<Option<Who>, StoreError> {
    let (Some(id), Some(email)) = (id, email) else {
        return Ok(None);
    };
    Ok(Some(Who {
        user: user(&id)?,
        email,
    }))
}

impl Row {
    fn entry(self) -> Result<AuditEntry, StoreError> {
        let fault = || StoreError::Fault("a stored entry is not readable".to_owned());
        let role = |name: Option<String>| name.as_deref().and_then(Role::parse);
        Ok(AuditEntry {
            number: unsigned(self.number),
            at: self.at,
            deed: Deed::parse(&self.deed).ok_or_else(fault)?,
            by: who(self.actor_id, self.actor)?,
            on: who(self.subject_id, self.subject)?,
            email: self.email,
            role: role(self.role),
            role_before: role(self.role_before),
            name: self.name,
            documents: self.documents.map(unsigned),
            correlation_id: self.correlation_id,
        })
    }
}

/// Entries of a team, newest first.
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Conn,
    team: SpaceId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = Statement::new(
        "SELECT e.number, e.at, e.deed, e.actor_id, a.email AS actor, e.subject_id, s.email AS subject, e.email, e.role, \
         e.role_before, e.name, e.documents, e.correlation_id FROM team_event e LEFT JOIN account a ON a.id = e.actor_id \
         LEFT JOIN account s ON s.id = e.subject_id WHERE e.space_id = ?",
    )
    .bind(team.as_bytes());
    let id = |id: UserId| Value::Bytes(id.as_bytes().to_vec());
    let wanted = [
        (
            " AND e.deed = ?",
            filter
                .deed
                .map(|deed| Value::Text(deed.as_str().to_owned())),
        ),
        (" AND e.actor_id = ?", filter.by.map(id)),
        (" AND e.subject_id = ?", filter.on.map(id)),
        (
            " AND e.number < ?",
            filter.before.map(|number| Value::Int(signed(number))),
        ),
    ];
    for (sql, value) in wanted {
        if let Some(value) = value {
            statement = statement.sql(sql).bind_all([value]);
        }
    }
    let rows: Vec<Row> = statement
        .sql(" ORDER BY e.number DESC LIMIT ?")
        .bind(limit)
        .load(conn)?;
    rows.into_iter().map(Row::entry).collect()
}
