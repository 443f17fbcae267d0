//! Rows and queries of personal access tokens. Not what a scope allows.

use super::accounts::user;
use super::members;
use super::schema::tokens::api_token;
use super::sessions::{Access, Hash, Holder};
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use krowoc_shared::execution::wire::{Scope, TokenView};
use krowoc_shared::ids::{Millis, TokenId, UserId};

/// A new token.
#[derive(Clone, Debug)]
pub struct NewRow {
    /// As it will be listed.
    pub view: TokenView,
    /// Whose it is.
    pub user: UserId,
    /// SHA-256 of the token.
    pub hash: Hash,
}

fn words(scopes: &[Scope]) -> String {
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    names.join(" ")
}

fn scopes(words: &str) -> Vec<Scope> {
    words.split(' ').filter_map(Scope::parse).collect()
}

fn token_id(bytes: &[u8]) -> Result<TokenId, StoreError> {
    TokenId::from_slice(bytes).ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))
}

/// Stores a token.
///
/// # Errors
/// The database's.
pub fn create(conn: &mut Conn, new: &NewRow) -> Result<(), StoreError> {
    diesel::insert_into(api_token::table)
        .values((
            api_token::id.eq(new.view.id.as_bytes().as_slice()),
            api_token::account_id.eq(new.user.as_bytes().as_slice()),
            api_token::name.eq(&new.view.name),
            api_token::hash.eq(new.hash.as_slice()),
            api_token::hint.eq(&new.view.hint),
            api_token::scopes.eq(words(&new.view.scopes)),
            api_token::created_at.eq(new.view.created_at),
            api_token::expires_at.eq(new.view.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The holder of a token, also when it was revoked.
///
/// # Errors
/// The database's.
pub fn by_hash(conn: &mut Conn, hash: &Hash) -> Result<Option<Access>, StoreError> {
    type Row = (
        Vec<u8>,
        Vec<u8>,
        String,
        Option<i64>,
        Option<i64>,
        Option<i64>,
    );
    let row: Option<Row> = api_token::table
        .filter(api_token::hash.eq(hash.as_slice()))
        .select((
            api_token::id,
            api_token::account_id,
            api_token::scopes,
            api_token::expires_at,
            api_token::used_at,
            api_token::revoked_at,
        ))
        .first(conn)
        .optional()?;
    let Some((id, account, words, expires_at, used_at, revoked_at)) = row else {
        return Ok(None);
    };
    let user = user(&account)?;
    Ok(Some(Access {
        holder: Holder::Token(token_id(&id)?),
        user,
        expires_at: expires_at.unwrap_or(Millis::MAX),
        // Never used is long ago: the first use is noted.
        seen_at: used_at.unwrap_or(0),
        csrf: String::new(),
        revoked: revoked_at.is_some(),
        spaces: members::of(conn, user)?,
        scopes: scopes(&words),
    }))
}

/// Whether a token may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It was revoked.
    pub revoked: bool,
    /// When it runs out.
    pub expires_at: Millis,
}

/// Whether a token may be used; `None` when it went away with its account.
///
/// # Errors
/// The database's.
pub fn standing(conn: &mut Conn, id: TokenId) -> Result<Option<Standing>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<BigInt>)]
        expires_at: Option<i64>,
        #[diesel(sql_type = Nullable<BigInt>)]
        revoked_at: Option<i64>,
    }
    let row: Option<Row> =
        Statement::new("SELECT expires_at, revoked_at FROM api_token WHERE id = ?")
            .bind(id.as_bytes())
            .first(conn)?;
    Ok(row.map(|row| Standing {
        revoked: row.revoked_at.is_some(),
        expires_at: row.expires_at.unwrap_or(Millis::MAX),
    }))
}

/// The tokens of an account that were not revoked, newest first.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, user: UserId) -> Result<Vec<TokenView>, StoreError> {
    type Row = (
        Vec<u8>,
        String,
        String,
        String,
        i64,
        Option<i64>,
        Option<i64>,
    );
    let rows: Vec<Row> = api_token::table
        .filter(api_token::account_id.eq(user.as_bytes().as_slice()))
        .filter(api_token::revoked_at.is_null())
        .order(api_token::id.desc())
        .select((
            api_token::id,
            api_token::name,
            api_token::hint,
            api_token::scopes,
            api_token::created_at,
            api_token::expires_at,
            api_token::used_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, name, hint, words, created_at, expires_at, used_at)| {
            Ok(TokenView {
                id: token_id(&id)?,
                name,
                hint,
                scopes: scopes(&words),
                created_at,
                expires_at,
                used_at,
            })
        })
        .collect()
}

/// Revokes a token of an account; false when there is none.
///
/// # Errors
/// The database's.
pub fn revoke(conn: &mut Conn, user: UserId, id: TokenId, now: Millis) -> Result<bool, StoreError> {
    let own = api_token::table
        .filter(api_token::id.eq(id.as_bytes().as_slice()))
        .filter(api_token::account_id.eq(user.as_bytes().as_slice()))
        .filter(api_token::revoked_at.is_null());
    let changed = diesel::update(own)
        .set(api_token::revoked_at.eq(now))
        .execute(conn)?;
    Ok(changed == 1)
}
