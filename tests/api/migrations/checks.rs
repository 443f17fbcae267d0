//! What the tables refuse, whichever way it is written.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use krowoc_server::store::{Conn, Role, migrate, open};
use krowoc_tests::TestApp;
use krowoc_tests::database::{Backend, TestDatabase};
use serde_json::json;

/// A column, what it may hold, and what it may not.
const COLUMNS: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "execution",
        "state",
        &[
            "'waiting'",
            "'running'",
            "'completed'",
            "'failed'",
            "'truncated'",
            "'cancelled'",
        ],
        &["'done'", "''", "NULL"],
    ),
    (
        "execution",
        "cost_state",
        &["'pending'", "'exact'", "'estimated'", "'unpriced'"],
        &["'free'", "NULL"],
    ),
    (
        "execution",
        "rating",
        &["-1", "0", "1"],
        &["-2", "2", "NULL"],
    ),
    (
        "document",
        "kind",
        &["'prompt'", "'snippet'", "'collection'"],
        &["'note'", "NULL"],
    ),
    ("document", "shelf", &["0", "1", "2"], &["-1", "3", "NULL"]),
    ("job", "state", &["0", "1", "2"], &["-1", "3", "NULL"]),
];

/// The same of columns that came after the step.
const LATER: &[(&str, &str, &[&str], &[&str])] = &[
    ("document", "status", &["0", "1", "2"], &["-1", "3", "NULL"]),
    (
        "space",
        "tier",
        &["'free'", "'power'", "'team'", "NULL"],
        &["'gold'", "''"],
    ),
];

fn check(conn: &mut Conn, columns: &[(&str, &str, &[&str], &[&str])]) {
    for (table, column, good, bad) in columns {
        let mut set =
            |value: &str| conn.batch_execute(&format!("UPDATE {table} SET {column} = {value}"));
        for value in *good {
            let done = set(value);
            assert!(done.is_ok(), "{table}.{column} = {value}: {done:?}");
        }
        for value in *bad {
            assert!(set(value).is_err(), "{table}.{column} = {value}");
        }
    }
}

#[tokio::test]
async fn columns_hold_their_values_and_no_others_before_and_after_the_step() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let document = json!({"kind": "prompt", "set": {"title": "x"}, "body": "x"});
    alice.post("/api/v1/library", document).await.ok();
    app.stop().await;
    let url = app.database.as_ref().unwrap().url.clone();
    let mut conn = open(&url, Role::Writer).unwrap();
    conn.batch_execute(
        "INSERT INTO execution (id, account_id, group_id, place, title, model, tier, state, cost_state, cost, reserved, period, \
         created_at, attempts, correlation_id, request) SELECT id, id, id, 0, 'x', 'openai/x', 0, 'waiting', 'pending', 0, 0, 202611, 0, \
         '[]', 'x', '{}' FROM account; \
         INSERT INTO job (id, kind, payload, state, due_at, attempts, created_at) SELECT id, 'x', '', 0, 0, 0, 0 FROM account;",
    )
    .unwrap();
    check(&mut conn, COLUMNS);
    check(&mut conn, LATER);
    drop(conn);
    let steps = migrate::status(&url).unwrap();
    let place = steps.iter().position(|step| step.name.ends_with("_checks"));
    let count = steps.len() - place.unwrap();
    migrate::down(&url, count).unwrap();
    check(&mut open(&url, Role::Writer).unwrap(), COLUMNS);
    migrate::up(&url).unwrap();
    check(&mut open(&url, Role::Writer).unwrap(), COLUMNS);
    check(&mut open(&url, Role::Writer).unwrap(), LATER);
}

/// SQLite builds a tree for a list of three values or more, for each row that it checks.
#[test]
fn checking_a_row_builds_nothing() {
    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        opcode: String,
    }
    let database = TestDatabase::migrated(&Backend::of_environment()).unwrap();
    let Conn::Sqlite(mut conn) = open(&database.url, Role::Writer).unwrap() else {
        return;
    };
    for (table, column, good, _) in COLUMNS.iter().chain(LATER) {
        let value = good[0];
        let query = format!("EXPLAIN UPDATE {table} SET {column} = {value} WHERE rowid = 1");
        let steps: Vec<Step> = diesel::sql_query(query).load(&mut conn).unwrap();
        let opcodes: Vec<&str> = steps.iter().map(|step| step.opcode.as_str()).collect();
        assert!(opcodes.contains(&"Halt"), "{opcodes:?}");
        assert!(!opcodes.contains(&"OpenEphemeral"), "{table}.{column}");
    }
}
