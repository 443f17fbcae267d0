//! What logs say about one account, for its download: what was done in teams by it and to it, what was decided about public prompts. Not
//! what others did there.

use super::accounts::space_id;
use super::library::{fault, signed, unsigned};
use super::publications::publication;
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use krowoc_shared::ids::{Millis, PublicationId, SpaceId, UserId};
use krowoc_shared::leaderboard::wire::Verdict;

/// A line of a team's log that the account did, or that was done to it. It names nobody else but the address that was invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamDeed {
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
    /// With how many documents, when there were several.
    pub documents: Option<u64>,
}

/// A decision about a public prompt: of the account's own library, or made by the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
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

/// Lines of teams' logs about an account that follow one of them, in the order of teams and numbers. Those that name its address alone
/// are about it once the address is confirmed: who only typed it learns nothing.
///
/// # Errors
/// The database's.
pub fn of_teams(
    conn: &mut Conn,
    user: UserId,
    after: Option<(SpaceId, u64)>,
    limit: i64,
) -> Result<Vec<TeamDeed>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        team: Vec<u8>,
        #[diesel(sql_type = Text)]
        team_name: String,
        #[diesel(sql_type = BigInt)]
        number: i64,
        #[diesel(sql_type = BigInt)]
        at: i64,
        #[diesel(sql_type = Text)]
        deed: String,
        #[diesel(sql_type = Bool)]
        by_me: bool,
        #[diesel(sql_type = Bool)]
        to_me: bool,
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
    }
    let (team, number) = after.map_or((Vec::new(), 0), |(team, number)| {
        (team.as_bytes().to_vec(), signed(number))
    });
    let rows: Vec<Row> = Statement::new(
        "SELECT e.space_id AS team, space.name AS team_name, e.number, e.at, e.deed, \
         (e.actor_id IS NOT NULL AND e.actor_id = me.id) AS by_me, \
         ((e.subject_id IS NOT NULL AND e.subject_id = me.id) OR (e.email IS NOT NULL AND e.email = me.email \
         AND me.email_verified_at IS NOT NULL)) AS to_me, \
         e.email, e.role, e.role_before, e.name, e.documents FROM team_event e JOIN space ON space.id = e.space_id JOIN account me ON me.id = ? \
         WHERE (e.actor_id = me.id OR e.subject_id = me.id OR (e.email = me.email AND me.email_verified_at IS NOT NULL)) \
         AND (e.space_id > ? OR (e.space_id = ? AND e.number > ?)) ORDER BY e.space_id, e.number LIMIT ?",
    )
    .bind(user.as_bytes())
    .bind(team.clone())
    .bind(team)
    .bind(number)
    .bind(limit)
    .load(conn)?;
    let one = |row: Row| {
        Ok(TeamDeed {
            team: space_id(&row.team)?,
            team_name: row.team_name,
            number: unsigned(row.number),
            at: row.at,
            deed: row.deed,
            by_me: row.by_me,
            to_me: row.to_me,
            email: row.email,
            role: row.role,
            role_before: row.role_before,
            name: row.name,
            documents: row.documents.map(unsigned),
        })
    };
    rows.into_iter().map(one).collect()
}

/// What was decided about the public prompts of a library, and what the account decided about any, in order.
///
/// # Errors
/// The database's.
pub fn verdicts(
    conn: &mut Conn,
    user: UserId,
    library: SpaceId,
) -> Result<Vec<Judged>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Text)]
        verdict: String,
        #[diesel(sql_type = Text)]
        note: String,
        #[diesel(sql_type = BigInt)]
        reports: i64,
        #[diesel(sql_type = BigInt)]
        at: i64,
        #[diesel(sql_type = Bool)]
        made: bool,
        #[diesel(sql_type = Bool)]
        own: bool,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT x.publication_id, p.slug, x.verdict, x.note, x.reports, x.at, \
         (x.account_id IS NOT NULL AND x.account_id = ?) AS made, (d.space_id = ?) AS own FROM verdict x \
         JOIN publication p ON p.id = x.publication_id JOIN document d ON d.row_id = p.row_id \
         WHERE x.account_id = ? OR d.space_id = ? ORDER BY x.seq",
    )
    .bind(user.as_bytes())
    .bind(library.as_bytes())
    .bind(user.as_bytes())
    .bind(library.as_bytes())
    .load(conn)?;
    let one = |row: Row| {
        Ok(Judged {
            publication: publication(&row.publication_id)?,
            slug: row.slug,
            verdict: Verdict::parse(&row.verdict).ok_or_else(|| fault("verdict"))?,
            note: row.note,
            reports: unsigned(row.reports),
            at: row.at,
            made: row.made,
            own: row.own,
        })
    };
    rows.into_iter().map(one).collect()
}
