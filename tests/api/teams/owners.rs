//! A team never is without an owner, whoever goes and however.

use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{AuditPage, Deed, MemberView};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::teams::Team;
use krowoc_tests::{Answer, Caller, TestApp};
use serde_json::json;

const DAY: i64 = 86_400_000;

async fn leave(caller: &Caller, team: Team) -> Answer {
    caller.delete(&team.path("/membership")).await
}

async fn delete_account(caller: &Caller) -> Answer {
    let body = json!({"password": PASSWORD});
    caller.post("/api/v1/account/deletion", body).await
}

#[tokio::test]
async fn the_last_owner_can_neither_go_nor_become_less_nor_be_erased() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let owner = alice.session().await.user;
    team.enrol(&app, &bob, Role::Admin).await;
    let own = team.path(&format!("/members/{owner}"));
    assert_eq!(leave(&alice, team).await.code(), ErrorCode::LastOwner);
    assert_eq!(
        alice.patch(&own, json!({"role": "admin"})).await.code(),
        ErrorCode::LastOwner
    );
    assert_eq!(alice.delete(&own).await.code(), ErrorCode::LastOwner);
    let refused = delete_account(&alice).await.problem();
    assert_eq!(refused.code, ErrorCode::LastOwner);
    assert!(refused.detail.unwrap().contains("“Ours”"));
    assert_eq!(alice.session().await.user, owner, "nothing was done");
    leave(&bob, team).await.ok();
    // Alone in it: it goes with the account.
    delete_account(&alice).await.ok();
}

#[tokio::test]
async fn an_owner_who_hands_the_team_over_is_an_admin_and_free_to_go() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let heir = team.enrol(&app, &bob, Role::Viewer).await;
    let path = team.path("/ownership");
    let own = json!({"user": alice.session().await.user});
    assert_eq!(alice.post(&path, own).await.code(), ErrorCode::InvalidField);
    assert_eq!(
        bob.post(&path, json!({"user": heir})).await.code(),
        ErrorCode::RoleTooLow
    );
    let made: MemberView = alice.post(&path, json!({"user": heir})).await.ok().json();
    assert_eq!(made.role, Role::Owner);
    let roles = team.roles(&bob).await;
    assert_eq!(roles[0], ("alice".to_owned(), Role::Admin));
    leave(&alice, team).await.ok();
    assert_eq!(leave(&bob, team).await.code(), ErrorCode::LastOwner);
}

#[tokio::test]
async fn an_owner_whose_account_is_to_be_erased_counts_as_none() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    team.enrol(&app, &bob, Role::Owner).await;
    delete_account(&alice).await.ok();
    assert_eq!(leave(&bob, team).await.code(), ErrorCode::LastOwner);
    assert_eq!(delete_account(&bob).await.code(), ErrorCode::LastOwner);
}

#[tokio::test]
async fn the_member_with_the_highest_role_inherits_a_team_whose_last_owner_is_erased() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let carol = app.sign_up("carol@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    delete_account(&alice).await.ok();
    // Nobody was in it when she asked for it.
    let _ = team.enrol(&app, &bob, Role::Editor).await;
    app.advance(DAY);
    carol.refresh().await.ok();
    let _ = team.enrol(&app, &carol, Role::Admin).await;
    app.advance(7 * DAY);
    app.work().await;
    carol.refresh().await.ok();
    assert_eq!(
        team.roles(&carol).await,
        [("bob", Role::Editor), ("carol", Role::Owner)].map(|(name, role)| (name.to_owned(), role))
    );
    let log: AuditPage = carol.get(&team.path("/audit")).await.ok().json();
    let entry = &log.entries[0];
    assert_eq!((entry.deed, entry.by.is_none()), (Deed::Inherited, true));
    assert_eq!(entry.on.as_ref().unwrap().email, "carol@example.org");
    // Her own entry stays and names nobody.
    let made = log.entries.last().unwrap();
    assert_eq!((made.deed, &made.by), (Deed::Created, &None));
    assert!(!serde_json::to_string(&log).unwrap().contains("alice"));
}

#[tokio::test]
async fn two_owners_who_go_at_once_leave_one_behind() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    for round in 0..5 {
        let team = Team::of(&alice, &format!("Ours {round}")).await;
        team.enrol(&app, &bob, Role::Owner).await;
        let (one, other) = tokio::join!(leave(&alice, team), leave(&bob, team));
        let went = [&one, &other]
            .into_iter()
            .filter(|it| it.status.is_success());
        assert_eq!(went.count(), 1, "{} {}", one.text(), other.text());
        let stays = if one.status.is_success() {
            &bob
        } else {
            &alice
        };
        assert_eq!(team.members(stays).await.len(), 1);
    }
}
