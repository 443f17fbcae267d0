//! What is kept of an account outside of its own library, for its download: teams, invitations, reports, copies, what was spent.
//! Not what it may do there, and not what logs say.

use super::accounts::space_id;
use super::library::fault;
use super::members::role_of;
use super::publications::publication;
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, SmallInt, Text};
use krowoc_shared::access::Role;
use krowoc_shared::ids::{DocId, Millis, PublicationId, SpaceId, UserId};

/// A team that the account is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The team.
    pub team: SpaceId,
    /// Its name.
    pub name: String,
    /// What the account is there.
    pub role: Role,
    /// Since when.
    pub since: Millis,
}

/// An invitation that waits: to the account's address, or made by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The team.
    pub team: SpaceId,
    /// Its name.
    pub name: String,
    /// The role that it gives.
    pub role: Role,
    /// To whom; absent for a link.
    pub email: Option<String>,
    /// The account made it.
    pub made: bool,
    /// When it was made.
    pub at: Millis,
    /// When it runs out.
    pub expires_at: Millis,
}

/// A public prompt that the account has reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The public prompt.
    pub publication: PublicationId,
    /// Why.
    pub reason: String,
    /// In the account's words.
    pub detail: String,
    /// When.
    pub at: Millis,
    /// When it was decided about.
    pub answered_at: Option<Millis>,
    /// What was decided.
    pub verdict: Option<String>,
}

/// A copy of a public prompt that the account has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The copy.
    pub document: DocId,
    /// Of what.
    pub publication: PublicationId,
    /// When.
    pub at: Millis,
}

/// What an account has spent in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
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

/// The teams that an account is in, in the order in which it came.
///
/// # Errors
/// The database's.
pub fn teams(conn: &mut Conn, user: UserId) -> Result<Vec<Place>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        role: String,
        #[diesel(sql_type = BigInt)]
        since: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT space.id AS id, space.name AS name, role, space_member.created_at AS since FROM space_member \
         JOIN space ON space.id = space_member.space_id WHERE account_id = ? AND kind = 'team' ORDER BY since, space.id",
    )
    .bind(user.as_bytes())
    .load(conn)?;
    let one = |row: Row| {
        Ok(Place {
            team: space_id(&row.id)?,
            name: row.name,
            role: role_of(&row.role)?,
            since: row.since,
        })
    };
    rows.into_iter().map(one).collect()
}

/// Invitations to the address of an account, once it is confirmed, and those that it made, in the order in which they were made.
///
/// # Errors
/// The database's.
pub fn invitations(conn: &mut Conn, user: UserId) -> Result<Vec<Invited>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        space_id: Vec<u8>,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        role: String,
        #[diesel(sql_type = Nullable<Text>)]
        email: Option<String>,
        #[diesel(sql_type = Bool)]
        made: bool,
        #[diesel(sql_type = BigInt)]
        created_at: i64,
        #[diesel(sql_type = BigInt)]
        expires_at: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT i.space_id AS space_id, space.name AS name, i.role AS role, i.email AS email, \
         (i.invited_by IS NOT NULL AND i.invited_by = ?) AS made, i.created_at AS created_at, i.expires_at AS expires_at \
         FROM team_invitation i JOIN space ON space.id = i.space_id \
         WHERE i.invited_by = ? OR i.email = (SELECT email FROM account WHERE id = ? AND email_verified_at IS NOT NULL) \
         ORDER BY i.created_at, i.id",
    )
    .bind(user.as_bytes())
    .bind(user.as_bytes())
    .bind(user.as_bytes())
    .load(conn)?;
    let one = |row: Row| {
        Ok(Invited {
            team: space_id(&row.space_id)?,
            name: row.name,
            role: role_of(&row.role)?,
            email: row.email,
            made: row.made,
            at: row.created_at,
            expires_at: row.expires_at,
        })
    };
    rows.into_iter().map(one).collect()
}

/// What an account has reported, in order.
///
/// # Errors
/// The database's.
pub fn reports(conn: &mut Conn, user: UserId) -> Result<Vec<Reported>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = Text)]
        reason: String,
        #[diesel(sql_type = Text)]
        detail: String,
        #[diesel(sql_type = BigInt)]
        at: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        answered_at: Option<i64>,
        #[diesel(sql_type = Nullable<Text>)]
        verdict: Option<String>,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT publication_id, reason, detail, at, answered_at, (SELECT v.verdict FROM verdict v \
         WHERE v.publication_id = report.publication_id AND v.at = report.answered_at ORDER BY v.seq DESC LIMIT 1) AS verdict \
         FROM report WHERE account_id = ? ORDER BY at, publication_id",
    )
    .bind(user.as_bytes())
    .load(conn)?;
    let one = |row: Row| {
        Ok(Reported {
            publication: publication(&row.publication_id)?,
            reason: row.reason,
            detail: row.detail,
            at: row.at,
            answered_at: row.answered_at,
            verdict: row.verdict,
        })
    };
    rows.into_iter().map(one).collect()
}

/// The copies that an account has made, in order.
///
/// # Errors
/// The database's.
pub fn copies(conn: &mut Conn, user: UserId) -> Result<Vec<Copied>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        doc_id: Vec<u8>,
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        at: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT doc_id, publication_id, at FROM fork WHERE account_id = ? ORDER BY at, row_id",
    )
    .bind(user.as_bytes())
    .load(conn)?;
    let one = |row: Row| {
        Ok(Copied {
            document: DocId::from_slice(&row.doc_id).ok_or_else(|| fault("document"))?,
            publication: publication(&row.publication_id)?,
            at: row.at,
        })
    };
    rows.into_iter().map(one).collect()
}

/// What an account has spent, month by month.
///
/// # Errors
/// The database's.
pub fn spent(conn: &mut Conn, user: UserId) -> Result<Vec<Spent>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        period: i64,
        #[diesel(sql_type = SmallInt)]
        tier: i16,
        #[diesel(sql_type = Nullable<BigInt>)]
        ceiling: Option<i64>,
        #[diesel(sql_type = BigInt)]
        spent: i64,
        #[diesel(sql_type = BigInt)]
        unpriced: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT period, tier, ceiling, spent, unpriced FROM spending WHERE account_id = ? ORDER BY period, tier",
    )
    .bind(user.as_bytes())
    .load(conn)?;
    let one = |row: Row| Spent {
        period: row.period,
        server_held: row.tier == 1,
        ceiling: row.ceiling,
        spent: row.spent,
        unpriced: row.unpriced,
    };
    Ok(rows.into_iter().map(one).collect())
}
