//! What a tier allows: the same for the dashboard, an import, a bulk and sync, exact when many write at once.

use krowoc_server::operator::Operator;
use krowoc_server::platform::SystemRandom;
use krowoc_shared::access::Role;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::quota::{FREE_PROMPTS, Quota, Tier};
use krowoc_shared::library::wire::{BatchResult, Overview, Written};
use krowoc_shared::sync::wire::{Op, OpResult, Outcome, PushReply, SpaceState};
use krowoc_tests::app::config;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, at, doc_id, edit, op_id, prompt};
use krowoc_tests::teams::Team;
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn free() -> TestApp {
    TestApp::start_with(Options {
        settings: vec![("default_tier", "free".to_owned())],
        ..Options::default()
    })
    .await
}

pub(super) fn prompts(count: u64) -> Vec<Value> {
    let one = |n| json!({"kind": "prompt", "body": format!("prompt {n}")});
    (0..count).map(one).collect()
}

/// Imports so many; gives how many were refused for want of room.
pub(super) async fn import(person: &Caller, count: u64) -> u64 {
    let answer = person
        .post("/api/v1/library/import", json!({"items": prompts(count)}))
        .await;
    let results: BatchResult = answer.ok().json();
    refused(&results.results)
}

fn refused(results: &[OpResult]) -> u64 {
    let full = |it: &&OpResult| {
        it.violation
            .as_ref()
            .is_some_and(|it| it.code == ErrorCode::QuotaReached)
    };
    results.iter().filter(full).count() as u64
}

async fn overview(person: &Caller) -> Overview {
    person.get("/api/v1/library/overview").await.ok().json()
}

pub(super) async fn set_tier(app: &TestApp, email: &str, tier: Tier) -> Result<String, String> {
    let url = &app.database.as_ref().unwrap().url;
    let random = Arc::new(SystemRandom);
    let operator = Operator::new(config(url, &[]), app.clock.clone(), random);
    operator.set_tier(email, tier).await
}

#[tokio::test]
async fn without_a_setting_there_is_no_limit() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    assert_eq!(import(&person, 60).await, 0);
    let quota = overview(&person).await.quota;
    assert_eq!((quota.tier, quota.prompts), (Tier::Power, None));
}

#[tokio::test]
async fn the_free_tier_holds_fifty_prompts_and_as_many_snippets_as_one_likes() {
    let app = free().await;
    let person = app.sign_up("a@example.org").await;
    assert_eq!(import(&person, FREE_PROMPTS + 3).await, 3);
    let known = overview(&person).await;
    let quota = Quota {
        tier: Tier::Free,
        prompts: Some(FREE_PROMPTS),
    };
    assert_eq!((known.prompts, known.quota), (FREE_PROMPTS, quota));
    let one = json!({"kind": "prompt", "body": "one more"});
    let answer = person.post("/api/v1/library", one).await;
    assert_eq!(answer.code(), ErrorCode::QuotaReached);
    for kind in ["snippet", "collection"] {
        let other = json!({"kind": kind, "body": "one more"});
        person.post("/api/v1/library", other).await.ok();
    }
    let list: krowoc_shared::library::wire::Page =
        person.get("/api/v1/library?kind=prompt").await.ok().json();
    let first = list.items[0].id;
    let path = format!("/api/v1/library/{first}");
    let edited = json!({"set": {"title": "an edit needs no room"}});
    person.patch(&path, edited).await.ok();
}

#[tokio::test]
async fn the_trash_gives_room_and_coming_back_from_it_needs_room() {
    let app = free().await;
    let person = app.sign_up("a@example.org").await;
    assert_eq!(import(&person, FREE_PROMPTS - 1).await, 0);
    let one = json!({"kind": "prompt", "body": "the last"});
    let last: Written = person
        .post("/api/v1/library", one.clone())
        .await
        .ok()
        .json();
    let path = format!("/api/v1/library/{}", last.document.id);
    person.delete(&path).await.ok();
    person.post("/api/v1/library", one).await.ok();
    let back = person.post(&format!("{path}/restore"), json!({})).await;
    assert_eq!(back.code(), ErrorCode::QuotaReached);
    let bulk = json!({"ids": [last.document.id], "set": {"deleted_at": null}});
    let answer: BatchResult = person.post("/api/v1/library/bulk", bulk).await.ok().json();
    assert_eq!(refused(&answer.results), 1);
    let still: Overview = overview(&person).await;
    assert_eq!((still.prompts, still.trash), (FREE_PROMPTS, 1));
}

#[tokio::test]
async fn what_was_in_the_trash_comes_in_with_its_versions_and_takes_no_room() {
    let app = free().await;
    let person = app.sign_up("a@example.org").await;
    assert_eq!(import(&person, FREE_PROMPTS).await, 0);
    let history = json!([{"text": "one", "published": true}, {"text": "two"}]);
    let trashed =
        json!({"kind": "prompt", "set": {"deleted_at": BEGIN}, "body": "two", "history": history});
    let living = json!({"kind": "prompt", "body": "two", "history": history});
    let items = json!({"items": [trashed, living]});
    let answer = person.post("/api/v1/library/import", items).await.ok();
    let results = answer.json::<BatchResult>().results;
    assert_eq!(results[0].outcome, Outcome::Applied);
    assert_eq!(refused(&results), 1);
    let known = overview(&person).await;
    assert_eq!((known.prompts, known.trash), (FREE_PROMPTS, 1));
}

#[tokio::test]
async fn what_is_made_and_trashed_in_one_push_takes_no_room() {
    let app = free().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let mut ops = Vec::new();
    for n in 0..49 {
        ops.push(prompt("kept", &format!("text {n}")));
    }
    let gone = prompt("gone", "gone");
    let trash = Op::trash(op_id(), gone.doc_id, Kind::Prompt, 5);
    ops.extend([gone, at(trash, BEGIN + 5), prompt("kept", "the last")]);
    let reply = device.push(ops).await;
    assert_eq!(refused(&reply.results), 0);
    let reply = device.push(vec![prompt("more", "more")]).await;
    assert_eq!(refused(&reply.results), 1);
}

#[tokio::test]
async fn a_refused_clip_is_taken_as_it_is_when_the_tier_rises_or_a_prompt_goes() {
    let app = free().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let first = prompt("first", "first");
    let mut ops: Vec<Op> = (1..FREE_PROMPTS)
        .map(|n| prompt("kept", &n.to_string()))
        .collect();
    ops.push(first.clone());
    assert_eq!(refused(&device.push(ops).await.results), 0);
    let clips = [prompt("clip", "clip"), prompt("other", "other")];
    let reply = device.push(clips.to_vec()).await;
    assert_eq!(refused(&reply.results), 2);
    let trash = Op::trash(op_id(), first.doc_id, Kind::Prompt, 5);
    device.push(vec![at(trash, BEGIN + 5)]).await;
    let reply = device.push(clips.to_vec()).await;
    let outcomes: Vec<Outcome> = reply.results.iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [Outcome::Applied, Outcome::Rejected]);
    let said = set_tier(&app, " A@Example.org", Tier::Power).await.unwrap();
    assert!(said.contains("power"), "{said}");
    let reply = device.push(clips.to_vec()).await;
    let outcomes: Vec<Outcome> = reply.results.iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [Outcome::Duplicate, Outcome::Applied]);
    let unknown = set_tier(&app, "nobody@example.org", Tier::Power).await;
    assert!(unknown.unwrap_err().contains("no account"));
}

#[tokio::test]
async fn a_client_from_before_there_were_tiers_gets_a_code_that_it_can_read() {
    let app = free().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let ops: Vec<Op> = (0..FREE_PROMPTS)
        .map(|n| prompt("kept", &n.to_string()))
        .collect();
    device.push(ops).await;
    let mut request = serde_json::to_value(device.request(vec![prompt("clip", "clip")])).unwrap();
    request.as_object_mut().unwrap().remove("knows");
    let answer = device.caller.post("/api/v1/sync/push", request).await;
    let reply: PushReply = answer.ok().json();
    let violation = reply.results[0].violation.clone().unwrap();
    assert_eq!(violation.code, ErrorCode::Forbidden);
    assert!(violation.message.contains("tier"), "{}", violation.message);
}

#[tokio::test]
async fn many_writers_at_once_fill_the_library_to_the_last_place_and_not_beyond() {
    let app = free().await;
    let person = Arc::new(app.sign_up("a@example.org").await);
    assert_eq!(import(&person, FREE_PROMPTS - 5).await, 0);
    let writers: Vec<_> = (0..12)
        .map(|n| {
            let person = Arc::clone(&person);
            tokio::spawn(async move {
                let one = json!({"kind": "prompt", "body": format!("at once {n}")});
                person
                    .post("/api/v1/library", one)
                    .await
                    .status
                    .is_success()
            })
        })
        .collect();
    let mut made = 0;
    for writer in writers {
        made += u32::from(writer.await.unwrap());
    }
    assert_eq!(made, 5);
    assert_eq!(overview(&person).await.prompts, FREE_PROMPTS);
}

/// Prompts that one of several ways in brings, as one request.
async fn bring(device: Arc<Syncing>, way: usize, trashed: Vec<DocId>) -> u64 {
    let person = &device.caller;
    match way % 4 {
        0 => 3 - import(person, 3).await,
        1 => {
            let ops: Vec<Op> = (0..3).map(|n| prompt("pushed", &n.to_string())).collect();
            3 - refused(&device.push(ops).await.results)
        }
        2 => {
            let bulk = json!({"ids": trashed, "set": {"deleted_at": null}});
            let answer = person.post("/api/v1/library/bulk", bulk).await.ok();
            let results = answer.json::<BatchResult>().results;
            trashed.len() as u64 - refused(&results)
        }
        _ => {
            let one = json!({"kind": "prompt", "body": "alone"});
            let answer = person.post("/api/v1/library", one).await;
            u64::from(answer.status.is_success())
        }
    }
}

#[tokio::test]
async fn every_way_in_at_once_fills_the_library_to_the_last_place_and_not_beyond() {
    let app = free().await;
    let device = Arc::new(Syncing::of(&app, "a@example.org").await);
    let ops: Vec<Op> = (0..6).map(|n| prompt("gone", &n.to_string())).collect();
    let trashed: Vec<DocId> = ops.iter().map(|op| op.doc_id).collect();
    device.push(ops).await;
    let away = json!({"ids": trashed, "set": {"deleted_at": BEGIN}});
    device.caller.post("/api/v1/library/bulk", away).await.ok();
    assert_eq!(import(&device.caller, FREE_PROMPTS - 10).await, 0);
    let writers: Vec<_> = (0..12)
        .map(|way| {
            // Each bulk brings back prompts of its own.
            let own = trashed.iter().skip(way / 4 * 2).take(2).copied().collect();
            tokio::spawn(bring(Arc::clone(&device), way, own))
        })
        .collect();
    let mut made = 0;
    for writer in writers {
        made += writer.await.unwrap();
    }
    assert_eq!(made, 10);
    assert_eq!(overview(&device.caller).await.prompts, FREE_PROMPTS);
}

#[tokio::test]
async fn an_edit_that_would_bring_a_prompt_back_from_the_trash_waits_for_room() {
    let app = free().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let gone = prompt("gone", "gone");
    let trash = Op::trash(op_id(), gone.doc_id, Kind::Prompt, 5);
    device.push(vec![gone.clone(), at(trash, BEGIN + 5)]).await;
    let ops: Vec<Op> = (0..FREE_PROMPTS)
        .map(|n| prompt("kept", &n.to_string()))
        .collect();
    assert_eq!(refused(&device.push(ops).await.results), 0);
    let back = edit(gone.doc_id, BEGIN + 9).with(Field::Title, "back");
    let reply = device.push(vec![back]).await;
    assert_eq!(refused(&reply.results), 1);
    let nothing = at(Op::new(op_id(), doc_id(), Kind::Prompt), BEGIN);
    let reply = device.push(vec![nothing]).await;
    let code = reply.results[0].violation.as_ref().map(|it| it.code);
    assert_eq!(code, Some(ErrorCode::NotFound));
}

#[tokio::test]
async fn a_full_library_takes_an_import_of_prompts_that_lay_in_the_trash_with_their_versions() {
    let app = free().await;
    let person = app.sign_up("a@example.org").await;
    assert_eq!(import(&person, FREE_PROMPTS - 1).await, 0);
    let version =
        |text: &str, published: bool| json!({"title": "old", "text": text, "published": published});
    let item = |body: &str, history: Value, deleted: bool| {
        let set = json!({"title": body, "deleted_at": deleted.then_some(BEGIN)});
        json!({"kind": "prompt", "set": set, "body": body, "history": history})
    };
    let (whole, twice, live) = (doc_id(), doc_id(), doc_id());
    let mut items = vec![
        item(
            "whole",
            json!([version("a", true), version("b", false)]),
            true,
        ),
        // The second is what was published already, and a version all the same.
        item(
            "twice",
            json!([version("a", true), version("a", true), version("b", true)]),
            true,
        ),
        item("alone", json!([]), true),
        item("live", json!([version("a", true)]), false),
        item("too many", json!([version("a", true)]), false),
    ];
    for (item, id) in items.iter_mut().zip([whole, twice, doc_id(), live]) {
        item["id"] = json!(id);
    }
    let answer = person.post("/api/v1/library/import", json!({"items": items}));
    let results: BatchResult = answer.await.ok().json();
    assert_eq!(refused(&results.results), 1);
    assert_eq!(results.results[4].outcome, Outcome::Rejected);
    let known = overview(&person).await;
    assert_eq!((known.prompts, known.trash), (FREE_PROMPTS, 3));
    let versions = async |id| {
        let path = format!("/api/v1/library/{id}/versions");
        let page: Value = person.get(&path).await.ok().json();
        let items = page["items"].as_array().unwrap().clone();
        let text = |it: &Value| it["text"].as_str().unwrap().to_owned();
        items.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(versions(whole).await, ["whole", "b", "a"]);
    assert_eq!(versions(live).await, ["live", "a"]);
    let path = format!("/api/v1/library/{twice}");
    let view: Value = person.get(&path).await.ok().json();
    assert_eq!(view["document"]["fields"]["deleted_at"]["value"], BEGIN);
    // They need room to come back, as any other.
    for id in [whole, twice] {
        let path = format!("/api/v1/library/{id}/restore");
        let back = person.post(&path, json!({})).await;
        assert_eq!(back.code(), ErrorCode::QuotaReached);
    }
}

/// The limits of their own library and of the team's, as sync tells them.
async fn limits(person: &Caller) -> (Option<u64>, Option<u64>) {
    let spaces: Vec<SpaceState> = person.get("/api/v1/sync/spaces").await.ok().json();
    let of = |team: bool| spaces.iter().find(|it| it.team == team);
    (
        of(false).unwrap().prompt_limit,
        of(true).unwrap().prompt_limit,
    )
}

#[tokio::test]
async fn sync_tells_the_limit_of_each_library_and_none_where_there_is_none() {
    let app = free().await;
    let owner = app.sign_up("a@example.org").await;
    let member = app.sign_up("b@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    team.enrol(&app, &member, Role::Editor).await;
    let free = Some(FREE_PROMPTS);
    assert_eq!(limits(&owner).await, (free, free));
    assert_eq!(limits(&member).await, (free, free));
    // The team has the tier of its owner, and the member keeps their own.
    set_tier(&app, "a@example.org", Tier::Team).await.unwrap();
    assert_eq!(limits(&owner).await, (None, None));
    assert_eq!(limits(&member).await, (free, None));
    let spaces: Value = owner.get("/api/v1/sync/spaces").await.ok().json();
    assert!(spaces[0].get("prompt_limit").is_none(), "{spaces}");
}
