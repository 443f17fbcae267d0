//! Taking everything along: the download of an account. Not the library's own, which can be imported.

use super::leaving::{passkey, prompt, rows};
use super::pictures::SMALL;
use krowoc_server::store::identities::{self, NewIdentity};
use krowoc_server::store::invitations::{self, NewInvitation};
use krowoc_server::store::team_events::{self, NewEvent};
use krowoc_server::store::{StoreError, Tx, profiles};
use krowoc_shared::access::Role as TeamRole;
use krowoc_shared::access::wire::Deed;
use krowoc_shared::accounts::export::AccountExport;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::ids::{DocId, IdentityId, InvitationId};
use krowoc_shared::leaderboard::wire::PublicationView;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::events::Events;
use krowoc_tests::script::{Script, passing};
use krowoc_tests::teams::Team;
use krowoc_tests::{Caller, Options, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const DAY: i64 = 86_400_000;

async fn export(caller: &Caller) -> Value {
    let all: Value = caller.get("/api/v1/account/export").await.ok().json();
    // The shape that is published for it names all that is in it.
    let read: AccountExport = serde_json::from_value(all.clone()).unwrap();
    let known = serde_json::to_value(read).unwrap();
    let names =
        |file: &Value| -> Vec<String> { file.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(&known), names(&all));
    all
}

/// Makes a prompt public.
async fn public(caller: &Caller, id: DocId) -> PublicationView {
    let path = format!("/api/v1/library/{id}/publication");
    let body = json!({"author": "Somebody", "tags": ["law"]});
    caller.put(&path, body).await.ok().json()
}

/// Where the download has what is in a table, or why it is not there.
enum Place {
    /// Under this pointer.
    At(&'static str),
    /// Nowhere.
    Left(&'static str),
}

/// Every table that holds what belongs to somebody. A new table is missed here until somebody says which of the two it is.
fn places() -> BTreeMap<&'static str, Place> {
    use Place::{At, Left};
    const TECHNICAL: &str = "how things are kept, without anything of its own";
    const SECRET: &str = "hashes of what opens doors, for minutes or days";
    const DERIVED: &str = "made of documents and made again the same";
    const COUNTED: &str = "counted from executions, copies and votes, which are there";
    BTreeMap::from([
        ("account", At("/account")),
        ("api_token", At("/tokens")),
        ("auth_code", Left(SECRET)),
        ("avatar", At("/picture")),
        ("budget", At("/budget")),
        ("dead_letter", At("/dead_letters")),
        ("device", At("/devices")),
        ("document", At("/documents")),
        ("document_meta", Left(DERIVED)),
        ("document_search", Left(DERIVED)),
        ("document_search_waiting", Left(DERIVED)),
        ("document_tag", Left(DERIVED)),
        ("document_version", At("/documents/0/versions")),
        ("execution", At("/executions")),
        ("fork", At("/copies")),
        ("identity", At("/account/identities")),
        ("mail_token", Left(SECRET)),
        ("network_key", Left("it is of no account, for two days")),
        ("passkey", At("/security/passkeys")),
        ("passkey_challenge", Left(SECRET)),
        ("provider_key", At("/provider_keys")),
        ("publication", At("/publications")),
        ("recovery_code", At("/security/totp/recovery_left")),
        ("report", At("/reports")),
        ("rollup_cursor", Left(TECHNICAL)),
        ("rollup_late", Left(TECHNICAL)),
        ("rollup_model", Left(COUNTED)),
        ("rollup_prompt", Left(COUNTED)),
        ("rollup_team", Left(COUNTED)),
        ("rollup_team_prompt", Left(COUNTED)),
        ("run_event", Left(COUNTED)),
        ("session", At("/sessions")),
        ("sign_in_attempt", Left(SECRET)),
        ("sign_in_pending", Left(SECRET)),
        ("space", At("/library")),
        ("space_epoch", Left(TECHNICAL)),
        ("space_member", At("/teams")),
        ("spending", At("/spending")),
        ("spent_token", Left(SECRET)),
        ("standing", Left(COUNTED)),
        ("standing_before", Left(COUNTED)),
        ("standing_state", Left(TECHNICAL)),
        (
            "sync_op",
            Left("answers to devices, kept for those that ask again"),
        ),
        ("team_event", At("/team_events")),
        ("team_invitation", At("/invitations")),
        ("team_invitation_token", Left(SECRET)),
        ("totp", At("/security/totp")),
        ("usage_day", Left(COUNTED)),
        ("verdict", At("/verdicts")),
        ("vote_event", At("/votes")),
    ])
}

/// Leaves something in every table whose rows are in the download.
async fn live(app: &TestApp, script: &Script, alice: &Caller, of_bob: &PublicationView) {
    let own = prompt(alice, "Of Alice").await;
    public(alice, own).await;
    let there = format!("/api/v1/public/prompts/{}", of_bob.slug);
    let vote = json!({"vote": "up"});
    alice.put(&format!("{there}/vote"), vote).await.ok();
    alice.post(&format!("{there}/fork"), json!({})).await.ok();
    let report = json!({"reason": "spam", "detail": "It sells."});
    alice.post(&format!("{there}/reports"), report).await.ok();
    // She looks after the server, too.
    let decision = format!("/api/v1/admin/publications/{}/decision", of_bob.id);
    let dismiss = json!({"verdict": "dismiss", "note": "It does not."});
    alice.post(&decision, dismiss).await.ok();
    script.refuse("openai/a", passing(FailureClass::Auth));
    let run = json!({"text": "Of Alice", "models": ["openai/a"]});
    let run = alice
        .request(Method::POST, "/api/v1/executions")
        .header("accept", "text/event-stream")
        .json(&run);
    Events::of(run.send().await.unwrap()).rest().await;
    alice.connect_device("Laptop").await;
    let token = json!({"name": "CI", "scopes": ["library:read"]});
    alice.post("/api/v1/tokens", token).await.ok();
    let key = json!({"provider": "openai", "name": "Main", "key": "sk-planted-00a7"});
    alice.post("/api/v1/provider-keys", key).await.ok();
    let budget = json!({"ceiling": 1_000_000, "unpriced": "block"});
    alice.put("/api/v1/budget", budget).await.ok();
    let picture = alice.request(Method::PUT, "/api/v1/account/picture");
    let picture = picture.header("content-type", "image/gif").body(SMALL);
    alice.send(picture).await.ok();
    let team = Team::of(alice, "Lighthouse").await;
    team.link(alice, TeamRole::Viewer).await;
    passkey(app, alice).await;
    let (user, at) = (alice.session().await.user, app.state.now());
    let identity = app.state.store.write(move |tx| {
        let new = NewIdentity {
            id: IdentityId::mint(at, [5; 10]),
            user,
            provider: "oidc",
            issuer: "https://id.example.org",
            subject: "alice",
            email: None,
            name: None,
            at,
        };
        identities::add(tx, &new)
    });
    identity.await.unwrap();
    super::second::turn_on(app, alice).await;
}

#[tokio::test]
async fn what_is_in_any_table_about_somebody_is_in_their_download_or_left_out_for_a_reason() {
    let script = Script::new();
    let options = Options {
        settings: vec![("admin_emails", "alice@example.org".to_owned())],
        seed: None,
    };
    let app = TestApp::scripted_with(&script, options).await;
    let bob = app.sign_up("bob@example.org").await;
    let of_bob = public(&bob, prompt(&bob, "Of Bob").await).await;
    let before: BTreeMap<String, i64> = rows(&app).into_iter().collect();
    let alice = app.sign_up("alice@example.org").await;
    live(&app, &script, &alice, &of_bob).await;
    let all = export(&alice).await;
    let places = places();
    for (table, count) in rows(&app) {
        let Some(place) = places.get(table.as_str()) else {
            panic!("is `{table}` in the download of an account, and if not, why?");
        };
        match place {
            Place::At(pointer) => {
                let of_alice = count - before.get(&table).copied().unwrap_or(0);
                assert!(of_alice > 0, "this test leaves nothing in `{table}`");
                let there = all.pointer(pointer).unwrap_or(&Value::Null);
                let nothing = [json!(null), json!([]), json!({}), json!(0)];
                assert!(!nothing.contains(there), "`{table}` at {pointer}: {all}");
            }
            Place::Left(reason) => assert!(!reason.is_empty()),
        }
    }
}

#[tokio::test]
async fn what_logs_say_of_somebody_is_in_their_download_and_nothing_of_others() {
    let app = TestApp::start_with(Options {
        settings: vec![("admin_emails", "root@example.org".to_owned())],
        seed: None,
    })
    .await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let root = app.sign_up("root@example.org").await;
    let team = Team::of(&alice, "Lighthouse").await;
    let user = team.enrol(&app, &bob, TeamRole::Viewer).await;
    let role = json!({"role": "editor"});
    let path = team.path(&format!("/members/{user}"));
    alice.patch(&path, role).await.ok();
    let of_alice = public(&alice, prompt(&alice, "Of Alice").await).await;
    let report = json!({"reason": "private", "detail": "It names me."});
    let path = format!("/api/v1/public/prompts/{}/reports", of_alice.slug);
    bob.post(&path, report).await.ok();
    let path = format!("/api/v1/admin/publications/{}/decision", of_alice.id);
    let hide = json!({"verdict": "hide", "note": "It does."});
    root.post(&path, hide).await.ok();

    let (of_alice, of_bob, of_root) = (
        export(&alice).await,
        export(&bob).await,
        export(&root).await,
    );
    let lines = |all: &Value| -> Vec<(String, bool, bool)> {
        let lines = all["team_events"].as_array().unwrap().iter();
        let told = |it: &Value| {
            let deed = it["deed"].as_str().unwrap().to_owned();
            (deed, it["by_me"] == true, it["to_me"] == true)
        };
        lines.map(told).collect()
    };
    let changed = |by, to| ("role_changed".to_owned(), by, to);
    assert!(
        lines(&of_alice).contains(&changed(true, false)),
        "{of_alice}"
    );
    assert!(lines(&of_bob).contains(&changed(false, true)), "{of_bob}");
    assert_eq!(of_bob["team_events"][0]["team_name"], "Lighthouse");
    assert_eq!(of_root["team_events"], json!([]));
    let own = &of_alice["verdicts"][0];
    assert_eq!(
        (&own["verdict"], &own["note"]),
        (&json!("hide"), &json!("It does."))
    );
    assert_eq!((&own["own"], &own["made"]), (&json!(true), &json!(false)));
    let made = &of_root["verdicts"][0];
    assert_eq!((&made["own"], &made["made"]), (&json!(false), &json!(true)));
    assert_eq!(of_bob["reports"][0]["verdict"], "hide");
    assert_eq!(of_bob["verdicts"], json!([]));
    assert!(
        !of_bob.to_string().contains("alice@example.org"),
        "{of_bob}"
    );
    assert!(!of_alice.to_string().contains("root@example.org"));
    assert!(!of_alice.to_string().contains("It names me."));
}

#[tokio::test]
async fn everything_that_is_kept_can_be_taken_along_and_no_secret_is_in_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    prompt(&bob, "Of Bob").await;
    // More than a page.
    for number in 0..60 {
        prompt(&alice, &format!("Text {number:02}")).await;
    }
    let (_, tokens) = alice.connect_device("My extension").await;
    let made: Value = alice
        .post(
            "/api/v1/tokens",
            json!({"name": "CI", "scopes": ["library:read"]}),
        )
        .await
        .ok()
        .json();
    let key = json!({"provider": "openai", "name": "Main", "key": "sk-planted-in-export-00a7"});
    alice.post("/api/v1/provider-keys", key).await.ok();
    let team = Team::of(&alice, "Lighthouse").await;
    team.link(&alice, TeamRole::Viewer).await;
    let bobs = Team::of(&bob, "Bobs").await;
    let at = app.state.now();
    let invited = NewInvitation {
        id: InvitationId::mint(at + 1, [1; 10]),
        team: bobs.id,
        email: Some("alice@example.org".to_owned()),
        role: TeamRole::Editor,
        by: bob.session().await.user,
        at: at + 1,
        expires_at: at + DAY,
    };
    let noted = NewEvent {
        team: bobs.id,
        at: at + 1,
        deed: Deed::Invited,
        by: Some(invited.by),
        on: None,
        email: invited.email.clone(),
        role: Some(invited.role),
        role_before: None,
        name: None,
        documents: None,
        correlation_id: "of-bobs".to_owned(),
    };
    let write = app
        .state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            invitations::create(tx, &invited)?;
            team_events::add(tx, &noted)
        });
    write.await.unwrap();
    // Who only typed an address does not learn which teams know it.
    let typed = export(&alice).await;
    assert!(!typed.to_string().contains("Bobs"), "{typed}");
    let user = alice.session().await.user;
    let proven = app
        .state
        .store
        .write(move |tx: &mut Tx<'_>| profiles::set_verified(tx, user, at));
    proven.await.unwrap();
    let answer = alice.get("/api/v1/account/export").await.ok();
    assert!(
        answer
            .header("content-disposition")
            .contains("krowoc-account.json")
    );
    let whole: Value = answer.json();
    assert_eq!(whole["format"], "krowoc.account");
    assert_eq!(whole["account"]["email"], "alice@example.org");
    let documents = whole["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 60);
    let first = documents
        .iter()
        .find(|it| it["document"]["body"]["text"] == "Text 00")
        .unwrap();
    assert_eq!(first["versions"][0]["text"], "Text 00");
    assert_eq!(whole["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(whole["devices"][0]["name"], "My extension");
    assert_eq!(whole["tokens"][0]["name"], "CI");
    assert_eq!(whole["executions"], json!([]));
    assert_eq!(whole["provider_keys"][0]["name"], "Main");
    let teams = whole["teams"].as_array().unwrap();
    assert_eq!(teams.len(), 1);
    assert_eq!(
        (&teams[0]["name"], &teams[0]["role"]),
        (&json!("Lighthouse"), &json!("owner"))
    );
    let invitations = whole["invitations"].as_array().unwrap();
    assert_eq!(
        (&invitations[0]["made"], &invitations[0]["role"]),
        (&json!(true), &json!("viewer"))
    );
    assert_eq!(
        (&invitations[1]["name"], &invitations[1]["made"]),
        (&json!("Bobs"), &json!(false))
    );
    let lines = whole["team_events"].as_array().unwrap().iter();
    let of_bobs: Vec<&Value> = lines.filter(|it| it["team_name"] == "Bobs").collect();
    assert_eq!(of_bobs.len(), 1, "{of_bobs:?}");
    assert_eq!(
        (&of_bobs[0]["deed"], &of_bobs[0]["to_me"]),
        (&json!("invited"), &json!(true))
    );
    assert_eq!(
        (&whole["reports"], &whole["copies"]),
        (&json!([]), &json!([]))
    );
    let text = answer.text();
    for secret in [
        tokens.access_token.as_str(),
        &tokens.refresh_token,
        &alice.cookie("krowoc_access").unwrap(),
        made["token"].as_str().unwrap(),
        "sk-planted-in-export",
        "$argon2id$",
        PASSWORD,
        "Of Bob",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    let program = Caller::device(app.address, made["token"].as_str().unwrap());
    assert_eq!(
        program.get("/api/v1/account/export").await.code(),
        ErrorCode::Forbidden
    );
}
