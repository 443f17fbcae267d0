//! Who has a part in a public prompt, so that others judge it: who is in its space, and who was in its team while it was public. Not what
//! they said of it, and not their rights.
//!
//! Whether somebody was there follows from the team's audit log: who went since the prompt was first public was in the team then.

use super::publications::{ALL, publication};
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use krowoc_shared::ids::{PublicationId, UserId};
use krowoc_shared::leaderboard::wire::Tie;

/// The line `t` of the audit log says that its subject went while the publication `p` was, or had been, public.
const WENT: &str = "t.deed IN ('left', 'removed') AND t.at >= p.first_at";

/// Publications with their documents. Few documents are public: SQLite keeps the order of a cross join, and would else walk over all
/// documents of the account's teams.
const EACH: &str = " FROM publication p CROSS JOIN document d";

/// That an account has no part in a publication. `publication` and `account` name the columns.
pub(super) fn none(publication: &str, account: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1{ALL} JOIN space_member m ON m.space_id = d.space_id WHERE p.id = {publication} AND m.account_id = {account}) \
         AND NOT EXISTS (SELECT 1{ALL} JOIN team_event t ON t.space_id = d.space_id WHERE p.id = {publication} AND t.subject_id = {account} \
         AND {WENT})"
    )
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    kind: String,
}

impl Row {
    fn tie(self) -> Result<(PublicationId, Tie), StoreError> {
        let tie = match self.kind.as_str() {
            "team" => Tie::Team,
            "former" => Tie::Former,
            _ => Tie::Own,
        };
        Ok((publication(&self.id)?, tie))
    }
}

/// The parts of an account, in all publications or in one; what it is now comes last.
fn of(
    conn: &mut Conn,
    user: UserId,
    id: Option<PublicationId>,
) -> Result<Vec<(PublicationId, Tie)>, StoreError> {
    let only = |statement: Statement| match id {
        Some(id) => statement.sql(" AND p.id = ?").bind(id.as_bytes()),
        None => statement,
    };
    let was = Statement::new("SELECT p.id, 'former' AS kind")
        .sql(EACH)
        .sql(" JOIN team_event t ON t.space_id = d.space_id WHERE d.row_id = p.row_id AND t.subject_id = ? AND ")
        .bind(user.as_bytes())
        .sql(WENT);
    let is = Statement::new("SELECT p.id, s.kind")
        .sql(EACH)
        .sql(" JOIN space s ON s.id = d.space_id JOIN space_member m ON m.space_id = d.space_id")
        .sql(" WHERE d.row_id = p.row_id AND m.account_id = ?")
        .bind(user.as_bytes());
    let mut rows: Vec<Row> = only(was).load(conn)?;
    rows.extend(only(is).load::<Row>(conn)?);
    rows.into_iter().map(Row::tie).collect()
}

/// The part of an account in a publication.
///
/// # Errors
/// The database's.
pub fn in_one(conn: &mut Conn, id: PublicationId, user: UserId) -> Result<Option<Tie>, StoreError> {
    let last = of(conn, user, Some(id))?.pop();
    Ok(last.map(|(_, tie)| tie))
}

/// The publications that an account has a part in. One may be named twice: the later part is the one that holds.
///
/// # Errors
/// The database's.
pub fn in_all(conn: &mut Conn, user: UserId) -> Result<Vec<(PublicationId, Tie)>, StoreError> {
    of(conn, user, None)
}
