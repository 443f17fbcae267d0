//! Where runs of copies are asked for from: kept of these alone, and of one network not too many count.

use super::{
    CHEF, HOUR, LAWYER, MINUTE, Prompt, Run, board, count, fork, from, ran, run, server, user,
};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::dashboards::rollup;
use krowoc_server::store::statement::Statement;
use krowoc_server::store::{Conn, StoreError};
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::DeadLetterPage;
use krowoc_tests::script::{Script, answer, passing};
use krowoc_tests::{Options, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

const MODEL: &str = "openai/a";
const HOME: &str = "192.0.2.9";

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many rows there are after `SELECT count(*) AS n FROM`.
async fn rows(app: &TestApp, from: &str) -> i64 {
    let sql = format!("SELECT count(*) AS n FROM {from}");
    let read = move |conn: &mut Conn| -> Result<Option<Counted>, StoreError> {
        Statement::new(&sql).first(conn)
    };
    app.state.store.read(read).await.unwrap().unwrap().n
}

async fn people_who_ran(app: &TestApp) -> u64 {
    count(app).await;
    board(app, "window=all").await.entries[0].counts.executors
}

#[tokio::test]
async fn of_one_network_the_runs_of_three_accounts_an_hour_count_wherever_their_copies_were_taken()
{
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let mut runs = Vec::new();
    for number in 0..6 {
        let person = app.sign_up(&format!("p{number}@example.org")).await;
        let copy = fork(&person, &format!("192.0.2.{number}"), &slug).await;
        let network = Some([7; 16]);
        runs.push(Run {
            network,
            ..run(user(&person).await, &copy, 0)
        });
    }
    let begin = app.state.now();
    let again = async |runs: Vec<Run>| {
        let at = app.state.now();
        let now = |run: Run| Run { at, ..run };
        ran(&app, runs.into_iter().map(now).collect()).await;
        people_who_ran(&app).await
    };
    // The log is added to more than once within an hour.
    assert_eq!(again(runs[..2].to_vec()).await, 2);
    assert_eq!(again(runs[2..].to_vec()).await, 3);
    assert_eq!(rows(&app, "run_event WHERE counts = 0").await, 3);
    // Whoever counts goes on counting; from elsewhere, and from nowhere that is known, the others count as well.
    let elsewhere = Run {
        network: Some([8; 16]),
        ..runs[4].clone()
    };
    let unknown = Run {
        network: None,
        ..runs[5].clone()
    };
    let same = [runs[0].clone(), runs[3].clone()];
    let all = [same.to_vec(), vec![elsewhere, unknown]].concat();
    assert_eq!(again(all).await, 5);
    assert_eq!(rows(&app, "run_event WHERE counts = 0").await, 4);
    assert_eq!(begin / HOUR, app.state.now() / HOUR, "it was one hour");
    app.advance(HOUR);
    let later = again(vec![runs[3].clone()]).await;
    assert_eq!(later, 6, "another hour has room again");
}

/// Another prompt is another crowd.
#[tokio::test]
async fn a_crowd_is_of_one_prompt() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, lawyer) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let (_, chef) = Prompt::public(&ada, "Chef", CHEF).await;
    let (mut runs, now) = (Vec::new(), app.state.now());
    for number in 0..4 {
        let person = app.sign_up(&format!("p{number}@example.org")).await;
        let slug = if number < 3 { &lawyer } else { &chef };
        let copy = fork(&person, &format!("192.0.2.{number}"), slug).await;
        let network = Some([7; 16]);
        runs.push(Run {
            network,
            ..run(user(&person).await, &copy, now)
        });
    }
    ran(&app, runs).await;
    count(&app).await;
    let entries = board(&app, "").await.entries;
    let mut people: Vec<u64> = entries.iter().map(|it| it.counts.executors).collect();
    people.sort_unstable();
    assert_eq!(people, [1, 3]);
}

#[tokio::test]
async fn where_a_run_is_asked_for_from_is_kept_of_copies_as_they_were_taken_alone() {
    let script = Script::new();
    let settings = vec![("trusted_proxies", "127.0.0.1".to_owned())];
    let app = TestApp::scripted_with(
        &script,
        Options {
            settings,
            seed: None,
        },
    )
    .await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (own, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let copy = fork(&bob, HOME, &slug).await.document.id;
    let known = "execution WHERE network IS NOT NULL";
    let ask = async |person: &krowoc_tests::Caller, body: Value| {
        script.say(MODEL, answer("Yes.", 1, 1));
        let mut body = body;
        body["models"] = json!([MODEL]);
        let answer = from(person, HOME, Method::POST, "/api/v1/executions", body).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        app.state.executions.idle().await;
    };
    let values = json!({"contract": "Rent."});
    ask(&bob, json!({"text": "Hello"})).await;
    ask(&ada, json!({"prompt": own.id, "variables": values})).await;
    ask(&bob, json!({"prompt": copy, "text": "Another text"})).await;
    assert_eq!(rows(&app, known).await, 0);
    ask(&bob, json!({"prompt": copy, "variables": values})).await;
    assert_eq!(rows(&app, known).await, 1);
    // The same network has the same hash for all that is done from it in a day.
    let same = "execution e JOIN fork f ON f.network = e.network";
    assert_eq!(rows(&app, same).await, 1);
    // The door for programs.
    let (program, _) = bob.program(&["executions"]).await;
    script.say(MODEL, answer("Yes.", 1, 1));
    let body = json!({"model": format!("prompt:{copy}"), "run_model": MODEL, "messages": [], "variables": values});
    from(&program, HOME, Method::POST, "/v1/chat/completions", body)
        .await
        .ok();
    assert_eq!(rows(&app, known).await, 2);
    // What failed and is asked for again.
    script.refuse(MODEL, passing(FailureClass::Auth));
    let body = json!({"prompt": copy, "variables": values, "models": [MODEL]});
    from(&bob, HOME, Method::POST, "/api/v1/executions", body).await;
    app.state.executions.idle().await;
    let letters: DeadLetterPage = bob.get("/api/v1/dead-letters").await.ok().json();
    script.say(MODEL, answer("Yes.", 1, 1));
    let body = json!({"ids": [letters.letters[0].id]});
    from(
        &bob,
        HOME,
        Method::POST,
        "/api/v1/dead-letters/replay",
        body,
    )
    .await
    .ok();
    app.state.executions.idle().await;
    assert_eq!(rows(&app, known).await, 4);
    assert_eq!(rows(&app, same).await, 4);
    app.advance(3 * MINUTE);
    rollup::run(&app.state).await.unwrap();
    assert_eq!(
        rows(&app, "run_event WHERE network IS NOT NULL AND counts = 1").await,
        3
    );
    // Nobody is told of it.
    let all = bob.get("/api/v1/account/export").await.ok().text();
    assert!(!all.contains("network"));
}
