//! Prompts of a team that are run: by whoever is in it, with their own keys.

use super::writes::syncing;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::store::Conn;
use krowoc_server::store::statement::Statement;
use krowoc_shared::access::Role;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::{DeadLetterPage, DeadLettersDone, Started};
use krowoc_tests::events::Events;
use krowoc_tests::ops::prompt;
use krowoc_tests::script::{Script, answer, passing};
use krowoc_tests::teams::Team;
use krowoc_tests::{Answer, Caller, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const MODEL: &str = "openai/a";

async fn run(caller: &Caller, space: &str, request: Value) -> Answer {
    caller
        .post(&format!("/api/v1/executions{space}"), request)
        .await
}

#[tokio::test]
async fn a_viewer_runs_a_prompt_of_the_team_and_nobody_else_does() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let carol = app.sign_up("carol@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    team.enrol(&app, &bob, Role::Viewer).await;
    let made = prompt("Of the team", "Say it");
    syncing(&alice, team).await.push(vec![made.clone()]).await;
    let request = json!({"prompt": made.doc_id, "models": [MODEL]});
    let space = format!("?space={}", team.id);
    script.say(MODEL, answer("well", 1, 1));
    let begun = run(&bob, &space, request.clone()).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text());
    let begun: Started = begun.json();
    assert_eq!(begun.executions[0].title, "Of the team");
    // Not one of their own prompts, and no other team's.
    assert_eq!(
        run(&bob, "", request.clone()).await.code(),
        ErrorCode::NotFound
    );
    assert_eq!(
        run(&carol, &space, request.clone()).await.code(),
        ErrorCode::NotFound
    );
    let text = json!({"text": "Say it", "models": [MODEL]});
    assert_eq!(run(&carol, &space, text).await.code(), ErrorCode::NotFound);
    let estimate = format!("/api/v1/executions/estimate{space}");
    bob.post(&estimate, &request).await.ok();
    assert_eq!(
        carol.post(&estimate, &request).await.code(),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_program_whose_owner_was_removed_runs_nothing_of_the_team_any_more() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Viewer).await;
    let (program, _) = bob.program(&["executions"]).await;
    let made = prompt("Of the team", "Say it");
    syncing(&alice, team).await.push(vec![made.clone()]).await;
    let request = json!({"prompt": made.doc_id, "models": [MODEL]});
    let space = format!("?space={}", team.id);
    script.say(MODEL, answer("well", 1, 1));
    assert_eq!(
        run(&program, &space, request.clone()).await.status,
        StatusCode::ACCEPTED
    );
    alice
        .delete(&team.path(&format!("/members/{user}")))
        .await
        .ok();
    assert_eq!(
        run(&program, &space, request).await.code(),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_failed_run_of_a_team_is_replayed_by_members_only() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Viewer).await;
    let made = prompt("Of the team", "Say it");
    syncing(&alice, team).await.push(vec![made.clone()]).await;
    script.refuse(MODEL, passing(FailureClass::Auth));
    let request = json!({"prompt": made.doc_id, "models": [MODEL]});
    let path = format!("/api/v1/executions?space={}", team.id);
    let asked = bob.request(Method::POST, &path).json(&request);
    let asked = asked.header("accept", "text/event-stream");
    Events::of(asked.send().await.unwrap()).rest().await;
    let letters: DeadLetterPage = bob.get("/api/v1/dead-letters").await.ok().json();
    let ids = json!({"ids": [letters.letters[0].id]});
    alice
        .delete(&team.path(&format!("/members/{user}")))
        .await
        .ok();
    let done: DeadLettersDone = bob
        .post("/api/v1/dead-letters/replay", &ids)
        .await
        .ok()
        .json();
    assert_eq!(done.refused[0].problem.code, ErrorCode::NotFound);
    team.enrol(&app, &bob, Role::Viewer).await;
    script.say(MODEL, answer("well", 1, 1));
    let done: DeadLettersDone = bob
        .post("/api/v1/dead-letters/replay", &ids)
        .await
        .ok()
        .json();
    assert_eq!(done.done.len(), 1);
}

#[tokio::test]
async fn an_answer_is_kept_in_the_library_of_the_prompt_where_one_may_write_or_where_one_says() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let carol = app.sign_up("carol@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let other = Team::of(&alice, "Others").await;
    team.enrol(&app, &bob, Role::Viewer).await;
    team.enrol(&app, &carol, Role::Editor).await;
    let made = prompt("Of the team", "Say it");
    syncing(&alice, team).await.push(vec![made.clone()]).await;
    let space = format!("?space={}", team.id);
    let ran = async |caller: &Caller| -> Value {
        script.say(MODEL, answer("well", 1, 1));
        let request = json!({"prompt": made.doc_id, "models": [MODEL]});
        let path = format!("/api/v1/executions{space}");
        let asked = caller.request(Method::POST, &path).json(&request);
        let asked = asked.header("accept", "text/event-stream");
        Events::of(asked.send().await.unwrap()).rest().await;
        let page: Value = caller.get("/api/v1/executions").await.ok().json();
        assert_eq!(page["executions"][0]["team"], json!(team.id));
        page["executions"][0]["id"].clone()
    };
    let keep = async |caller: &Caller, run: &Value, place: Option<Value>| -> Answer {
        let mut body = json!({"document": krowoc_tests::ops::doc_id()});
        if let Some(place) = place {
            body["space"] = place;
        }
        let run = run.as_str().unwrap();
        caller
            .post(&format!("/api/v1/executions/{run}/save"), body)
            .await
    };
    let saved_in = async |caller: &Caller, run: &Value| -> Value {
        let path = format!("/api/v1/executions/{}", run.as_str().unwrap());
        let whole: Value = caller.get(&path).await.ok().json();
        whole["saved_in"].clone()
    };
    // A viewer cannot write there: it goes into their own, and said all the same it is refused.
    let run = ran(&bob).await;
    keep(&bob, &run, None).await.ok();
    assert_eq!(saved_in(&bob, &run).await, json!(bob.space().await));
    let refused = keep(&bob, &run, Some(json!(team.id))).await;
    assert_eq!(refused.code(), ErrorCode::RoleTooLow);
    let refused = keep(&bob, &run, Some(json!(other.id))).await;
    assert_eq!(refused.code(), ErrorCode::NotFound);
    // An editor can, and may want it elsewhere.
    let run = ran(&carol).await;
    keep(&carol, &run, None).await.ok();
    assert_eq!(saved_in(&carol, &run).await, json!(team.id));
    let own = json!(carol.space().await);
    keep(&carol, &run, Some(own.clone())).await.ok();
    assert_eq!(saved_in(&carol, &run).await, own);
}

/// The executions that count as a team's.
async fn counted(app: &TestApp, team: Team) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let read = app.state.store.read(move |conn: &mut Conn| {
        Statement::new("SELECT COUNT(*) AS count FROM execution WHERE space_id = ?")
            .bind(team.id.as_bytes())
            .load::<Count>(conn)
    });
    read.await.unwrap()[0].count
}

#[tokio::test]
async fn a_text_of_a_members_own_is_no_run_of_the_team_wherever_it_is_started() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let made = prompt("Of the team", "Say it");
    syncing(&alice, team).await.push(vec![made.clone()]).await;
    let space = format!("?space={}", team.id);
    for (request, runs) in [
        (json!({"text": "Say it", "models": [MODEL]}), 0),
        (json!({"prompt": made.doc_id, "models": [MODEL]}), 1),
    ] {
        script.say(MODEL, answer("well", 1, 1));
        let begun = run(&alice, &space, request).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text());
        assert_eq!(counted(&app, team).await, runs);
    }
}
