//! A fresh database for one test: a SQLite file, or a PostgreSQL database made from a template. Gone when it is dropped.

use crate::clock::TestClock;
use anyhow::{Context, Result, anyhow};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::platform::Clock;
use krowoc_server::serve::seed_models;
use krowoc_server::store::{DatabaseUrl, Store, StoreOptions, migrate};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::UNIX_EPOCH;

/// Which database a run of the tests uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Files in the temporary folder.
    Sqlite,
    /// The server of this URL, which may create databases.
    Postgres(String),
}

impl Backend {
    /// By `KROWOC_TEST_DATABASE` (`sqlite` or `postgres`) and `KROWOC_TEST_POSTGRES_URL`.
    ///
    /// # Panics
    /// When the variables make no sense.
    #[must_use]
    #[allow(clippy::disallowed_methods)] // The tests' own configuration, read here only.
    pub fn of_environment() -> Self {
        match std::env::var("KROWOC_TEST_DATABASE").as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres(
                std::env::var("KROWOC_TEST_POSTGRES_URL")
                    .expect("set KROWOC_TEST_POSTGRES_URL to a server that may create databases"),
            ),
            Ok(other) => panic!("KROWOC_TEST_DATABASE is `{other}`: use sqlite or postgres"),
        }
    }
}

/// A database of one test.
pub struct TestDatabase {
    /// Where it is.
    pub url: DatabaseUrl,
    folder: Option<PathBuf>,
    admin: Option<(String, String)>,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

fn unique() -> String {
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    format!("krowoc_test_{}_{count}", std::process::id())
}

/// A new folder of one test under the temporary folder; the caller removes it.
///
/// # Errors
/// When it cannot be made.
pub fn folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(unique());
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

impl TestDatabase {
    /// Makes one without tables.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn empty(backend: &Backend) -> Result<Self> {
        match backend {
            Backend::Sqlite => {
                let folder = folder()?;
                Ok(Self {
                    url: DatabaseUrl::Sqlite(folder.join("krowoc.db")),
                    folder: Some(folder),
                    admin: None,
                })
            }
            Backend::Postgres(url) => Self::postgres(url, "template0"),
        }
    }

    /// Makes one with the tables of this binary, and what a first start puts into them.
    ///
    /// # Errors
    /// When the server cannot be reached, or a migration fails.
    pub fn migrated(backend: &Backend) -> Result<Self> {
        match backend {
            Backend::Sqlite => {
                let database = Self::empty(backend)?;
                if let DatabaseUrl::Sqlite(path) = &database.url {
                    std::fs::write(path, file()?)?;
                }
                Ok(database)
            }
            Backend::Postgres(url) => Self::postgres(url, &template(url)?),
        }
    }

    fn postgres(url: &str, template: &str) -> Result<Self> {
        let name = unique();
        let mut conn = PgConnection::establish(url)?;
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        conn.batch_execute(&format!(
            "CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
        ))?;
        Ok(Self {
            url: sibling(url, &name)?,
            folder: None,
            admin: Some((url.to_owned(), name)),
        })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
        if let Some((url, name)) = &self.admin
            && let Ok(mut conn) = PgConnection::establish(url)
        {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Makes the tables, and puts into them what a first start does: reading the catalogue of models is most of what a test would cost.
fn fill(url: &DatabaseUrl) -> Result<()> {
    migrate::up(url)?;
    let url = url.clone();
    // On a thread of its own: whoever asks may be in a runtime already.
    let filled = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let store = Store::open(&url, StoreOptions::default())?;
        let now = TestClock::default().now();
        runtime.block_on(seed_models(&store, now))?;
        runtime.block_on(store.close());
        Ok::<_, anyhow::Error>(())
    });
    let filled = filled.join();
    filled.map_err(|_| anyhow!("filling the database panicked"))?
}

/// The SQLite file that each test begins with; made once a process.
fn file() -> Result<&'static [u8]> {
    static FILE: OnceLock<std::result::Result<Vec<u8>, String>> = OnceLock::new();
    let made = FILE.get_or_init(|| {
        let make = || {
            let database = TestDatabase::empty(&Backend::Sqlite)?;
            fill(&database.url)?;
            let DatabaseUrl::Sqlite(path) = &database.url else {
                return Err(anyhow!("a SQLite database is a file"));
            };
            Ok(std::fs::read(path)?)
        };
        make().map_err(|error: anyhow::Error| format!("{error:#}"))
    });
    match made {
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(anyhow!("{error}")),
    }
}

/// The URL of another database of the same server.
fn sibling(url: &str, name: &str) -> Result<DatabaseUrl> {
    let (base, _) = url.rsplit_once('/').context("the URL names no database")?;
    format!("{base}/{name}").parse().map_err(anyhow::Error::msg)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    found: i64,
}

/// The template with today's tables and catalogue; made once per program and state of the migrations, also when many processes ask.
fn template(url: &str) -> Result<String> {
    let mut hash = Sha256::new();
    fingerprint(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/postgres"),
        &mut hash,
    )?;
    // What fills the tables is the program's: another build may do it otherwise.
    let program = std::fs::metadata(std::env::current_exe()?)?;
    hash.update(program.len().to_le_bytes());
    let made = program.modified()?.duration_since(UNIX_EPOCH)?;
    hash.update(made.as_nanos().to_le_bytes());
    let digest: String = hash
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("krowoc_template_{digest}");
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute("SELECT pg_advisory_lock(7420)")?;
    let query = format!("SELECT count(*) AS found FROM pg_database WHERE datname = '{name}'");
    let found: Found = diesel::sql_query(query).get_result(&mut conn)?;
    if found.found == 0 {
        // Named only when it is whole: a process that dies half-way leaves no broken template.
        let draft = format!("{name}_draft");
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"))?;
        conn.batch_execute(&format!("CREATE DATABASE {draft} TEMPLATE template0"))?;
        fill(&sibling(url, &draft)?)?;
        conn.batch_execute(&format!("ALTER DATABASE {draft} RENAME TO {name}"))?;
    }
    conn.batch_execute("SELECT pg_advisory_unlock(7420)")?;
    Ok(name)
}

fn fingerprint(folder: &Path, hash: &mut Sha256) -> Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            fingerprint(&path, hash)?;
        } else {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update(std::fs::read(&path)?);
        }
    }
    Ok(())
}
