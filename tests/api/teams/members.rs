//! Roles that are changed, members who are removed or go.

use krowoc_shared::access::Role;
use krowoc_shared::access::wire::MemberView;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::UserId;
use krowoc_tests::teams::Team;
use krowoc_tests::{Answer, Caller, TestApp};
use reqwest::StatusCode;
use serde_json::json;

async fn change(by: &Caller, team: Team, user: UserId, role: Role) -> Answer {
    let path = team.path(&format!("/members/{user}"));
    by.patch(&path, json!({"role": role})).await
}

async fn remove(by: &Caller, team: Team, user: UserId) -> Answer {
    by.delete(&team.path(&format!("/members/{user}"))).await
}

#[tokio::test]
async fn an_admin_changes_roles_up_to_their_own_and_never_an_owners() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let carol = app.sign_up("carol@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let owner = alice.session().await.user;
    team.enrol(&app, &bob, Role::Admin).await;
    let viewer = team.enrol(&app, &carol, Role::Viewer).await;
    let changed: MemberView = change(&bob, team, viewer, Role::Editor).await.ok().json();
    assert_eq!((changed.user, changed.role), (viewer, Role::Editor));
    for (user, role) in [
        (viewer, Role::Owner),
        (owner, Role::Admin),
        (owner, Role::Owner),
    ] {
        let refused = change(&bob, team, user, role).await;
        assert_eq!(refused.code(), ErrorCode::RoleTooLow, "{role}");
    }
    assert_eq!(
        remove(&bob, team, owner).await.code(),
        ErrorCode::RoleTooLow
    );
    assert_eq!(
        change(&carol, team, viewer, Role::Admin).await.code(),
        ErrorCode::RoleTooLow
    );
    let stranger = app.sign_up("dave@example.org").await.session().await.user;
    assert_eq!(
        change(&alice, team, stranger, Role::Viewer).await.code(),
        ErrorCode::NotFound
    );
    assert_eq!(
        team.roles(&alice).await,
        [
            ("alice", Role::Owner),
            ("bob", Role::Admin),
            ("carol", Role::Editor)
        ]
        .map(|(name, role)| (name.to_owned(), role))
    );
}

#[tokio::test]
async fn who_is_removed_sees_nothing_any_more_and_can_come_back() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Editor).await;
    bob.get(&team.path("/members")).await.ok();
    let removed = remove(&alice, team, user).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(
        bob.get(&team.path("/members")).await.code(),
        ErrorCode::NotFound
    );
    assert_eq!(remove(&alice, team, user).await.code(), ErrorCode::NotFound);
    let token = team.link(&alice, Role::Viewer).await;
    krowoc_tests::teams::accept(&bob, &token).await.ok();
    assert_eq!(team.members(&bob).await.len(), 2);
}

#[tokio::test]
async fn who_gives_a_role_away_loses_the_invitations_to_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Admin).await;
    let tokens = [
        team.link(&bob, Role::Admin).await,
        team.link(&bob, Role::Viewer).await,
    ];
    let kept = team.link(&alice, Role::Admin).await;
    change(&alice, team, user, Role::Editor).await.ok();
    let carol = app.sign_up("carol@example.org").await;
    for token in tokens {
        let refused = krowoc_tests::teams::accept(&carol, &token).await;
        assert_eq!(refused.code(), ErrorCode::LinkExpired);
    }
    krowoc_tests::teams::accept(&carol, &kept).await.ok();
}

#[tokio::test]
async fn a_device_of_a_member_cannot_manage_the_team() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let (device, _) = alice.connect_device("Laptop").await;
    let (program, _) = alice.program(&["library:read", "library:write"]).await;
    for caller in [&device, &program] {
        assert_eq!(
            caller.get(&team.path("/members")).await.code(),
            ErrorCode::Forbidden
        );
        assert_eq!(
            caller.delete(&team.path("")).await.code(),
            ErrorCode::Forbidden
        );
    }
}
