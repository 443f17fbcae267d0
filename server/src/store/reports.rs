//! Reports of public prompts, and what was decided about them. Not the hiding itself: that is the publication's.

use super::library::{fault, signed, unsigned};
use super::publications::{AUTHOR, LAST, publication};
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::ids::{Millis, PublicationId, UserId};
use krowoc_shared::leaderboard::wire::{
    Decide, DecisionView, Reason, Report, ReportView, Reported, Verdict,
};

/// Prompts of the queue.
const OPEN: usize = 100;
/// Reports that are read for it.
const READ: i64 = 1_000;
/// Decisions that are shown.
const DECIDED: i64 = 50;

/// Adds a report; false when the account has reported the prompt before.
///
/// # Errors
/// The database's.
pub fn add(
    conn: &mut Conn,
    id: PublicationId,
    user: UserId,
    report: &Report,
    now: Millis,
) -> Result<bool, StoreError> {
    let added = Statement::new(
        "INSERT INTO report (publication_id, account_id, reason, detail, at) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (publication_id, account_id) DO NOTHING",
    )
    .bind(id.as_bytes())
    .bind(user.as_bytes())
    .bind(report.reason.as_str())
    .bind(report.detail.as_str())
    .bind(now)
    .execute(conn)?;
    Ok(added == 1)
}

/// How many reported prompts wait for a decision.
///
/// # Errors
/// The database's.
pub fn waiting(conn: &mut Conn) -> Result<u64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        prompts: i64,
    }
    let row: Option<Row> = Statement::new(
        "SELECT count(DISTINCT publication_id) AS prompts FROM report WHERE answered_at IS NULL",
    )
    .first(conn)?;
    Ok(row.map_or(0, |row| u64::try_from(row.prompts).unwrap_or(0)))
}

/// Reported prompts that wait for a decision, the longest waiting first.
///
/// # Errors
/// The database's.
pub fn open(conn: &mut Conn) -> Result<Vec<Reported>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Text)]
        title: String,
        #[diesel(sql_type = Text)]
        author: String,
        #[diesel(sql_type = Nullable<BigInt>)]
        hidden_at: Option<i64>,
        #[diesel(sql_type = Text)]
        reason: String,
        #[diesel(sql_type = Text)]
        detail: String,
        #[diesel(sql_type = BigInt)]
        at: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT p.id, p.slug, v.title, p.hidden_at, r.reason, r.detail, r.at, ",
    )
    .sql(AUTHOR)
    .sql(
        " FROM report r JOIN publication p ON p.id = r.publication_id JOIN document d ON d.row_id = p.row_id",
    )
    .sql(LAST)
    .sql(" WHERE r.answered_at IS NULL ORDER BY r.at, r.account_id LIMIT ?")
    .bind(READ)
    .load(conn)?;
    let mut open: Vec<Reported> = Vec::new();
    for row in rows {
        let id = publication(&row.id)?;
        let report = ReportView {
            reason: Reason::parse(&row.reason).ok_or_else(|| fault("reason"))?,
            detail: row.detail,
            at: row.at,
        };
        let full = open.len() == OPEN;
        match open.iter_mut().find(|it| it.id == id) {
            Some(there) => there.reports.push(report),
            None if full => {}
            None => open.push(Reported {
                id,
                slug: row.slug,
                title: row.title,
                author: row.author,
                hidden: row.hidden_at.is_some(),
                reports: vec![report],
            }),
        }
    }
    Ok(open)
}

/// Answers every open report of a prompt and keeps the decision.
///
/// # Errors
/// The database's.
pub fn decide(
    conn: &mut Conn,
    id: PublicationId,
    admin: UserId,
    decision: &Decide,
    now: Millis,
) -> Result<(), StoreError> {
    let answered = Statement::new(
        "UPDATE report SET answered_at = ? WHERE publication_id = ? AND answered_at IS NULL",
    )
    .bind(now)
    .bind(id.as_bytes())
    .execute(conn)?;
    Statement::new(
        "INSERT INTO verdict (publication_id, account_id, verdict, note, reports, at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(id.as_bytes())
    .bind(admin.as_bytes())
    .bind(decision.verdict.as_str())
    .bind(decision.note.as_str())
    .bind(signed(u64::try_from(answered).unwrap_or(0)))
    .bind(now)
    .execute(conn)?;
    Ok(())
}

/// The last decisions, the newest first.
///
/// # Errors
/// The database's.
pub fn decided(conn: &mut Conn) -> Result<Vec<DecisionView>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Text)]
        title: String,
        #[diesel(sql_type = Text)]
        verdict: String,
        #[diesel(sql_type = Text)]
        note: String,
        #[diesel(sql_type = Nullable<Text>)]
        email: Option<String>,
        #[diesel(sql_type = BigInt)]
        reports: i64,
        #[diesel(sql_type = BigInt)]
        at: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        hidden_at: Option<i64>,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT p.id, p.slug, v.title, x.verdict, x.note, a.email, x.reports, x.at, p.hidden_at FROM verdict x \
         JOIN publication p ON p.id = x.publication_id JOIN document d ON d.row_id = p.row_id",
    )
    .sql(LAST)
    .sql(" LEFT JOIN account a ON a.id = x.account_id ORDER BY x.seq DESC LIMIT ?")
    .bind(DECIDED)
    .load(conn)?;
    let view = |row: Row| {
        Ok(DecisionView {
            id: publication(&row.id)?,
            slug: row.slug,
            title: row.title,
            verdict: Verdict::parse(&row.verdict).ok_or_else(|| fault("verdict"))?,
            note: row.note,
            by: row.email,
            reports: unsigned(row.reports),
            at: row.at,
            hidden: row.hidden_at.is_some(),
        })
    };
    rows.into_iter().map(view).collect()
}
