//! Prompts of a team that everybody may read: by whom they are made public, under which name, whose word counts, and when they are gone.

use krowoc_server::jobs::purge;
use krowoc_server::leaderboard::recompute;
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{AuditPage, Deed};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::leaderboard::wire::{BoardView, PublicPrompt, PublicationView, Queue};
use krowoc_shared::library::lifecycle::Act;
use krowoc_shared::library::wire::Written;
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::ops::{edit, op_id};
use krowoc_tests::teams::Team;
use krowoc_tests::{Answer, Caller, Options, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

const TEXT: &str = "Keep the light burning: say what the weather asks of a keeper tonight, hour by hour: {{weather}}";

/// A team with a published prompt.
struct Keepers {
    app: TestApp,
    owner: Caller,
    team: Team,
    prompt: DocId,
}

impl Keepers {
    async fn at_work() -> Self {
        let settings = vec![("admin_emails", "root@example.org".to_owned())];
        let app = TestApp::start_with(Options {
            settings,
            seed: None,
        })
        .await;
        let owner = app.sign_up("owner@example.org").await;
        let team = Team::of(&owner, "Keepers").await;
        let path = format!("/api/v1/library?space={}", team.id);
        let body = json!({"kind": "prompt", "set": {"title": "Watch"}, "body": TEXT});
        let made: Written = owner.post(&path, body).await.ok().json();
        let this = Self {
            app,
            owner,
            team,
            prompt: made.document.id,
        };
        let publish = json!({"body_rev": made.document.body.rev});
        this.owner.post(&this.path("/publish"), publish).await.ok();
        this
    }

    fn path(&self, rest: &str) -> String {
        format!(
            "/api/v1/library/{}{rest}?space={}",
            self.prompt, self.team.id
        )
    }

    async fn member(&self, role: Role) -> Caller {
        let caller = self.app.sign_up(&format!("{role}@example.org")).await;
        self.team.enrol(&self.app, &caller, role).await;
        caller
    }

    async fn make_public(&self, by: &Caller) -> Answer {
        let path = self.path("/publication");
        by.put(&path, json!({"tags": ["sea"]})).await
    }

    async fn read(&self) -> Answer {
        let nobody = self.app.anonymous();
        nobody.get("/api/v1/public/prompts/watch").await
    }

    async fn board(&self) -> BoardView {
        recompute::run(&self.app.state).await.unwrap();
        let path = "/api/v1/leaderboard?window=all";
        self.app.anonymous().get(path).await.ok().json()
    }

    /// What the log tells of the team and of what is public.
    async fn deeds(&self) -> Vec<(Deed, Option<String>)> {
        let path = self.team.path("/audit");
        let page: AuditPage = self.owner.get(&path).await.ok().json();
        let entries = page
            .entries
            .into_iter()
            .take_while(|it| it.deed != Deed::Created)
            .filter(|it| it.deed != Deed::Published);
        entries.map(|it| (it.deed, it.name)).collect()
    }
}

#[tokio::test]
async fn an_admin_makes_a_prompt_of_the_team_public_under_its_name_and_the_log_tells() {
    let it = Keepers::at_work().await;
    let (admin, editor) = (it.member(Role::Admin).await, it.member(Role::Editor).await);
    let refused = it.make_public(&editor).await;
    assert_eq!(refused.code(), ErrorCode::RoleTooLow);
    let path = it.path("/publication");
    assert_eq!(editor.get(&path).await.code(), ErrorCode::NotFound);
    let view: PublicationView = it.make_public(&admin).await.ok().json();
    assert_eq!(
        (view.slug.as_str(), view.author.as_str()),
        ("watch", "Keepers")
    );
    let seen: PublicationView = editor.get(&path).await.ok().json();
    assert_eq!(seen, view);
    let shown: PublicPrompt = it.read().await.ok().json();
    assert_eq!(
        (shown.author.as_str(), shown.text.as_str()),
        ("Keepers", TEXT)
    );
    assert_eq!(it.board().await.entries[0].author, "Keepers");
    // Another name of the team is another name in public, at once.
    let renamed = json!({"name": "Wardens"});
    admin.patch(&it.team.path(""), renamed).await.ok();
    assert_eq!(it.read().await.json::<PublicPrompt>().author, "Wardens");
    assert_eq!(editor.delete(&path).await.code(), ErrorCode::RoleTooLow);
    for _ in 0..2 {
        admin.delete(&path).await.ok();
    }
    assert_eq!(it.read().await.code(), ErrorCode::NotFound);
    let named = |deed| (deed, Some("watch".to_owned()));
    assert_eq!(
        it.deeds().await,
        [
            named(Deed::TakenBack),
            (Deed::Renamed, Some("Wardens".to_owned())),
            named(Deed::MadePublic)
        ],
        "what was taken back already is not taken back again"
    );
}

#[tokio::test]
async fn a_prompt_of_a_team_bears_no_persons_name_and_only_a_browser_makes_it_public() {
    let it = Keepers::at_work().await;
    let path = it.path("/publication");
    let refused = it
        .owner
        .put(&path, json!({"author": "Ada"}))
        .await
        .problem();
    assert_eq!(refused.code, ErrorCode::InvalidField);
    assert_eq!(refused.field.as_deref(), Some("/author"));
    let (device, _) = it.owner.connect_device("Laptop").await;
    let (program, _) = it.owner.program(&["library:write"]).await;
    for caller in [&device, &program] {
        assert_eq!(it.make_public(caller).await.code(), ErrorCode::Forbidden);
        assert_eq!(caller.delete(&path).await.code(), ErrorCode::Forbidden);
        assert_eq!(caller.get(&path).await.code(), ErrorCode::NotFound);
    }
    it.make_public(&it.owner).await.ok();
    assert!(
        program
            .get(&path)
            .await
            .ok()
            .json::<PublicationView>()
            .shown
    );
    // It is no prompt of the owner's own library.
    let own = format!("/api/v1/library/{}/publication", it.prompt);
    assert_eq!(it.owner.get(&own).await.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn who_leaves_takes_nothing_along_and_a_deleted_team_is_off_the_board_at_once() {
    let it = Keepers::at_work().await;
    let admin = it.member(Role::Admin).await;
    it.make_public(&admin).await.ok();
    admin.delete(&it.team.path("/membership")).await.ok();
    it.read().await.ok();
    let copy = it.app.sign_up("copy@example.org").await;
    let fork = "/api/v1/public/prompts/watch/fork";
    let taken: Written = copy.post(fork, json!({})).await.ok().json();
    assert_eq!(taken.document.body.text, TEXT);
    let gone = it.owner.delete(&it.team.path("")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(it.read().await.code(), ErrorCode::NotFound);
    assert_eq!(it.board().await.public, 0);
    it.app.work().await;
    purge::run(&it.app.state).await.unwrap();
    assert_eq!(it.read().await.code(), ErrorCode::NotFound);
    let kept = format!("/api/v1/library/{}", taken.document.id);
    let kept: Value = copy.get(&kept).await.ok().json();
    assert_eq!(kept["document"]["body"]["text"], TEXT, "a copy stays");
}

#[tokio::test]
async fn who_looks_after_the_server_hides_a_prompt_of_a_team_as_any_other() {
    let it = Keepers::at_work().await;
    it.make_public(&it.owner).await.ok();
    let reader = it.app.sign_up("reader@example.org").await;
    let report = json!({"reason": "spam", "detail": "No light anywhere."});
    let path = "/api/v1/public/prompts/watch/reports";
    reader.post(path, report).await.ok();
    let root = it.app.sign_up("root@example.org").await;
    let queue: Queue = root.get("/api/v1/admin/publications").await.ok().json();
    assert_eq!(queue.open[0].author, "Keepers");
    let path = format!("/api/v1/admin/publications/{}/decision", queue.open[0].id);
    let hide = json!({"verdict": "hide", "note": "Spam."});
    root.post(&path, hide).await.ok();
    assert_eq!(it.read().await.code(), ErrorCode::NotFound);
    let again: PublicationView = it.make_public(&it.owner).await.ok().json();
    assert!(again.hidden && !again.shown, "no team undoes that");
}

#[tokio::test]
async fn what_nearly_repeats_an_older_public_prompt_has_no_place_in_a_team_either() {
    let it = Keepers::at_work().await;
    let ada = it.app.sign_up("ada@example.org").await;
    let body = json!({"kind": "prompt", "set": {"title": "First"}, "body": TEXT});
    let made: Written = ada.post("/api/v1/library", body).await.ok().json();
    let path = |rest: &str| format!("/api/v1/library/{}{rest}", made.document.id);
    let publish = json!({"body_rev": made.document.body.rev});
    ada.post(&path("/publish"), publish).await.ok();
    ada.put(&path("/publication"), json!({"author": "Ada"}))
        .await
        .ok();
    it.app.advance(1_000);
    let view: PublicationView = it.make_public(&it.owner).await.ok().json();
    assert_eq!(view.first.as_deref(), Some("first"));
    let places: Vec<String> = it
        .board()
        .await
        .entries
        .into_iter()
        .map(|it| it.slug)
        .collect();
    assert_eq!(places, ["first"]);
}

#[tokio::test]
async fn a_new_version_of_a_public_prompt_leaves_a_line_in_the_log_whoever_published_it_and_how() {
    let it = Keepers::at_work().await;
    let editor = it.member(Role::Editor).await;
    let write = async |text: &str| -> u64 {
        let now: Value = editor.get(&it.path("")).await.ok().json();
        let base_rev = now["document"]["body"]["rev"].as_u64().unwrap();
        let body = json!({"body": {"base_rev": base_rev, "text": text}});
        let written: Written = editor.patch(&it.path(""), body).await.ok().json();
        written.document.body.rev
    };
    let publish = async |text: &str| -> Answer {
        let body = json!({"body_rev": write(text).await, "op_id": op_id()});
        let done = editor.post(&it.path("/publish"), &body).await.ok();
        // Repeated, it is known.
        editor.post(&it.path("/publish"), &body).await.ok();
        done
    };
    publish("Not public yet: {{weather}}").await;
    assert_eq!(it.deeds().await, []);
    it.make_public(&it.owner).await.ok();
    let published = publish("By the route: {{weather}}").await;
    let log = async || -> AuditPage { it.owner.get(&it.team.path("/audit")).await.ok().json() };
    let entry = &log().await.entries[0];
    assert_eq!(entry.by.as_ref().unwrap().email, "editor@example.org");
    assert_eq!(
        (entry.deed, entry.name.as_deref()),
        (Deed::Republished, Some("watch"))
    );
    assert_eq!(entry.correlation_id, published.header("x-correlation-id"));
    write("In a bulk: {{weather}}").await;
    let path = format!("/api/v1/library/bulk?space={}", it.team.id);
    let wanted = json!({"ids": [it.prompt], "step": "publish"});
    let bulk = editor.post(&path, wanted).await.ok();
    let body_rev = write("By a device: {{weather}}").await;
    let (device, _) = editor.connect_device("Laptop").await;
    let mut op = edit(it.prompt, it.app.state.now());
    op.act = Some(Act::Publish {
        body_rev,
        note: String::new(),
    });
    let reply = it.team.syncing(&device).await.push(vec![op]).await;
    assert_eq!(reply.results[0].outcome, Outcome::Applied);
    let shown: PublicPrompt = it.read().await.ok().json();
    assert_eq!(shown.text, "By a device: {{weather}}");
    it.owner.delete(&it.path("/publication")).await.ok();
    publish("Taken back: {{weather}}").await;
    let deeds: Vec<Deed> = it.deeds().await.into_iter().map(|it| it.0).collect();
    assert_eq!(
        deeds,
        [
            Deed::TakenBack,
            Deed::Republished,
            Deed::Republished,
            Deed::Republished,
            Deed::MadePublic
        ]
    );
    let entries = log().await.entries;
    assert_eq!(
        (entries[0].deed, entries[0].name.as_deref()),
        (Deed::Published, Some("Watch"))
    );
    assert_eq!(entries[3].correlation_id, bulk.header("x-correlation-id"));
}
