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
use krowoc_shared::ids::DocId;
use krowoc_tests::script::{Script, answer, passing};
use krowoc_tests::{Caller, Options, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

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

/// A server whose models answer what is said, behind a proxy; somebody on it with a copy of a public prompt, taken at [`HOME`].
struct Stage {
    script: Arc<Script>,
    app: TestApp,
    bob: Caller,
    copy: DocId,
}

/// Executions of which it is known where they were asked for from.
const KNOWN: &str = "execution WHERE network IS NOT NULL";

impl Stage {
    async fn new() -> Self {
        let script = Script::new();
        let options = Options {
            settings: vec![("trusted_proxies", "127.0.0.1".to_owned())],
            seed: None,
        };
        let app = TestApp::scripted_with(&script, options).await;
        let ada = app.sign_up("ada@example.org").await;
        let bob = app.sign_up("bob@example.org").await;
        let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
        let copy = fork(&bob, HOME, &slug).await.document.id;
        Self {
            script,
            app,
            bob,
            copy,
        }
    }

    /// Says that the next call is answered, asks for it from home, and waits for the end.
    async fn ask(&self, person: &Caller, path: &str, body: Value) {
        self.script.say(MODEL, answer("Yes.", 1, 1));
        from(person, HOME, Method::POST, path, body).await.ok();
        self.app.state.executions.idle().await;
    }

    /// A run of the copy, as the API is asked for it.
    fn run(&self) -> Value {
        json!({"prompt": self.copy, "variables": {"contract": "Rent."}, "models": [MODEL]})
    }

    async fn known(&self) -> i64 {
        rows(&self.app, KNOWN).await
    }
}

#[tokio::test]
async fn where_a_run_is_asked_for_from_is_kept_of_copies_as_they_were_taken_alone() {
    let stage = Stage::new().await;
    let Stage { app, bob, copy, .. } = &stage;
    let own = Prompt::made(bob, "Own", CHEF).await;
    let cyd = app.sign_up("cyd@example.org").await;
    let path = "/api/v1/executions";
    let text = json!({"text": "Hello", "models": [MODEL]});
    stage.ask(bob, path, text).await;
    let values = json!({"fridge": "Eggs."});
    let own = json!({"prompt": own.id, "variables": values, "models": [MODEL]});
    stage.ask(bob, path, own).await;
    let another = json!({"prompt": copy, "text": "Another text", "models": [MODEL]});
    stage.ask(bob, path, another).await;
    assert_eq!(stage.known().await, 0);
    stage.ask(bob, path, stage.run()).await;
    assert_eq!(stage.known().await, 1);
    // A network has one hash for all that is done with a prompt from it in a day, and another for the next prompt.
    let same = "execution e JOIN fork f ON f.network = e.network";
    assert_eq!(rows(app, same).await, 1);
    let (_, chef) = Prompt::public(&cyd, "Chef", CHEF).await;
    fork(bob, HOME, &chef).await;
    assert_eq!(rows(app, "fork").await, 2);
    assert_eq!(rows(app, same).await, 1);
    // Nobody is told of it.
    let all = bob.get("/api/v1/account/export").await.ok().text();
    assert!(!all.contains("network"));
}

#[tokio::test]
async fn a_run_comes_from_somewhere_through_every_door() {
    let stage = Stage::new().await;
    let Stage { bob, copy, .. } = &stage;
    let (program, _) = bob.program(&["executions"]).await;
    let body = json!({"model": format!("prompt:{copy}"), "run_model": MODEL, "messages": [], "variables": {"contract": "Rent."}});
    stage.ask(&program, "/v1/chat/completions", body).await;
    assert_eq!(stage.known().await, 1);
    let run = "mutation($input: RunRequestInput!) { run(input: $input) { group } }";
    let body = json!({"query": run, "variables": {"input": stage.run()}});
    stage.ask(bob, "/api/graphql", body).await;
    assert_eq!(stage.known().await, 2);
    let same = "execution e JOIN fork f ON f.network = e.network";
    assert_eq!(rows(&stage.app, same).await, 2);
}

#[tokio::test]
async fn a_replay_comes_from_where_it_is_asked_for_and_what_failed_from_nowhere() {
    let stage = Stage::new().await;
    let Stage {
        app, bob, script, ..
    } = &stage;
    script.refuse(MODEL, passing(FailureClass::Auth));
    from(bob, HOME, Method::POST, "/api/v1/executions", stage.run())
        .await
        .ok();
    app.state.executions.idle().await;
    assert_eq!(rows(app, "execution").await, 1);
    assert_eq!(stage.known().await, 0, "what failed counts nowhere");
    let letters: DeadLetterPage = bob.get("/api/v1/dead-letters").await.ok().json();
    let body = json!({"ids": [letters.letters[0].id]});
    stage.ask(bob, "/api/v1/dead-letters/replay", body).await;
    assert_eq!(stage.known().await, 1);
}

#[tokio::test]
async fn once_a_run_is_in_the_log_its_network_is_there_alone() {
    let stage = Stage::new().await;
    let Stage { app, bob, .. } = &stage;
    for _ in 0..2 {
        stage.ask(bob, "/api/v1/executions", stage.run()).await;
    }
    assert_eq!(stage.known().await, 2);
    app.advance(3 * MINUTE);
    rollup::run(&app.state).await.unwrap();
    assert_eq!(stage.known().await, 0);
    let logged = "run_event r JOIN fork f ON f.network = r.network WHERE r.counts = 1";
    assert_eq!(rows(app, logged).await, 2);
}
