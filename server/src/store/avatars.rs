//! Pictures of accounts as rows. Not what a picture may be, and not who sees it.

use super::accounts::user;
use super::library::fault;
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::ids::{Millis, SpaceId, UserId};
use std::collections::HashMap;

/// Whose choice a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A provider named it.
    Provider,
    /// Its owner gave it.
    Own,
    /// Its owner wants none.
    None,
}

impl Origin {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Own => "own",
            Self::None => "none",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let all = [Self::Provider, Self::Own, Self::None];
        let found = all.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| fault("picture"))
    }
}

/// What is known of an account's picture, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose choice it is.
    pub origin: Origin,
    /// Where a provider's was fetched.
    pub source: Option<String>,
    /// When.
    pub at: Millis,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub kind: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// By which a browser knows whether it has it.
    pub tag: String,
}

/// Whose choice the picture of an account is; `None` when there never was one.
///
/// # Errors
/// The database's.
pub fn standing(conn: &mut Conn, id: UserId) -> Result<Option<Standing>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        origin: String,
        #[diesel(sql_type = Nullable<Text>)]
        source: Option<String>,
        #[diesel(sql_type = BigInt)]
        at: i64,
    }
    let row: Option<Row> =
        Statement::new("SELECT origin, source, at FROM avatar WHERE account_id = ?")
            .bind(id.as_bytes())
            .first(conn)?;
    let standing = |row: Row| {
        Ok(Standing {
            origin: Origin::parse(&row.origin)?,
            source: row.source,
            at: row.at,
        })
    };
    row.map(standing).transpose()
}

/// The picture of an account; `None` when it has none.
///
/// # Errors
/// The database's.
pub fn get(conn: &mut Conn, id: UserId) -> Result<Option<Picture>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = Binary)]
        bytes: Vec<u8>,
        #[diesel(sql_type = Text)]
        tag: String,
    }
    let row: Option<Row> = Statement::new(
        "SELECT kind, bytes, tag FROM avatar WHERE account_id = ? AND bytes IS NOT NULL",
    )
    .bind(id.as_bytes())
    .first(conn)?;
    Ok(row.map(|row| Picture {
        kind: row.kind,
        bytes: row.bytes,
        tag: row.tag,
    }))
}

/// The tag of an account's picture; `None` when it has none.
///
/// # Errors
/// The database's.
pub fn tag(conn: &mut Conn, id: UserId) -> Result<Option<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        tag: Option<String>,
    }
    let row: Option<Row> = Statement::new("SELECT tag FROM avatar WHERE account_id = ?")
        .bind(id.as_bytes())
        .first(conn)?;
    Ok(row.and_then(|row| row.tag))
}

/// The tags of the pictures of a space's members.
///
/// # Errors
/// The database's.
pub fn of_space(conn: &mut Conn, space: SpaceId) -> Result<HashMap<UserId, String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        account_id: Vec<u8>,
        #[diesel(sql_type = Text)]
        tag: String,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT a.account_id, a.tag FROM avatar a JOIN space_member m ON m.account_id = a.account_id \
         WHERE m.space_id = ? AND a.tag IS NOT NULL",
    )
    .bind(space.as_bytes())
    .load(conn)?;
    let one = |row: Row| Ok((user(&row.account_id)?, row.tag));
    rows.into_iter().map(one).collect()
}

/// Whether two accounts are in a space together, or are one.
///
/// # Errors
/// The database's.
pub fn know_each_other(conn: &mut Conn, one: UserId, other: UserId) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let row: Option<Row> = Statement::new(
        "SELECT count(*) AS n FROM space_member a JOIN space_member b ON b.space_id = a.space_id \
         WHERE a.account_id = ? AND b.account_id = ?",
    )
    .bind(one.as_bytes())
    .bind(other.as_bytes())
    .first(conn)?;
    Ok(one == other || row.is_some_and(|row| row.n > 0))
}

/// Removes a picture and whose choice it was, as if there never was one.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, id: UserId) -> Result<(), StoreError> {
    let delete = Statement::new("DELETE FROM avatar WHERE account_id = ?");
    delete.bind(id.as_bytes()).execute(conn)?;
    Ok(())
}

/// Puts a picture in the place of what was there.
///
/// # Errors
/// The database's.
pub fn set(
    conn: &mut Conn,
    id: UserId,
    (origin, source): (Origin, Option<&str>),
    picture: Option<&Picture>,
    now: Millis,
) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO avatar (account_id, origin, source, kind, bytes, tag, at) VALUES (?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (account_id) DO UPDATE SET origin = excluded.origin, source = excluded.source, kind = excluded.kind, \
         bytes = excluded.bytes, tag = excluded.tag, at = excluded.at",
    )
    .bind(id.as_bytes())
    .bind(origin.as_str())
    .bind(source.map(str::to_owned))
    .bind(picture.map(|it| it.kind.clone()))
    .bind(picture.map(|it| it.bytes.clone()))
    .bind(picture.map(|it| it.tag.clone()))
    .bind(now)
    .execute(conn)?;
    Ok(())
}
