//! What Home says of a person's teams, of invitations to them, and of reports: what waits for them, and nothing of what waits for others.

use krowoc_shared::access::Role;
use krowoc_shared::dashboards::wire::{Attention, HomeView, InTeam};
use krowoc_shared::ids::DocId;
use krowoc_shared::leaderboard::wire::PublicationView;
use krowoc_shared::library::wire::Written;
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::mail::Inbox;
use krowoc_tests::ops::{edit, prompt};
use krowoc_tests::teams::{Team, accept};
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::{Value, json};

async fn attention(caller: &Caller) -> Vec<Attention> {
    let view: HomeView = caller.get("/api/v1/home").await.ok().json();
    view.attention
}

/// A prompt of a team of which two changed the same line.
async fn conflicting(team: Team, owner: &Caller) -> DocId {
    let ours = team.syncing(owner).await;
    let made = prompt("Reviewer", "Be careful.\n");
    let base = ours.push(vec![made.clone()]).await.results[0].body_rev;
    let text = |text, after| edit(made.doc_id, BEGIN + after).with_body(base, text);
    ours.push(vec![text("Be very careful.\n", 1)]).await;
    let late = ours.push(vec![text("Be kind.\n", 5)]).await;
    assert_eq!(late.results[0].outcome, Outcome::ConflictCopy);
    made.doc_id
}

#[tokio::test]
async fn conflicts_of_a_team_wait_for_those_who_may_settle_them() {
    let app = TestApp::start().await;
    let owner = app.sign_up("owner@example.org").await;
    let editor = app.sign_up("editor@example.org").await;
    let viewer = app.sign_up("viewer@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    team.enrol(&app, &editor, Role::Editor).await;
    team.enrol(&app, &viewer, Role::Viewer).await;
    let document = conflicting(team, &owner).await;
    let waits = [Attention::Conflicts {
        count: 1,
        document,
        title: "Reviewer".to_owned(),
        team: Some(InTeam {
            id: team.id,
            name: "Ours".to_owned(),
        }),
    }];
    assert_eq!(attention(&owner).await, waits);
    assert_eq!(attention(&editor).await, waits);
    assert_eq!(attention(&viewer).await, [], "who only reads settles none");
    let stranger = app.sign_up("eve@example.org").await;
    assert_eq!(attention(&stranger).await, []);
}

#[tokio::test]
async fn an_invitation_waits_for_the_confirmed_address_that_it_is_for() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    app.work().await;
    let _ = inbox.take();
    let invited = json!({"role": "editor", "email": "bob@example.org"});
    alice.post(&team.path("/invitations"), invited).await.ok();
    let letter = inbox.only(&app).await.token();
    let bob = app.sign_up("bob@example.org").await;
    let confirm = inbox.only(&app).await.token();
    assert_eq!(attention(&bob).await, [], "anybody may type an address");
    bob.post("/api/v1/email/verify", json!({"token": confirm}))
        .await
        .ok();
    let waits = attention(&bob).await;
    let [
        Attention::Invitation {
            name,
            invited_by,
            expires_at,
        },
    ] = waits.as_slice()
    else {
        panic!("{waits:?}");
    };
    assert_eq!(name, "Ours");
    assert_eq!(invited_by.as_deref(), Some("alice@example.org"));
    assert!(*expires_at > app.state.now());
    assert_eq!(attention(&alice).await, [], "it is for Bob");
    accept(&bob, &letter).await.ok();
    assert_eq!(attention(&bob).await, []);
}

#[tokio::test]
async fn reported_prompts_wait_for_who_looks_after_the_server() {
    let app = TestApp::start_with(Options {
        settings: vec![("admin_emails", "root@example.org".to_owned())],
        seed: None,
    })
    .await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let root = app.sign_up("root@example.org").await;
    let text = "Act as a lawyer for small companies and explain this contract";
    let body = json!({"kind": "prompt", "set": {"title": "Lawyer"}, "body": text});
    let made: Written = ada.post("/api/v1/library", body).await.ok().json();
    let path = format!("/api/v1/library/{}", made.document.id);
    let view: Value = ada.get(&path).await.ok().json();
    let published = json!({"body_rev": view["document"]["body"]["rev"]});
    ada.post(&format!("{path}/publish"), published).await.ok();
    let public = json!({"author": "Ada", "tags": ["law"]});
    let public = ada.put(&format!("{path}/publication"), public).await;
    let public: PublicationView = public.ok().json();
    assert_eq!(attention(&root).await, []);
    let report = format!("/api/v1/public/prompts/{}/reports", public.slug);
    for person in [&bob, &root] {
        let body = json!({"reason": "spam", "detail": "It sells."});
        person.post(&report, body).await.ok();
    }
    // Two reports of one prompt are one that waits.
    assert_eq!(attention(&root).await, [Attention::Reports { count: 1 }]);
    assert_eq!(attention(&ada).await, []);
    assert_eq!(attention(&bob).await, []);
    let decision = format!("/api/v1/admin/publications/{}/decision", public.id);
    let dismiss = json!({"verdict": "dismiss", "note": ""});
    root.post(&decision, dismiss).await.ok();
    assert_eq!(attention(&root).await, []);
}
