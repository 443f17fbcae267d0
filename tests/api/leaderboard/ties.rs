//! Who has a part in a prompt of a team: whoever was in the team since it was public, whatever they said and ran, and whenever.

use super::{DAY, LAWYER, board, count, fork, ran, run, server, standing, user, vote, write};
use krowoc_shared::access::Role;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::leaderboard::wire::{MyVotes, Tie, VoteView};
use krowoc_shared::leaderboard::{Counts, Window};
use krowoc_shared::library::wire::Written;
use krowoc_tests::teams::Team;
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

const SLUG: &str = "lawyer";

/// A team with a published prompt that is not public yet.
struct Firm {
    app: TestApp,
    owner: Caller,
    team: Team,
    prompt: Written,
}

impl Firm {
    async fn open() -> Self {
        let app = server().await;
        let owner = app.sign_up("owner@example.org").await;
        let team = Team::of(&owner, "Firm").await;
        let path = format!("/api/v1/library?space={}", team.id);
        let body = json!({"kind": "prompt", "set": {"title": "Lawyer"}, "body": LAWYER});
        let prompt: Written = owner.post(&path, body).await.ok().json();
        let this = Self {
            app,
            owner,
            team,
            prompt,
        };
        let publish = json!({"body_rev": this.prompt.document.body.rev});
        this.owner.post(&this.path("/publish"), publish).await.ok();
        this
    }

    fn path(&self, rest: &str) -> String {
        let id = self.prompt.document.id;
        format!("/api/v1/library/{id}{rest}?space={}", self.team.id)
    }

    async fn make_public(&self) {
        self.app.advance(1);
        self.owner
            .put(&self.path("/publication"), json!({}))
            .await
            .ok();
    }

    async fn joins(&self, caller: &Caller) {
        self.team.enrol(&self.app, caller, Role::Editor).await;
    }

    async fn leaves(&self, caller: &Caller) {
        let path = self.team.path("/membership");
        caller.delete(&path).await.ok();
    }

    async fn counts(&self) -> Counts {
        count(&self.app).await;
        board(&self.app, "window=all").await.entries[0].counts
    }
}

async fn votes(caller: &Caller) -> MyVotes {
    caller.get("/api/v1/votes").await.ok().json()
}

async fn own_vote(caller: &Caller) -> VoteView {
    let path = format!("/api/v1/public/prompts/{SLUG}/vote");
    caller.get(&path).await.ok().json()
}

#[tokio::test]
async fn whoever_was_in_the_team_since_the_prompt_was_public_does_not_judge_it() {
    let firm = Firm::open().await;
    let early = firm.app.sign_up("early@example.org").await;
    let late = firm.app.sign_up("late@example.org").await;
    let removed = firm.app.sign_up("removed@example.org").await;
    for caller in [&early, &late, &removed] {
        firm.joins(caller).await;
    }
    firm.leaves(&early).await;
    firm.make_public().await;
    let inside = vote(&late, "192.0.2.1", SLUG, Some("up")).await.problem();
    assert_eq!(inside.detail.as_deref(), Some(Tie::Team.why()));
    firm.leaves(&late).await;
    let path = format!("/members/{}", user(&removed).await);
    firm.owner.delete(&firm.team.path(&path)).await.ok();
    for caller in [&late, &removed] {
        let refused = vote(caller, "192.0.2.1", SLUG, Some("up")).await.problem();
        assert_eq!(refused.code, ErrorCode::Forbidden);
        assert_eq!(refused.detail.as_deref(), Some(Tie::Former.why()));
        assert_eq!(votes(caller).await.ties[SLUG], Tie::Former);
        assert!(!own_vote(caller).await.counts);
    }
    assert_eq!(votes(&firm.owner).await.ties[SLUG], Tie::Team);
    // Who went before anybody could read it counts like anybody else.
    assert!(votes(&early).await.ties.is_empty());
    vote(&early, "192.0.2.2", SLUG, Some("up")).await.ok();
    assert!(own_vote(&early).await.counts);
    assert_eq!(firm.counts().await.up, 1);
    // Who comes back is a member again, and nothing else.
    firm.joins(&late).await;
    assert_eq!(votes(&late).await.ties[SLUG], Tie::Team);
}

#[tokio::test]
async fn what_was_said_before_joining_counts_until_then_and_never_again() {
    let firm = Firm::open().await;
    firm.make_public().await;
    let guest = firm.app.sign_up("guest@example.org").await;
    let reader = firm.app.sign_up("reader@example.org").await;
    vote(&guest, "192.0.2.1", SLUG, Some("up")).await.ok();
    vote(&reader, "192.0.2.2", SLUG, Some("down")).await.ok();
    assert!(own_vote(&guest).await.counts);
    let found = firm.counts().await;
    assert_eq!((found.up, found.down), (1, 1));
    firm.joins(&guest).await;
    assert_eq!(firm.counts().await.up, 0, "one of them now");
    firm.leaves(&guest).await;
    assert_eq!(firm.counts().await.up, 0, "one of them then");
    // It is theirs to take back all the same.
    vote(&guest, "192.0.2.1", SLUG, None).await.ok();
    let again = vote(&guest, "192.0.2.1", SLUG, Some("up")).await;
    assert_eq!(again.code(), ErrorCode::Forbidden);
    let found = firm.counts().await;
    assert_eq!((found.up, found.down), (0, 1));
}

#[tokio::test]
async fn runs_of_whoever_was_in_the_team_count_in_no_hour_and_no_window() {
    let firm = Firm::open().await;
    firm.make_public().await;
    let guest = firm.app.sign_up("guest@example.org").await;
    let reader = firm.app.sign_up("reader@example.org").await;
    let (of_guest, of_reader) = (
        fork(&guest, "192.0.2.1", SLUG).await,
        fork(&reader, "192.0.2.2", SLUG).await,
    );
    let (guest_id, reader_id) = (user(&guest).await, user(&reader).await);
    let runs = async || {
        let now = firm.app.state.now();
        let runs = [(guest_id, &of_guest), (reader_id, &of_reader)];
        let runs = runs.map(|(user, copy)| run(user, copy, now));
        ran(&firm.app, runs.to_vec()).await;
    };
    let counted = async || {
        let found = firm.counts().await;
        let hours = board(&firm.app, "").await.entries.remove(0).hours;
        (found.runs, found.executors, hours.iter().sum::<u64>())
    };
    runs().await;
    assert_eq!(counted().await, (2, 2, 2));
    firm.joins(&guest).await;
    runs().await;
    assert_eq!(counted().await, (2, 1, 2), "of the reader alone");
    firm.leaves(&guest).await;
    runs().await;
    assert_eq!(counted().await, (3, 1, 3));
}

#[tokio::test]
async fn counting_again_without_its_rows_leaves_the_same_for_a_team_that_somebody_left() {
    let firm = Firm::open().await;
    firm.make_public().await;
    let guest = firm.app.sign_up("guest@example.org").await;
    let reader = firm.app.sign_up("reader@example.org").await;
    let copy = fork(&guest, "192.0.2.1", SLUG).await;
    ran(
        &firm.app,
        vec![run(user(&guest).await, &copy, firm.app.state.now())],
    )
    .await;
    for (caller, address) in [(&guest, "192.0.2.1"), (&reader, "192.0.2.2")] {
        vote(caller, address, SLUG, Some("up")).await.ok();
    }
    firm.joins(&guest).await;
    firm.leaves(&guest).await;
    count(&firm.app).await;
    let rows = standing(&firm.app).await;
    assert_eq!(rows.len(), Window::ALL.len());
    assert_eq!(count(&firm.app).await.changed, 0);
    write(&firm.app, "DELETE FROM standing").await.unwrap();
    count(&firm.app).await;
    assert_eq!(standing(&firm.app).await, rows);
    // A day later what is told of the day before says the same of who counts.
    firm.app.advance(DAY);
    assert_eq!(firm.counts().await.up, 1);
}
