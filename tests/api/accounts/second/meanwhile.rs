//! What the door decides stays true until somebody is in, whatever another transaction does meanwhile.

use super::{EMAIL, begin, confirm};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::store::{Conn, Role, open};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::{PASSWORD, credentials};
use krowoc_tests::totp::code;
use krowoc_tests::{Answer, TestApp};
use serde_json::json;

const NEW: &str = "another horse entirely";
/// Takes the account, as every change of what lets somebody in does.
const HOLD: &str = "UPDATE account SET created_at = created_at";
const ANOTHER_PASSWORD: &str = "UPDATE account SET password_hash = \
     (SELECT password_hash FROM account WHERE email = 'bob@example.org') WHERE email = 'alice@example.org'";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn run(conn: &mut Conn, statement: &str) {
    diesel::sql_query(statement).execute(conn).unwrap();
}

/// Whether a transaction of this database waits for another.
fn waits(conn: &mut Conn) -> bool {
    let question = "SELECT count(*) AS n FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
         WHERE NOT l.granted AND a.datname = current_database()";
    let found: Count = diesel::sql_query(question).get_result(conn).unwrap();
    found.n > 0
}

/// The answer to a request that comes while a transaction is under way, which is committed once the request waits for it. SQLite writes
/// one transaction after the other: there the request comes second.
async fn during(
    app: &TestApp,
    statements: &[&str],
    request: impl Future<Output = Answer> + Send + 'static,
) -> Answer {
    let mut conn: Conn = open(app.state.store.url(), Role::Writer).unwrap();
    run(&mut conn, "BEGIN");
    for statement in statements {
        run(&mut conn, statement);
    }
    if matches!(conn, Conn::Sqlite(_)) {
        run(&mut conn, "COMMIT");
        return request.await;
    }
    let mut watch: Conn = open(app.state.store.url(), Role::Writer).unwrap();
    let asked = tokio::spawn(request);
    while !waits(&mut watch) {
        assert!(!asked.is_finished(), "it was answered meanwhile");
        tokio::task::yield_now().await;
    }
    run(&mut conn, "COMMIT");
    asked.await.unwrap()
}

#[tokio::test]
async fn who_is_being_let_in_while_the_second_step_is_turned_on_is_asked_for_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    begin(&alice).await;
    let browser = app.anonymous();
    let on = [HOLD, "UPDATE totp SET confirmed_at = created_at"];
    let answer = during(
        &app,
        &on,
        async move { browser.sign_in(EMAIL, PASSWORD).await },
    );
    assert_eq!(answer.await.code(), ErrorCode::SecondStepRequired);
}

#[tokio::test]
async fn a_password_that_was_replaced_while_it_was_looked_at_opens_nothing() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let bob = credentials("bob@example.org", NEW);
    app.anonymous().post("/api/v1/accounts", bob).await.ok();
    let browser = app.anonymous();
    let answer = during(&app, &[ANOTHER_PASSWORD], async move {
        browser.sign_in(EMAIL, PASSWORD).await
    });
    assert_eq!(answer.await.code(), ErrorCode::WrongCredentials);
    let carol = credentials("carol@example.org", "a third horse, a new one");
    app.anonymous().post("/api/v1/accounts", carol).await.ok();
    // Nor does it set another one.
    let third = ANOTHER_PASSWORD.replace("bob", "carol");
    let third = [third.as_str()];
    let body = json!({"password": NEW, "new_password": "the horse of a thief"});
    let answer = during(&app, &third, async move {
        alice.put("/api/v1/account/password", body).await
    });
    let refused = answer.await.problem();
    assert_eq!(refused.code, ErrorCode::WrongCredentials);
    assert_eq!(refused.field.as_deref(), Some("/password"));
}

#[tokio::test]
async fn a_session_that_is_ended_meanwhile_turns_no_second_step_on() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let shown = code(&begin(&alice).await.secret, app.state.now());
    let ended = [HOLD, "DELETE FROM session"];
    let answer = during(&app, &ended, async move { confirm(&alice, &shown).await });
    assert_eq!(answer.await.code(), ErrorCode::Unauthenticated);
    app.anonymous().sign_in(EMAIL, PASSWORD).await.ok();
}
