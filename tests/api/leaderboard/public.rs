//! What everybody reads: published versions of prompts that their owners made public, and nothing else.

use super::{CHEF, DAY, LAWYER, Prompt, TUTOR, board, count, order, prompt, read, server, vote};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::leaderboard::wire::{PublicList, PublicationView};
use krowoc_tests::TestApp;
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_prompt_is_public_when_its_owner_says_so_and_not_before() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let lawyer = Prompt::made(&ada, "Lawyer", LAWYER).await;
    let refused = lawyer.make_public("Ada").await;
    assert_eq!(refused.code(), ErrorCode::NotPublishable);
    lawyer.publish().await;
    assert_eq!(order(&app, "").await, Vec::<String>::new());
    let missing = ada.get(&lawyer.path("/publication")).await;
    assert_eq!(missing.code(), ErrorCode::NotFound);
    let view: PublicationView = lawyer.make_public(" Ada ").await.ok().json();
    assert_eq!(
        (view.slug.as_str(), view.author.as_str()),
        ("lawyer", "Ada")
    );
    assert!(view.shown);
    assert_eq!(order(&app, "").await, ["lawyer"]);
    let shown = read(&app, "lawyer").await;
    assert_eq!(
        (shown.title.as_str(), shown.text.as_str()),
        ("Lawyer", LAWYER)
    );
    assert_eq!(shown.tags, ["law", "work"], "not the owner's own tags");
    assert_eq!(shown.variables.len(), 1);
    assert_eq!(board(&app, "").await.public, 1);
}

#[tokio::test]
async fn the_address_is_made_of_the_title_that_was_published() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let lawyer = Prompt::made(&ada, "Lawyer", LAWYER).await;
    lawyer.publish().await;
    let edit = json!({"set": {"title": "Secret plan"}});
    ada.patch(&lawyer.path(""), edit).await.ok();
    let view: PublicationView = lawyer.make_public("Ada").await.ok().json();
    assert_eq!(view.slug, "lawyer");
}

#[tokio::test]
async fn drafts_and_edits_never_show() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let before = read(&app, &slug).await;
    lawyer.write("Act as a judge, in secret").await;
    let edit = json!({"set": {"title": "Judge", "description": "secret", "note": "secret"}, "tags": {"add": ["secret"]}});
    ada.patch(&lawyer.path(""), edit).await.ok();
    app.advance(31_000);
    assert_eq!(read(&app, &slug).await, before);
    assert!(!prompt(&app, &slug).await.text().contains("secret"));
    assert_eq!(board(&app, "").await.entries[0].title, "Lawyer");
    lawyer.publish().await;
    app.advance(31_000);
    let after = read(&app, &slug).await;
    assert_eq!((after.title.as_str(), after.version), ("Judge", 2));
    assert_eq!(after.first_at, before.first_at);
}

#[tokio::test]
async fn what_is_taken_back_is_gone_at_once_and_comes_back_at_its_address() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    read(&app, &slug).await;
    lawyer.take_back().await;
    assert_eq!(prompt(&app, &slug).await.code(), ErrorCode::NotFound);
    assert_eq!(board(&app, "").await.entries, []);
    let (_, other) = Prompt::public(&ada, "Lawyer", CHEF).await;
    assert_eq!(other, "lawyer-2", "an address is kept for its prompt");
    let back: PublicationView = lawyer.make_public("Ada L.").await.ok().json();
    assert_eq!((back.slug, back.withdrawn_at), (slug.clone(), None));
    assert_eq!(read(&app, &slug).await.author, "Ada L.");
}

#[tokio::test]
async fn in_the_archive_and_in_the_trash_it_is_not_shown() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    for (away, back) in [
        ((Method::POST, "/archive"), "/unarchive"),
        ((Method::DELETE, ""), "/restore"),
    ] {
        read(&app, &slug).await;
        let request = ada.request(away.0, &lawyer.path(away.1)).json(&json!({}));
        ada.send(request).await.ok();
        app.advance(31_000);
        assert_eq!(prompt(&app, &slug).await.code(), ErrorCode::NotFound);
        let view: PublicationView = ada.get(&lawyer.path("/publication")).await.ok().json();
        assert!(!view.shown);
        ada.post(&lawyer.path(back), json!({})).await.ok();
        app.advance(31_000);
    }
    read(&app, &slug).await;
}

#[tokio::test]
async fn a_purged_prompt_takes_its_page_its_votes_and_its_counts_along() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    vote(&bob, "192.0.2.1", &slug, Some("up")).await.ok();
    super::fork(&bob, "192.0.2.1", &slug).await;
    count(&app).await;
    assert!(!super::standing(&app).await.is_empty());
    ada.delete(&lawyer.path("")).await.ok();
    app.advance(91 * DAY);
    krowoc_server::jobs::purge::run(&app.state).await.unwrap();
    assert!(super::standing(&app).await.is_empty());
    assert_eq!(
        super::write(&app, "DELETE FROM publication").await.unwrap(),
        0
    );
    assert_eq!(super::write(&app, "DELETE FROM fork").await.unwrap(), 0);
    assert_eq!(
        super::write(&app, "DELETE FROM vote_event").await.unwrap(),
        0
    );
    count(&app).await;
}

#[tokio::test]
async fn only_a_person_in_a_browser_makes_something_public_and_only_what_is_theirs() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let lawyer = Prompt::made(&ada, "Lawyer", LAWYER).await;
    lawyer.publish().await;
    let body = json!({"author": "Ada"});
    let path = lawyer.path("/publication");
    let (device, _) = ada.connect_device("Laptop").await;
    let (program, _) = ada.program(&["library:write"]).await;
    for caller in [&device, &program] {
        assert_eq!(caller.put(&path, &body).await.code(), ErrorCode::Forbidden);
    }
    let bob = app.sign_up("bob@example.org").await;
    assert_eq!(bob.put(&path, &body).await.code(), ErrorCode::NotFound);
    let nobody = app.anonymous();
    assert_eq!(
        nobody.put(&path, &body).await.code(),
        ErrorCode::Unauthenticated
    );
    for (wrong, field) in [
        (json!({"author": " "}), "/author"),
        (json!({"author": "a".repeat(61)}), "/author"),
        (json!({"author": "a\u{0}"}), "/author"),
        (json!({"author": "a\nb"}), "/author"),
        (
            json!({"author": "a", "tags": ["1", "2", "3", "4", "5", "6"]}),
            "/tags",
        ),
        (json!({"author": "a", "tags": [""]}), "/tags"),
    ] {
        let refused = ada.put(&path, wrong).await.problem();
        assert_eq!(refused.code, ErrorCode::InvalidField);
        assert_eq!(refused.field.as_deref(), Some(field));
    }
}

#[tokio::test]
async fn everybody_may_search_by_title_author_and_tag() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    for (title, text) in [("Lawyer", LAWYER), ("Chef", CHEF), ("Tutor", TUTOR)] {
        Prompt::public(&ada, title, text).await;
    }
    let found = async |words: &str| -> PublicList {
        let path = format!("/api/v1/public/prompts?q={words}");
        app.anonymous().get(&path).await.ok().json()
    };
    assert_eq!(found("").await.total, 3);
    assert_eq!(found("LAW%20ada").await.total, 3, "a tag and the author");
    let one = found("chef").await;
    assert_eq!((one.total, one.items[0].slug.as_str()), (1, "chef"));
    assert_eq!(found("chef%20tutor").await.total, 0);
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (lawyer, _) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let nobody = app.anonymous();
    for path in ["/api/v1/leaderboard", "/api/v1/public/prompts/lawyer"] {
        let first = nobody.get(path).await.ok();
        assert_eq!(
            first.header("cache-control"),
            "public, max-age=0, s-maxage=10"
        );
        let known = nobody
            .request(Method::GET, path)
            .header("if-none-match", first.header("etag"));
        let again = nobody.send(known).await;
        assert_eq!(
            (again.status, again.body.len()),
            (StatusCode::NOT_MODIFIED, 0)
        );
    }
    lawyer.take_back().await;
    assert_eq!(board(&app, "").await.public, 0, "not from the cache");
    let wrong = nobody.get("/api/v1/leaderboard?window=90d").await;
    assert_eq!(wrong.code(), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_server_without_public_prompts_has_an_empty_board() {
    let app = TestApp::start().await;
    let view = board(&app, "window=all&formula=classic").await;
    assert_eq!(
        (view.entries.len(), view.public, view.counted_at),
        (0, 0, None)
    );
    assert_eq!(view.rules.version, "classic-1");
    count(&app).await;
    assert_eq!(board(&app, "").await.counted_at, Some(app.state.now()));
}
