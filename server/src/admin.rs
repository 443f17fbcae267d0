//! Backup, restore and checks of the database. Not for a browser: whoever can run this owns the machine.

use crate::platform::{Random, random};
use crate::store::schema::accounts::space;
use crate::store::{Conn, DatabaseUrl, Role, StoreError, migrate, open, sync};
use crate::web::token::encode;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::path::{Path, PathBuf};

fn sqlite<'a>(url: &'a DatabaseUrl, instead: &str) -> Result<&'a Path, String> {
    match url {
        DatabaseUrl::Sqlite(path) => Ok(path),
        DatabaseUrl::Postgres(_) => Err(format!("the database is PostgreSQL: {instead}")),
    }
}

fn said(error: StoreError) -> String {
    error.to_string()
}

/// Copies a SQLite database, consistent also while a server writes to it.
///
/// # Errors
/// A sentence with the fix.
pub fn backup(url: &DatabaseUrl, to: &Path) -> Result<(), String> {
    let path = sqlite(url, "use pg_dump")?;
    if !path.exists() {
        return Err(format!("there is no database at {}", path.display()));
    }
    if to.exists() {
        return Err(format!("{} exists; name a new file", to.display()));
    }
    let target = to.to_str().ok_or("the path of the copy is not UTF-8")?;
    let mut conn = open(url, Role::Writer).map_err(said)?;
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(target)
        .execute(&mut conn)
        .map_err(|error| error.to_string())?;
    // The copy counts only when it survives a power cut.
    std::fs::File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(|error| format!("{}: {error}", to.display()))
}

/// Replaces a SQLite database by a backup, brings its schema up, and gives every space a new epoch. The old one is kept beside it.
///
/// # Errors
/// A sentence with the fix; the database is as it was.
pub fn restore(url: &DatabaseUrl, from: &Path, source: &dyn Random) -> Result<PathBuf, String> {
    let path = sqlite(url, "use pg_restore, then `krowoc admin new-epoch`")?;
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let io = |what: &Path, error: std::io::Error| format!("{}: {error}", what.display());
    let staged = beside(".restoring");
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| io(folder, error))?;
    }
    std::fs::copy(from, &staged).map_err(|error| io(from, error))?;
    let staged_url = DatabaseUrl::Sqlite(staged.clone());
    verify(&staged_url)?;
    migrate::up(&staged_url).map_err(said)?;
    new_epoch(&staged_url, source)?;
    let old = beside(".before-restore");
    if path.exists() {
        // Takes the write lock once: a running server is noticed here, and the log is folded into the file.
        let mut conn = open(url, Role::Writer).map_err(said)?;
        conn.batch_execute("BEGIN EXCLUSIVE; COMMIT; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")
            .map_err(|error| format!("the database is in use: stop the server first ({error})"))?;
        drop(conn);
        std::fs::rename(path, &old).map_err(|error| io(&old, error))?;
    }
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(ending));
        let _ = std::fs::remove_file(beside(&format!(".restoring{ending}")));
    }
    std::fs::rename(&staged, path).map_err(|error| io(path, error))?;
    Ok(old)
}

/// Gives every space a new epoch and remembers the old one: clients start over and offer what the database lacks.
///
/// # Errors
/// A sentence with what failed.
pub fn new_epoch(url: &DatabaseUrl, source: &dyn Random) -> Result<usize, String> {
    let mut conn = open(url, Role::Writer).map_err(said)?;
    let changed = conn
        .transaction(|conn| -> Result<usize, StoreError> {
            sync::end_epochs(conn)?;
            let ids: Vec<Vec<u8>> = space::table.select(space::id).load(conn)?;
            for id in &ids {
                diesel::update(space::table.find(id))
                    .set(space::epoch.eq(encode(&random::<12>(source))))
                    .execute(conn)?;
            }
            Ok(ids.len())
        })
        .map_err(|error| error.to_string())?;
    fold_log(&mut conn);
    Ok(changed)
}

/// Leaves a SQLite file whole, without a log beside it.
fn fold_log(conn: &mut Conn) {
    if matches!(conn, Conn::Sqlite(_)) {
        let _ = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);");
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Checks that the database is sound and its schema is known.
///
/// # Errors
/// What is not sound.
pub fn verify(url: &DatabaseUrl) -> Result<(), String> {
    if let DatabaseUrl::Sqlite(path) = url {
        if !path.exists() {
            return Err(format!("there is no database at {}", path.display()));
        }
        let mut conn = open(url, Role::Reader).map_err(said)?;
        let query = "SELECT integrity_check AS line FROM pragma_integrity_check \
                     UNION ALL SELECT 'a row of ' || \"table\" || ' has no parent in ' || parent FROM pragma_foreign_key_check";
        let lines: Vec<Line> = diesel::sql_query(query)
            .load(&mut conn)
            .map_err(|error| error.to_string())?;
        let wrong: Vec<String> = lines
            .into_iter()
            .map(|it| it.line)
            .filter(|line| line != "ok")
            .collect();
        if !wrong.is_empty() {
            return Err(wrong.join("\n"));
        }
    }
    migrate::status(url).map(|_| ()).map_err(said)
}
