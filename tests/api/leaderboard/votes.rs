//! Votes: one an account, changed and taken back, of others' prompts, and not too many from one place.

use super::{CHEF, DAY, HOUR, LAWYER, Prompt, board, count, order, server, vote};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::leaderboard::wire::{MyVotes, Vote, VoteView};
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};

async fn votes(app: &TestApp, slug: &str) -> (u64, u64) {
    count(app).await;
    let entries = board(app, "window=all").await.entries;
    let entry = entries
        .into_iter()
        .find(|entry| entry.slug == slug)
        .unwrap();
    (entry.counts.up, entry.counts.down)
}

/// So many accounts.
async fn people(app: &TestApp, count: usize) -> Vec<Caller> {
    let mut people = Vec::new();
    for number in 0..count {
        people.push(app.sign_up(&format!("p{number}@example.org")).await);
    }
    people
}

#[tokio::test]
async fn an_account_has_one_vote_that_it_changes_and_takes_back() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let path = format!("/api/v1/public/prompts/{slug}/vote");
    let view = async || -> VoteView { bob.get(&path).await.ok().json() };
    assert_eq!(
        view().await,
        VoteView {
            vote: None,
            counts: true
        }
    );
    for (said, counted) in [
        (Some("up"), (1, 0)),
        (Some("up"), (1, 0)),
        (Some("down"), (0, 1)),
        (None, (0, 0)),
        (None, (0, 0)),
        (Some("up"), (1, 0)),
    ] {
        vote(&bob, "192.0.2.1", &slug, said).await.ok();
        assert_eq!(votes(&app, &slug).await, counted, "{said:?}");
    }
    assert_eq!(view().await.vote, Some(Vote::Up));
    let mine: MyVotes = bob.get("/api/v1/votes").await.ok().json();
    assert_eq!(
        mine.votes.into_iter().collect::<Vec<_>>(),
        [(slug, Vote::Up)]
    );
}

#[tokio::test]
async fn nobody_votes_for_their_own_prompt_nor_without_signing_in() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let own = vote(&ada, "192.0.2.1", &slug, Some("up")).await;
    assert_eq!(own.code(), ErrorCode::Forbidden);
    let nobody = vote(&app.anonymous(), "192.0.2.1", &slug, Some("up")).await;
    assert_eq!(nobody.code(), ErrorCode::Unauthenticated);
    let missing = vote(&ada, "192.0.2.1", "no-such-prompt", Some("up")).await;
    assert_eq!(missing.code(), ErrorCode::NotFound);
    assert_eq!(votes(&app, &slug).await, (0, 0));
}

#[tokio::test]
async fn votes_change_the_order_and_say_why() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, lawyer) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    app.advance(1_000);
    let (_, chef) = Prompt::public(&ada, "Chef", CHEF).await;
    assert_eq!(
        order(&app, "").await,
        [lawyer.clone(), chef.clone()],
        "the older first"
    );
    let bob = app.sign_up("bob@example.org").await;
    vote(&bob, "192.0.2.1", &chef, Some("up")).await.ok();
    count(&app).await;
    for formula in ["krowoc", "wilson", "classic"] {
        let query = format!("formula={formula}");
        assert_eq!(
            order(&app, &query).await,
            [chef.clone(), lawyer.clone()],
            "{formula}"
        );
        let first = board(&app, &query).await.entries.remove(0);
        assert!(first.score > 0);
        assert_eq!(
            first.parts.iter().map(|it| it.points).sum::<u32>(),
            first.score
        );
    }
    let wilson = board(&app, "formula=wilson").await;
    assert_eq!(
        wilson.entries[0].score, 206_543,
        "one vote for it, none against"
    );
}

#[tokio::test]
async fn of_one_network_three_accounts_an_hour_count_for_a_prompt() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let people = people(&app, 6).await;
    for person in &people[..5] {
        vote(person, "192.0.2.1", &slug, Some("up")).await.ok();
    }
    assert_eq!(votes(&app, &slug).await, (3, 0));
    vote(&people[4], "198.51.100.7", &slug, None).await.ok();
    vote(&people[4], "198.51.100.7", &slug, Some("up"))
        .await
        .ok();
    assert_eq!(votes(&app, &slug).await, (4, 0), "from elsewhere");
    app.advance(HOUR);
    for person in &people {
        person.refresh().await.ok();
    }
    vote(&people[5], "192.0.2.1", &slug, Some("up")).await.ok();
    assert_eq!(votes(&app, &slug).await, (5, 0), "in another hour");
}

#[tokio::test]
async fn a_vote_counts_for_a_day_a_week_and_in_all() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let bob = app.sign_up("bob@example.org").await;
    vote(&bob, "192.0.2.1", &slug, Some("up")).await.ok();
    for (days, expected) in [(0, [1, 1, 1]), (2, [0, 1, 1]), (6, [0, 0, 1])] {
        app.advance(days * DAY);
        count(&app).await;
        let mut found = Vec::new();
        for window in ["24h", "7d", "all"] {
            let view = board(&app, &format!("window={window}")).await;
            found.push(view.entries[0].counts.up);
        }
        assert_eq!(found, expected, "{days}");
    }
}

#[tokio::test]
async fn where_mail_is_sent_only_confirmed_accounts_count_and_publish() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let ada = app.sign_up("ada@example.org").await;
    let lawyer = Prompt::made(&ada, "Lawyer", LAWYER).await;
    lawyer.publish().await;
    let refused = lawyer.make_public("Ada").await;
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    let confirm = async |token: String| {
        let body = json!({"token": token});
        app.anonymous()
            .post("/api/v1/email/verify", body)
            .await
            .ok();
    };
    confirm(inbox.only(&app).await.token()).await;
    lawyer.make_public("Ada").await.ok();
    let bob = app.sign_up("bob@example.org").await;
    let path = "/api/v1/public/prompts/lawyer/vote";
    let view: VoteView = bob.put(path, json!({"vote": "up"})).await.ok().json();
    assert!(!view.counts);
    assert_eq!(votes(&app, "lawyer").await, (0, 0));
    confirm(inbox.only(&app).await.token()).await;
    assert_eq!(
        votes(&app, "lawyer").await,
        (1, 0),
        "what was said before counts from now on"
    );
}

#[tokio::test]
async fn no_address_is_kept_and_the_key_to_its_hash_is_dropped_after_two_days() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let bob = app.sign_up("bob@example.org").await;
    vote(&bob, "192.0.2.1", &slug, Some("up")).await.ok();
    let keys = "UPDATE network_key SET day = day";
    count(&app).await;
    assert_eq!(super::write(&app, keys).await.unwrap(), 1);
    app.advance(2 * DAY);
    count(&app).await;
    assert_eq!(super::write(&app, keys).await.unwrap(), 0);
    let kept = "DELETE FROM vote_event WHERE length(network) <> 16";
    assert_eq!(super::write(&app, kept).await.unwrap(), 0);
}

#[tokio::test]
async fn what_somebody_made_public_and_said_of_prompts_is_in_the_download_of_their_account() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    vote(&bob, "192.0.2.1", &slug, Some("up")).await.ok();
    vote(&bob, "192.0.2.1", &slug, None).await.ok();
    let all =
        async |caller: &Caller| -> Value { caller.get("/api/v1/account/export").await.ok().json() };
    let (of_ada, of_bob) = (all(&ada).await, all(&bob).await);
    assert_eq!(of_ada["publications"][0]["slug"], "lawyer");
    assert_eq!(of_ada["votes"], json!([]));
    let said: Vec<_> = of_bob["votes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["vote"])
        .collect();
    assert_eq!(said, [&json!("up"), &json!(null)]);
    assert!(
        !of_bob.to_string().contains("network"),
        "no trace of an address"
    );
}

#[tokio::test]
async fn a_vote_can_be_changed_only_so_often_in_an_hour() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let turns = [Some("up"), Some("down")];
    for said in turns.into_iter().cycle().take(120) {
        vote(&bob, "192.0.2.1", &slug, said).await.ok();
    }
    // The same again is no change.
    vote(&bob, "192.0.2.1", &slug, Some("down")).await.ok();
    let refused = vote(&bob, "192.0.2.1", &slug, None).await;
    assert_eq!(refused.code(), ErrorCode::RateLimited);
    assert_eq!(refused.problem().retry_after, Some(30));
    assert_eq!(votes(&app, &slug).await, (0, 1));
    app.advance(30_000);
    vote(&bob, "192.0.2.1", &slug, None).await.ok();
    assert_eq!(votes(&app, &slug).await, (0, 0));
}
