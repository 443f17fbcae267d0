//! Copies in people's libraries, and texts that are nearly the same as an earlier public one.

use super::{CHEF, LAWYER, Prompt, board, count, fork, order, read, server};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::leaderboard::wire::{Based, PublicationView};
use krowoc_shared::library::document::Field;
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::Written;
use krowoc_tests::{TestApp, ops};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_copy_is_a_draft_of_ones_own_that_says_who_made_it_and_where() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    lawyer.write("Act as a judge, in secret").await;
    let copy = fork(&bob, "192.0.2.1", &slug).await.document;
    assert_eq!((copy.title(), copy.body.text.as_str()), ("Lawyer", LAWYER));
    assert_eq!(copy.lifecycle.status(), Status::Draft);
    assert_eq!(copy.present_tags().collect::<Vec<_>>(), ["law", "work"]);
    let kept: Value = bob.get("/api/v1/account/export").await.ok().json();
    assert_eq!(kept["copies"][0]["document"], json!(copy.id));
    let source = copy.value(Field::Source);
    assert_eq!(source["author"], "Ada");
    assert!(source["url"].as_str().unwrap().ends_with("/p/lawyer"));
    lawyer.take_back().await;
    let path = format!("/api/v1/library/{}", copy.id);
    let kept: Value = bob.get(&path).await.ok().json();
    assert_eq!(kept["document"]["body"]["text"], LAWYER);
    let gone = bob
        .post("/api/v1/public/prompts/lawyer/fork", json!({}))
        .await;
    assert_eq!(gone.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_repeated_request_makes_one_copy_and_a_device_may_take_one() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let (device, _) = bob.connect_device("Laptop").await;
    let path = format!("/api/v1/public/prompts/{slug}/fork");
    let body = json!({"op_id": ops::op_id(), "id": ops::doc_id()});
    let mut made = Vec::new();
    for _ in 0..2 {
        let answer = device.post(&path, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        made.push(answer.json::<Written>().document);
    }
    assert_eq!(made[0], made[1]);
    let list: Value = bob.get("/api/v1/library").await.ok().json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let (program, _) = bob.program(&["library:read"]).await;
    assert_eq!(
        program.post(&path, json!({})).await.code(),
        ErrorCode::MissingScope
    );
}

#[tokio::test]
async fn what_is_nearly_the_same_text_names_the_first_and_has_no_place() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    app.advance(1_000);
    let near = LAWYER.to_uppercase().replace("COMPANIES", "COMPANIES,");
    let (copy, of_copy) = Prompt::public(&bob, "My lawyer", &near).await;
    assert_eq!(order(&app, "").await, [slug.as_str()]);
    assert_eq!(read(&app, &of_copy).await.first.as_deref(), Some("lawyer"));
    let view: PublicationView = bob.get(&copy.path("/publication")).await.ok().json();
    assert_eq!(view.first.as_deref(), Some("lawyer"));
    count(&app).await;
    assert_eq!(
        order(&app, "").await,
        [slug.as_str()],
        "also as the job sees it"
    );
    lawyer.take_back().await;
    assert_eq!(order(&app, "").await, [of_copy.as_str()]);
    assert_eq!(read(&app, &of_copy).await.first, None);
    lawyer.make_public("Ada").await.ok();
    count(&app).await;
    assert_eq!(order(&app, "").await, [slug], "it was first");
}

#[tokio::test]
async fn a_public_prompt_that_becomes_a_copy_of_another_is_found_by_the_job() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    Prompt::public(&ada, "Lawyer", LAWYER).await;
    app.advance(1_000);
    let (chef, _) = Prompt::public(&bob, "Chef", CHEF).await;
    count(&app).await;
    assert_eq!(board(&app, "").await.entries.len(), 2);
    chef.write(LAWYER).await;
    chef.publish().await;
    count(&app).await;
    assert_eq!(order(&app, "").await, ["lawyer"]);
}

#[tokio::test]
async fn an_elder_prompt_that_takes_over_a_text_is_the_copy_of_the_one_that_had_it() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (chef, of_chef) = Prompt::public(&ada, "Chef", CHEF).await;
    app.advance(1_000);
    let (_, lawyer) = Prompt::public(&bob, "Lawyer", LAWYER).await;
    app.advance(1_000);
    chef.write(LAWYER).await;
    chef.publish().await;
    count(&app).await;
    assert_eq!(order(&app, "").await, [lawyer.as_str()]);
    assert_eq!(read(&app, &of_chef).await.first, Some(lawyer));
    // A text that is mended stays as old as it was.
    chef.write(&format!("{CHEF}.")).await;
    chef.publish().await;
    chef.make_public("Ada").await.ok();
    assert_eq!(read(&app, &of_chef).await.first, None);
}

#[tokio::test]
async fn a_first_that_nobody_can_read_any_more_keeps_nobody_off_the_board() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let root = app.sign_up("root@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    app.advance(1_000);
    let (_, of_copy) = Prompt::public(&bob, "My lawyer", LAWYER).await;
    let turn = async |path: &str| {
        ada.post(&lawyer.path(path), json!({})).await.ok();
        count(&app).await;
    };
    turn("/archive").await;
    assert_eq!(order(&app, "").await, [of_copy.as_str()]);
    turn("/unarchive").await;
    assert_eq!(order(&app, "").await, [slug.as_str()]);
    let view: PublicationView = ada.get(&lawyer.path("/publication")).await.ok().json();
    let id = view.id;
    let decision = format!("/api/v1/admin/publications/{id}/decision");
    let hide = json!({"verdict": "hide", "note": ""});
    root.post(&decision, hide).await.ok();
    assert_eq!(read(&app, &of_copy).await.first, None, "at once");
    count(&app).await;
    assert_eq!(order(&app, "").await, [of_copy]);
}

#[tokio::test]
async fn many_of_one_title_have_an_address_each() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let mut slugs = Vec::new();
    for number in 0..6 {
        let text = format!("{number} {LAWYER} {}", CHEF.repeat(number));
        slugs.push(Prompt::public(&ada, "Lawyer", &text).await.1);
    }
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), 6);
    assert!(slugs.iter().all(|slug| slug.starts_with("lawyer")));
}

/// What the copy is based on, for everybody and for its owner alike, and the page that says so.
async fn based(app: &TestApp, copy: &Prompt<'_>, slug: &str) -> (Option<Based>, String) {
    let read = read(app, slug).await.based;
    let own = copy.person.get(&copy.path("/publication")).await;
    assert_eq!(own.ok().json::<PublicationView>().based, read);
    let page = app.anonymous().get(&format!("/p/{slug}")).await;
    (read, page.ok().text())
}

#[tokio::test]
async fn what_was_made_of_a_copy_says_what_it_is_based_on() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let root = app.sign_up("root@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer <1>", LAWYER).await;
    assert_eq!(read(&app, &slug).await.based, None, "it is no copy");
    let copy = Prompt {
        person: &bob,
        id: fork(&bob, "192.0.2.1", &slug).await.document.id,
    };
    copy.write(CHEF).await;
    copy.publish().await;
    let view: PublicationView = copy.make_public("Bob").await.ok().json();
    let (on, page) = based(&app, &copy, &view.slug).await;
    let original = Based {
        title: "Lawyer <1>".to_owned(),
        author: Some("Ada".to_owned()),
        slug: Some(slug.clone()),
    };
    assert_eq!(on, Some(original.clone()));
    let link =
        format!("Based on <a class=\"plain\" href=\"/p/{slug}\">Lawyer &lt;1&gt;</a> by Ada");
    assert!(page.contains(&link), "{page}");
    // What nobody can read any more: the title that everybody could read, and nothing that came later.
    lawyer.take_back().await;
    let private = json!({"set": {"title": "For one client"}});
    ada.patch(&lawyer.path(""), private).await.ok();
    lawyer.write("Act as a judge").await;
    lawyer.publish().await;
    let (on, page) = based(&app, &copy, &view.slug).await;
    let title = Based {
        author: None,
        slug: None,
        ..original
    };
    assert_eq!(on, Some(title));
    let gone = "Based on Lawyer &lt;1&gt;, which is not public any more";
    assert!(page.contains(gone) && !page.contains("Ada"), "{page}");
    let again: PublicationView = lawyer.make_public("Ada").await.ok().json();
    let (on, _) = based(&app, &copy, &view.slug).await;
    assert_eq!(on.map(|it| it.title).as_deref(), Some("For one client"));
    let decision = format!("/api/v1/admin/publications/{}/decision", again.id);
    let hide = json!({"verdict": "hide", "note": ""});
    root.post(&decision, hide).await.ok();
    let (on, page) = based(&app, &copy, &view.slug).await;
    assert_eq!(on, None, "what is hidden is named nowhere");
    assert!(!page.contains("Based on"));
}
