//! What a team may hold: as much as the highest tier of those who own it now, exact while they change and while many write.

use super::quota::{free, prompts, set_tier};
use krowoc_shared::access::Role;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::quota::{FREE_PROMPTS, Tier};
use krowoc_shared::library::wire::{BatchResult, Overview};
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::Caller;
use krowoc_tests::teams::Team;
use serde_json::json;
use std::sync::Arc;

/// Imports so many; gives how many found room.
async fn import(by: &Caller, team: Team, count: u64) -> usize {
    let path = format!("/api/v1/library/import?space={}", team.id);
    let body = json!({"items": prompts(count)});
    let done: BatchResult = by.post(&path, body).await.ok().json();
    let taken = |outcome| outcome == Outcome::Applied;
    let outcomes = done.results.iter().map(|it| it.outcome);
    outcomes.filter(|it| taken(*it)).count()
}

async fn overview(by: &Caller, team: Team) -> Overview {
    let path = format!("/api/v1/library/overview?space={}", team.id);
    by.get(&path).await.ok().json()
}

#[tokio::test]
async fn a_team_that_several_own_has_the_highest_of_their_tiers_whoever_was_set_last() {
    let app = free().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&ada, "Ours").await;
    let bob_id = team.enrol(&app, &bob, Role::Owner).await;
    let tier = async || overview(&ada, team).await.quota.tier;
    assert_eq!(tier().await, Tier::Free);
    assert_eq!(import(&ada, team, FREE_PROMPTS).await, 50);
    assert_eq!(import(&bob, team, 1).await, 0);
    set_tier(&app, "bob@example.org", Tier::Power)
        .await
        .unwrap();
    set_tier(&app, "ada@example.org", Tier::Free).await.unwrap();
    assert_eq!(tier().await, Tier::Power, "whoever was set last");
    assert_eq!(import(&ada, team, 1).await, 1);
    set_tier(&app, "ada@example.org", Tier::Team).await.unwrap();
    assert_eq!(tier().await, Tier::Team);
    set_tier(&app, "ada@example.org", Tier::Free).await.unwrap();
    assert_eq!(tier().await, Tier::Power);
    // Who owns it no more gives it nothing, whatever they are in it.
    let member = team.path(&format!("/members/{bob_id}"));
    let role = async |role: &str| ada.patch(&member, json!({"role": role})).await.ok();
    role("editor").await;
    assert_eq!(tier().await, Tier::Free);
    let one = json!({"kind": "prompt", "body": "one more"});
    let path = format!("/api/v1/library?space={}", team.id);
    let refused = bob.post(&path, &one).await;
    assert_eq!(refused.code(), ErrorCode::QuotaReached);
    role("owner").await;
    bob.post(&path, &one).await.ok();
    bob.delete(&team.path("/membership")).await.ok();
    assert_eq!(import(&ada, team, 1).await, 0);
    assert_eq!(
        overview(&ada, team).await.prompts,
        FREE_PROMPTS + 2,
        "nothing is lost"
    );
}

#[tokio::test]
async fn a_team_handed_over_has_the_tier_of_who_owns_it_then() {
    let app = free().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    set_tier(&app, "ada@example.org", Tier::Power)
        .await
        .unwrap();
    let team = Team::of(&ada, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Editor).await;
    assert_eq!(overview(&bob, team).await.quota.prompts, None);
    let path = team.path("/ownership");
    ada.post(&path, json!({"user": user})).await.ok();
    let quota = overview(&ada, team).await.quota;
    assert_eq!(
        (quota.tier, quota.prompts),
        (Tier::Free, Some(FREE_PROMPTS))
    );
}

#[tokio::test]
async fn members_who_write_at_once_fill_a_team_to_the_last_place_and_not_beyond() {
    let app = free().await;
    let ada = Arc::new(app.sign_up("ada@example.org").await);
    let bob = Arc::new(app.sign_up("bob@example.org").await);
    let team = Team::of(&ada, "Ours").await;
    team.enrol(&app, &bob, Role::Owner).await;
    assert_eq!(import(&ada, team, FREE_PROMPTS - 5).await, 45);
    let writers: Vec<_> = (0..12)
        .map(|n| {
            let by = Arc::clone(if n % 2 == 0 { &ada } else { &bob });
            tokio::spawn(async move { import(&by, team, 1).await })
        })
        .collect();
    let mut made = 0;
    for writer in writers {
        made += writer.await.unwrap();
    }
    assert_eq!(made, 5);
    assert_eq!(overview(&ada, team).await.prompts, FREE_PROMPTS);
}
