//! One connection to either database, and how it is opened. Not a pool, and never a guess: the URL's scheme decides.

use super::error::StoreError;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use std::fmt;
use std::path::{Path, PathBuf};

pub use multi::Conn;

mod multi {
    //! The generated connection over both databases; apart, so that only `Conn` is documented.
    #![allow(missing_docs)]
    use diesel::{PgConnection, SqliteConnection};

    /// A connection to SQLite or PostgreSQL. Queries written against it run on both.
    #[derive(diesel::MultiConnection)]
    pub enum Conn {
        /// A SQLite file.
        Sqlite(SqliteConnection),
        /// A PostgreSQL server.
        Postgres(PgConnection),
    }
}

/// Expands the same body for each database, for what `Conn` cannot express itself: `on_conflict`, batch inserts of a `Vec`,
/// `returning(T::as_returning())`. `both!(conn, |c| diesel::insert_into(…).on_conflict(…).do_nothing().execute(c))`
#[macro_export]
macro_rules! both {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::store::Conn::Sqlite($c) => $body,
            $crate::store::Conn::Postgres($c) => $body,
        }
    };
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A libpq URL; it may hold a password.
    Postgres(String),
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Never shows a password: of PostgreSQL only host and database are named.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(text) => match url::Url::parse(text) {
                Ok(url) => write!(
                    f,
                    "postgres://{}{}",
                    url.host_str().unwrap_or_default(),
                    url.path()
                ),
                Err(_) => f.write_str("postgres:"),
            },
        }
    }
}

impl std::str::FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            Some("postgres" | "postgresql") => Ok(Self::Postgres(text.to_owned())),
            Some("sqlite") => sqlite_path(text.trim_start_matches("sqlite:")),
            Some(other) if text.contains("://") => Err(format!(
                "the scheme `{other}` is not known: use sqlite:PATH or postgres://USER@HOST/NAME"
            )),
            _ => sqlite_path(text),
        }
    }
}

fn sqlite_path(text: &str) -> Result<DatabaseUrl, String> {
    let path = text.strip_prefix("//").unwrap_or(text);
    if path.is_empty() || path.contains(":memory:") {
        return Err("a database in memory cannot be shared by the writer and the readers: name a file, such as sqlite:data/krowoc.db".to_owned());
    }
    Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads; SQLite refuses writes on it.
    Reader,
    /// Reads and writes.
    Writer,
}

/// Opens one connection.
///
/// # Errors
/// [`StoreError::Unavailable`] when the database cannot be opened.
pub fn open(url: &DatabaseUrl, role: Role) -> Result<Conn, StoreError> {
    match url {
        DatabaseUrl::Sqlite(path) => open_sqlite(path, role).map(Conn::Sqlite),
        DatabaseUrl::Postgres(text) => open_postgres(text).map(Conn::Postgres),
    }
}

fn open_postgres(text: &str) -> Result<PgConnection, StoreError> {
    let mut conn = PgConnection::establish(text).map_err(unavailable)?;
    // Every query here is short: starting workers or a compiler for it takes longer than the query does.
    conn.batch_execute("SET jit = off; SET max_parallel_workers_per_gather = 0;")?;
    Ok(conn)
}

fn unavailable(error: diesel::ConnectionError) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

fn open_sqlite(path: &Path, role: Role) -> Result<SqliteConnection, StoreError> {
    let text = path.to_str().ok_or_else(|| {
        StoreError::Unavailable("the path of the database is not UTF-8".to_owned())
    })?;
    // A plain path, never `file:` syntax: a `?` in a folder's name must not become an option.
    let mut conn = SqliteConnection::establish(text).map_err(unavailable)?;
    // The busy timeout first: switching to WAL needs a lock itself.
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
    )?;
    // Pages (16 MiB) in the log until they are copied into the file: a page that is written again and again is copied once.
    conn.batch_execute("PRAGMA wal_autocheckpoint = 4096;")?;
    // KiB, used only as pages are touched: a write touches pages of a dozen indexes, a list few.
    let cache = match role {
        Role::Writer => 65_536,
        Role::Reader => 16_384,
    };
    conn.batch_execute(&format!("PRAGMA cache_size = -{cache};"))?;
    if role == Role::Reader {
        conn.batch_execute("PRAGMA query_only = ON;")?;
    }
    Ok(conn)
}

/// Opens and checks the connections of a pool.
#[derive(Debug)]
pub struct Manager {
    /// Where.
    pub url: DatabaseUrl,
    /// What for.
    pub role: Role,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        open(&self.url, self.role)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        Ok(conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        use diesel::connection::TransactionManager;
        std::thread::panicking()
            || <Conn as Connection>::TransactionManager::is_broken_transaction_manager(conn)
    }
}
