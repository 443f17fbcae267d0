//! Executions as such: told as they begin and as they have ended.

use super::{MODEL, second, stage, start, text};
use krowoc_server::store::DatabaseUrl;
use krowoc_server::store::sessions::Holder;
use krowoc_shared::access::Role;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::event::{Event, FinishReason};
use krowoc_shared::execution::wire::{ExecutionState, ExecutionView};
use krowoc_tests::Caller;
use krowoc_tests::events::{Lines, lines};
use krowoc_tests::script::{answer, usage};
use krowoc_tests::teams::Team;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/executions/events";

/// Listens from now on.
async fn listen(person: &Caller, query: &str) -> Lines {
    let request = person.request(Method::GET, &format!("{PATH}{query}"));
    let mut events = lines(request.send().await.unwrap());
    // The comment that says that it is heard.
    events.until(":").await;
    events
}

async fn next(events: &mut Lines) -> ExecutionView {
    let line = events.until("event: execution").await;
    serde_json::from_str(line.strip_prefix("data: ").unwrap()).unwrap()
}

#[tokio::test]
async fn an_execution_is_told_as_it_begins_and_as_it_has_ended_and_to_its_owner_alone() {
    let stage = stage().await;
    let other = stage.app.sign_up("b@example.org").await;
    let mut own = listen(&stage.person, "").await;
    let mut of_other = listen(&other, "").await;
    let model = stage.script.live(MODEL);
    let started = start(&stage.person, text("x")).await;
    let begun = next(&mut own).await;
    assert_eq!(begun.id, started.executions[0].id);
    assert!(!begun.state.is_final());
    model.send(Event::Text("well".to_owned())).unwrap();
    model.send(usage(1, 2)).unwrap();
    model.send(Event::End(FinishReason::Stop)).unwrap();
    let ended = next(&mut own).await;
    assert_eq!(
        (ended.id, ended.state),
        (begun.id, ExecutionState::Completed)
    );
    // The first that the other hears of is their own.
    stage.script.say(MODEL, answer("well", 1, 1));
    let theirs = start(&other, text("y")).await;
    assert_eq!(next(&mut of_other).await.id, theirs.executions[0].id);
}

#[tokio::test]
async fn a_stream_ends_with_the_access_of_who_listens_wherever_that_was_ended() {
    let stage = stage().await;
    let user = stage.person.session().await.user;
    let (device, tokens) = stage.person.connect_device("Laptop").await;
    let (program, token) = stage.person.program(&["executions"]).await;
    let mut here = listen(&device, "").await;
    let mut elsewhere = listen(&program, "").await;
    let path = format!("/api/v1/devices/{}", tokens.device);
    stage.person.delete(&path).await.ok();
    here.end().await;
    stage
        .app
        .revoke_elsewhere(user, Holder::Token(token.id))
        .await;
    stage.app.advance(15_000);
    elsewhere.end().await;
}

#[tokio::test]
async fn what_another_server_carries_out_is_told_too() {
    let stage = stage().await;
    if let DatabaseUrl::Sqlite(_) = stage.app.state.store.url() {
        // One process has the file.
        return;
    }
    let (_app, elsewhere) = second(&stage).await;
    let mut events = listen(&stage.person, "").await;
    let model = stage.script.live(MODEL);
    let started = start(&elsewhere, text("x")).await;
    let begun = next(&mut events).await;
    assert_eq!(begun.id, started.executions[0].id);
    assert!(!begun.state.is_final());
    model.send(Event::Text("well".to_owned())).unwrap();
    model.send(usage(1, 2)).unwrap();
    model.send(Event::End(FinishReason::Stop)).unwrap();
    let ended = next(&mut events).await;
    assert_eq!(
        (ended.id, ended.state),
        (begun.id, ExecutionState::Completed)
    );
}

#[tokio::test]
async fn who_may_see_a_teams_figures_hears_of_what_its_members_run_and_nobody_else() {
    let stage = stage().await;
    let owner = stage.app.sign_up("owner@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    team.enrol(&stage.app, &stage.person, Role::Editor).await;
    let query = format!("?space={}", team.id);
    let refused = stage.person.get(&format!("{PATH}{query}")).await;
    assert_eq!(refused.code(), ErrorCode::RoleTooLow);
    let stranger = stage.app.sign_up("c@example.org").await;
    let unknown = stranger.get(&format!("{PATH}{query}")).await;
    assert_eq!(unknown.code(), ErrorCode::NotFound);
    let (program, _) = owner.program(&["executions"]).await;
    let of_program = program.get(&format!("{PATH}{query}")).await;
    assert_eq!(of_program.code(), ErrorCode::Forbidden);
    let body = json!({"kind": "prompt", "set": {"title": "Shared"}, "body": "Say it"});
    let library = format!("/api/v1/library{query}");
    let made: Value = stage.person.post(&library, body).await.ok().json();
    let mut events = listen(&owner, &query).await;
    for _ in 0..2 {
        stage.script.say(MODEL, answer("well", 1, 1));
    }
    // One's own text is not the team's.
    start(&stage.person, text("mine")).await;
    let of_team = json!({"prompt": made["document"]["id"], "models": [MODEL]});
    let runs = format!("/api/v1/executions{query}");
    let run = stage.person.post(&runs, of_team).await;
    assert_eq!(run.status, 202);
    let begun = next(&mut events).await;
    assert_eq!(
        (begun.team, begun.title.as_str()),
        (Some(team.id), "Shared")
    );
    let ended = next(&mut events).await;
    assert_eq!(
        (ended.id, ended.state),
        (begun.id, ExecutionState::Completed)
    );
}
