//! Rows and queries of keys to providers, sealed. Not how they are sealed: that is the vault.

use super::statement::Statement;
use super::{Conn, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use krowoc_shared::execution::request::Provider;
use krowoc_shared::ids::{KeyId, Millis, UserId};

/// How exact `used_at` is.
const USED_EVERY: Millis = 60_000;

/// A sealed key and what it is sealed under.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The sealed bytes.
    pub bytes: Vec<u8>,
    /// The id of the key-encryption key.
    pub kek: String,
}

/// Never shows what is sealed.
impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes under {})", self.bytes.len(), self.kek)
    }
}

/// A stored key: what a provider is called with once it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is; the operator's when absent.
    pub owner: Option<UserId>,
    /// Whose key.
    pub provider: Provider,
    /// What the person calls it.
    pub name: String,
    /// Where the provider listens.
    pub base_url: String,
    /// The key, sealed.
    pub sealed: Sealed,
    /// The end of the key.
    pub hint: String,
    /// Whether its provider is called with it when none is chosen.
    pub preferred: bool,
    /// When it was stored.
    pub created_at: Millis,
    /// When the key itself was last replaced.
    pub rotated_at: Option<Millis>,
    /// When it was last used.
    pub used_at: Option<Millis>,
}

impl StoredKey {
    /// Whether the server's operator pays for it.
    #[must_use]
    pub fn is_server_held(&self) -> bool {
        self.owner.is_none()
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    account_id: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    base_url: String,
    #[diesel(sql_type = Binary)]
    sealed: Vec<u8>,
    #[diesel(sql_type = Text)]
    kek_id: String,
    #[diesel(sql_type = Text)]
    hint: String,
    #[diesel(sql_type = Bool)]
    preferred: bool,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    rotated_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    used_at: Option<i64>,
}

const COLUMNS: &str = "SELECT id, account_id, provider, name, base_url, sealed, kek_id, hint, preferred, created_at, rotated_at, \
     used_at FROM provider_key WHERE removed_at IS NULL AND ";

fn fault(what: &str) -> StoreError {
    StoreError::Fault(what.to_owned())
}

fn key_id(bytes: &[u8]) -> Result<KeyId, StoreError> {
    KeyId::from_slice(bytes).ok_or_else(|| fault("an id is not 16 bytes"))
}

impl Row {
    fn key(self) -> Result<StoredKey, StoreError> {
        let owner = self.account_id.as_deref().map(super::accounts::user);
        Ok(StoredKey {
            id: key_id(&self.id)?,
            owner: owner.transpose()?,
            provider: Provider::parse(&self.provider)
                .ok_or_else(|| fault("a key is of an unknown provider"))?,
            name: self.name,
            base_url: self.base_url,
            sealed: Sealed {
                bytes: self.sealed,
                kek: self.kek_id,
            },
            hint: self.hint,
            preferred: self.preferred,
            created_at: self.created_at,
            rotated_at: self.rotated_at,
            used_at: self.used_at,
        })
    }
}

fn keys(rows: Vec<Row>) -> Result<Vec<StoredKey>, StoreError> {
    rows.into_iter().map(Row::key).collect()
}

fn one(row: Option<Row>) -> Result<Option<StoredKey>, StoreError> {
    row.map(Row::key).transpose()
}

/// The key that a provider is called with by an account: the one that is named (its own, or the operator's), else the preferred of
/// its own, else the operator's. `None` when there is none.
///
/// # Errors
/// The database's.
pub fn resolve(
    conn: &mut Conn,
    user: UserId,
    provider: Provider,
    named: Option<KeyId>,
) -> Result<Option<StoredKey>, StoreError> {
    let own = Statement::new(COLUMNS)
        .sql("provider = ? AND account_id = ?")
        .bind(provider.as_str())
        .bind(user.as_bytes());
    let operators = Statement::new(COLUMNS)
        .sql("provider = ? AND account_id IS NULL")
        .bind(provider.as_str());
    // Sorting here costs less than the database's sorter does, for a person has few keys.
    for query in [own, operators] {
        let mut found = keys(query.load(conn)?)?;
        found.retain(|key| named.is_none_or(|id| key.id == id));
        let best = found
            .into_iter()
            .max_by_key(|key| (key.preferred, *key.id.as_bytes()));
        if best.is_some() {
            return Ok(best);
        }
    }
    Ok(None)
}

/// Whether the operator holds keys for everybody.
///
/// # Errors
/// The database's.
pub fn is_any_server_held(conn: &mut Conn) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
    }
    let found: Option<Found> = Statement::new(
        "SELECT id FROM provider_key WHERE removed_at IS NULL AND account_id IS NULL LIMIT 1",
    )
    .first(conn)?;
    Ok(found.is_some_and(|row| !row.id.is_empty()))
}

/// The providers that an account has a key for: its own, or the operator's.
///
/// # Errors
/// The database's.
pub fn providers(conn: &mut Conn, user: UserId) -> Result<Vec<Provider>, StoreError> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        provider: String,
    }
    let rows: Vec<Name> = Statement::new(
        "SELECT DISTINCT provider FROM provider_key WHERE removed_at IS NULL AND (account_id = ? OR account_id IS NULL)",
    )
    .bind(user.as_bytes())
    .load(conn)?;
    Ok(rows
        .iter()
        .filter_map(|row| Provider::parse(&row.provider))
        .collect())
}

/// A key of an account.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, user: UserId, id: KeyId) -> Result<Option<StoredKey>, StoreError> {
    let query = Statement::new(COLUMNS)
        .sql("account_id = ? AND id = ?")
        .bind(user.as_bytes())
        .bind(id.as_bytes());
    one(query.first(conn)?)
}

/// The keys that an account may call with: its own, oldest first, then the operator's.
///
/// # Errors
/// The database's.
pub fn all_usable(conn: &mut Conn, user: UserId) -> Result<Vec<StoredKey>, StoreError> {
    let query = Statement::new(COLUMNS)
        .sql("(account_id = ? OR account_id IS NULL) ORDER BY CASE WHEN account_id IS NULL THEN 1 ELSE 0 END, id")
        .bind(user.as_bytes());
    keys(query.load(conn)?)
}

/// The keys of an account, oldest first.
///
/// # Errors
/// The database's.
pub fn of_account(conn: &mut Conn, user: UserId) -> Result<Vec<StoredKey>, StoreError> {
    let query = Statement::new(COLUMNS)
        .sql("account_id = ? ORDER BY id")
        .bind(user.as_bytes());
    keys(query.load(conn)?)
}

/// A key that an account may call with: its own, or the operator's.
///
/// # Errors
/// The database's.
pub fn usable(conn: &mut Conn, user: UserId, id: KeyId) -> Result<Option<StoredKey>, StoreError> {
    let query = Statement::new(COLUMNS)
        .sql("(account_id = ? OR account_id IS NULL) AND id = ?")
        .bind(user.as_bytes())
        .bind(id.as_bytes());
    one(query.first(conn)?)
}

/// The operator's key for a provider.
///
/// # Errors
/// The database's.
pub fn of_operator(conn: &mut Conn, provider: Provider) -> Result<Option<StoredKey>, StoreError> {
    let query = Statement::new(COLUMNS)
        .sql("account_id IS NULL AND provider = ?")
        .bind(provider.as_str());
    one(query.first(conn)?)
}

/// What a key is called, also one that was removed.
///
/// # Errors
/// The database's.
pub fn name_of(conn: &mut Conn, user: UserId, id: KeyId) -> Result<Option<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let row: Option<Name> = Statement::new(
        "SELECT name FROM provider_key WHERE id = ? AND (account_id = ? OR account_id IS NULL)",
    )
    .bind(id.as_bytes())
    .bind(user.as_bytes())
    .first(conn)?;
    Ok(row.map(|row| row.name))
}

/// Stores a key. The first of its provider is preferred.
///
/// # Errors
/// [`StoreError::Conflict`] when the account has one of this name for the provider, or the database's.
pub fn create(tx: &mut Tx<'_>, key: &StoredKey) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO provider_key (id, account_id, provider, name, base_url, sealed, kek_id, hint, preferred, created_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(key.id.as_bytes())
    .bind(key.owner.map(|user| user.as_bytes().to_vec()))
    .bind(key.provider.as_str())
    .bind(key.name.as_str())
    .bind(key.base_url.as_str())
    .bind(key.sealed.bytes.clone())
    .bind(key.sealed.kek.as_str())
    .bind(key.hint.as_str())
    .bind(false)
    .bind(key.created_at)
    .execute(tx)?;
    match key.owner {
        Some(user) => elect(tx, user, key.provider),
        None => Ok(()),
    }
}

/// Makes the newest key of a provider the preferred one when none is.
fn elect(tx: &mut Tx<'_>, user: UserId, provider: Provider) -> Result<(), StoreError> {
    let own = "FROM provider_key WHERE account_id = ? AND provider = ? AND removed_at IS NULL";
    Statement::new("UPDATE provider_key SET preferred = ? WHERE id = (SELECT id ")
        .sql(own)
        .sql(" ORDER BY id DESC LIMIT 1) AND NOT EXISTS (SELECT 1 ")
        .sql(own)
        .sql(" AND preferred)")
        .bind(true)
        .bind(user.as_bytes())
        .bind(provider.as_str())
        .bind(user.as_bytes())
        .bind(provider.as_str())
        .execute(tx)?;
    Ok(())
}

/// Renames a key.
///
/// # Errors
/// [`StoreError::Conflict`] when another has the name, or the database's.
pub fn rename(tx: &mut Tx<'_>, id: KeyId, name: &str) -> Result<(), StoreError> {
    Statement::new("UPDATE provider_key SET name = ? WHERE id = ?")
        .bind(name)
        .bind(id.as_bytes())
        .execute(tx)?;
    Ok(())
}

/// Puts a new key in the place of the old one.
///
/// # Errors
/// The database's.
pub fn replace(
    tx: &mut Tx<'_>,
    id: KeyId,
    sealed: &Sealed,
    hint: &str,
    at: Millis,
) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE provider_key SET sealed = ?, kek_id = ?, hint = ?, rotated_at = ? WHERE id = ? AND removed_at IS NULL",
    )
    .bind(sealed.bytes.clone())
    .bind(sealed.kek.as_str())
    .bind(hint)
    .bind(at)
    .bind(id.as_bytes())
    .execute(tx)?;
    Ok(())
}

/// Moves a key to another address.
///
/// # Errors
/// The database's.
pub fn set_address(tx: &mut Tx<'_>, id: KeyId, base_url: &str) -> Result<(), StoreError> {
    Statement::new("UPDATE provider_key SET base_url = ? WHERE id = ?")
        .bind(base_url)
        .bind(id.as_bytes())
        .execute(tx)?;
    Ok(())
}

/// Makes a key the preferred one of its provider, or no more.
///
/// # Errors
/// The database's.
pub fn prefer(tx: &mut Tx<'_>, key: &StoredKey, preferred: bool) -> Result<(), StoreError> {
    let Some(user) = key.owner else { return Ok(()) };
    // First none: two at a time are refused.
    let mut none = Statement::new(
        "UPDATE provider_key SET preferred = ? WHERE account_id = ? AND provider = ? AND preferred",
    )
    .bind(false)
    .bind(user.as_bytes())
    .bind(key.provider.as_str());
    if !preferred {
        none = none.sql(" AND id = ?").bind(key.id.as_bytes());
    }
    none.execute(tx)?;
    if preferred {
        Statement::new("UPDATE provider_key SET preferred = ? WHERE id = ? AND removed_at IS NULL")
            .bind(true)
            .bind(key.id.as_bytes())
            .execute(tx)?;
    }
    Ok(())
}

/// Removes a key: what was sealed is gone, its name stays for the history. Another of its provider becomes the preferred one.
///
/// # Errors
/// The database's.
pub fn remove(tx: &mut Tx<'_>, key: &StoredKey, at: Millis) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE provider_key SET sealed = ?, kek_id = '', preferred = ?, removed_at = ? WHERE id = ?",
    )
    .bind(Vec::new())
    .bind(false)
    .bind(at)
    .bind(key.id.as_bytes())
    .execute(tx)?;
    match key.owner {
        Some(user) => elect(tx, user, key.provider),
        None => Ok(()),
    }
}

/// Notes that a key was used; not more often than once a minute.
///
/// # Errors
/// The database's.
pub fn touch(tx: &mut Tx<'_>, id: KeyId, at: Millis) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE provider_key SET used_at = ? WHERE id = ? AND (used_at IS NULL OR used_at <= ?)",
    )
    .bind(at)
    .bind(id.as_bytes())
    .bind(at.saturating_sub(USED_EVERY))
    .execute(tx)?;
    Ok(())
}

/// Keys that are not sealed under this key-encryption key, in the order of their ids.
///
/// # Errors
/// The database's.
pub fn sealed_otherwise(
    conn: &mut Conn,
    kek: &str,
    after: Option<KeyId>,
    limit: i64,
) -> Result<Vec<StoredKey>, StoreError> {
    let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let query = Statement::new(COLUMNS)
        .sql("kek_id <> ? AND id > ? ORDER BY id LIMIT ?")
        .bind(kek)
        .bind(after)
        .bind(limit);
    keys(query.load(conn)?)
}

/// Seals a key anew, if it is still the one that was read; false when it is not.
///
/// # Errors
/// The database's.
pub fn reseal(tx: &mut Tx<'_>, id: KeyId, old: &[u8], sealed: &Sealed) -> Result<bool, StoreError> {
    let changed = Statement::new(
        "UPDATE provider_key SET sealed = ?, kek_id = ? WHERE id = ? AND sealed = ? AND removed_at IS NULL",
    )
    .bind(sealed.bytes.clone())
    .bind(sealed.kek.as_str())
    .bind(id.as_bytes())
    .bind(old.to_vec())
    .execute(tx)?;
    Ok(changed == 1)
}

/// How many keys and authenticators each key-encryption key seals.
///
/// # Errors
/// The database's.
pub fn count_by_kek(conn: &mut Conn) -> Result<Vec<(String, i64)>, StoreError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = Text)]
        kek_id: String,
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let rows: Vec<Count> = Statement::new(
        "SELECT kek_id, count(*) AS number FROM (SELECT kek_id FROM provider_key WHERE removed_at IS NULL \
         UNION ALL SELECT kek_id FROM totp) AS held GROUP BY kek_id ORDER BY kek_id",
    )
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.kek_id, row.number))
        .collect())
}
