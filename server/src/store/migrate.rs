//! Runs the embedded migrations under a lock, and refuses a schema that is newer than this binary. Not the migrations themselves.

use super::conn::{Conn, DatabaseUrl, Role, open};
use super::error::StoreError;
use super::waiting;
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Any number will do, as long as every Krowoc uses the same: the key of PostgreSQL's advisory lock.
const LOCK: i64 = 0x6b72_6f77_6f63;

/// The step that made room for entries of the search index to wait.
const WAITING: &str = "-000009_waiting";

/// A migration and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The folder's name.
    pub name: String,
    /// The database has it.
    pub applied: bool,
}

/// Brings the schema up to this binary; gives the names of what was run.
///
/// # Errors
/// When the database cannot be reached, has a newer schema, or a migration fails: then nothing of it stays.
pub fn up(url: &DatabaseUrl) -> Result<Vec<String>, StoreError> {
    locked(url, |conn| {
        let known = steps(conn)?;
        let pending = known.into_iter().filter(|step| !step.applied);
        let names: Vec<String> = pending.map(|step| step.name).collect();
        match conn {
            Conn::Sqlite(c) => run(c, &SQLITE, &names, Direction::Up)?,
            Conn::Postgres(c) => run(c, &POSTGRES, &names, Direction::Up)?,
        }
        Ok(names)
    })
}

/// Takes back the last `count` migrations; gives their names, the last first.
///
/// # Errors
/// As [`up`].
pub fn down(url: &DatabaseUrl, count: usize) -> Result<Vec<String>, StoreError> {
    locked(url, |conn| {
        let known = steps(conn)?;
        let applied = known.into_iter().rev().filter(|step| step.applied);
        let names: Vec<String> = applied.take(count).map(|step| step.name).collect();
        if names.iter().any(|name| name.ends_with(WAITING)) {
            // An older binary would never look for what waits.
            while waiting::step(conn, None)?.more {}
        }
        match conn {
            Conn::Sqlite(c) => run(c, &SQLITE, &names, Direction::Down)?,
            Conn::Postgres(c) => run(c, &POSTGRES, &names, Direction::Down)?,
        }
        Ok(names)
    })
}

/// Every migration this binary knows, in order.
///
/// # Errors
/// As [`up`].
pub fn status(url: &DatabaseUrl) -> Result<Vec<Step>, StoreError> {
    locked(url, steps)
}

enum Direction {
    Up,
    Down,
}

fn run<C, DB>(
    conn: &mut C,
    source: &EmbeddedMigrations,
    names: &[String],
    direction: Direction,
) -> Result<(), StoreError>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
{
    let all = migrations::<DB>(source)?;
    for name in names {
        let Some(migration) = all.iter().find(|one| one.name().to_string() == *name) else {
            return Err(StoreError::Fault(format!("migration {name} is not known")));
        };
        let outcome = match direction {
            Direction::Up => conn.run_migration(migration.as_ref()),
            Direction::Down => conn.revert_migration(migration.as_ref()),
        };
        outcome.map_err(|error| StoreError::Fault(format!("migration {name}: {error}")))?;
    }
    Ok(())
}

fn migrations<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> Result<Vec<Box<dyn Migration<DB>>>, StoreError> {
    let mut all = MigrationSource::<DB>::migrations(source).map_err(fault)?;
    all.sort_by_key(|one| one.name().to_string());
    Ok(all)
}

fn fault(error: impl std::fmt::Display) -> StoreError {
    StoreError::Fault(error.to_string())
}

/// What is known against what is applied; refuses an applied one that is not known.
fn steps(conn: &mut Conn) -> Result<Vec<Step>, StoreError> {
    match conn {
        Conn::Sqlite(c) => compare(c, &SQLITE),
        Conn::Postgres(c) => compare(c, &POSTGRES),
    }
}

fn compare<C, DB>(conn: &mut C, source: &EmbeddedMigrations) -> Result<Vec<Step>, StoreError>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
{
    let mut applied: Vec<String> = conn
        .applied_migrations()
        .map_err(fault)?
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut steps = Vec::new();
    for migration in migrations::<DB>(source)? {
        let version = migration.name().version().to_string();
        let before = applied.len();
        applied.retain(|one| *one != version);
        steps.push(Step {
            name: migration.name().to_string(),
            applied: applied.len() < before,
        });
    }
    match applied.into_iter().max() {
        None => Ok(steps),
        Some(newer) => Err(StoreError::Fault(format!(
            "the database has migration {newer}, which this binary does not know: it was used by a newer Krowoc; run that one, \
             or take its migrations back with its `krowoc migrate down`"
        ))),
    }
}

/// Runs `work` while no other process can migrate the same database.
fn locked<T>(
    url: &DatabaseUrl,
    work: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let DatabaseUrl::Sqlite(path) = url
        && let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", folder.display())))?;
    }
    let mut conn = open(url, Role::Writer)?;
    match &mut conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN EXCLUSIVE")?,
        // Freed with the connection, also when this process dies.
        Conn::Postgres(c) => c.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?,
    }
    let outcome = work(&mut conn);
    if matches!(conn, Conn::Sqlite(_)) {
        type Manager = <Conn as Connection>::TransactionManager;
        match &outcome {
            Ok(_) => Manager::commit_transaction(&mut conn)?,
            Err(_) => Manager::rollback_transaction(&mut conn)?,
        }
    }
    outcome
}
