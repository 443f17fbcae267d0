//! Public prompts: what everybody reads of them, votes, copies, runs, counting, moderation.

mod copies;
mod counting;
mod moderation;
mod pages;
mod public;
mod runs;
mod ties;
mod votes;

use krowoc_server::dashboards::rollup;
use krowoc_server::leaderboard::recompute;
use krowoc_server::store::statement::Statement;
use krowoc_server::store::{Conn, StoreError, Tx, standings};
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::ids::{DocId, ExecutionId, GroupId, Millis, UserId};
use krowoc_shared::leaderboard::wire::{BoardView, PublicPrompt, PublicationView, Recomputed};
use krowoc_shared::library::wire::Written;
use krowoc_tests::{Answer, Caller, Options, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// A text that is like no other of these tests.
const LAWYER: &str = "Act as a lawyer for small companies and explain what this contract asks of us, clause by clause: {{contract}}";
const CHEF: &str = "You are a chef with one pan. Propose three dinners from what is in the fridge today, cheapest first: {{fridge}}";
const TUTOR: &str = "Teach me the next chapter by asking questions only. Never give an answer before I have tried twice. Topic: {{topic}}";

/// A server behind a proxy that says where requests come from.
async fn server() -> TestApp {
    TestApp::start_with(Options {
        settings: vec![
            ("admin_emails", "root@example.org".to_owned()),
            ("trusted_proxies", "127.0.0.1".to_owned()),
        ],
        seed: None,
    })
    .await
}

/// A prompt of somebody.
struct Prompt<'a> {
    person: &'a Caller,
    id: DocId,
}

impl<'a> Prompt<'a> {
    async fn made(person: &'a Caller, title: &str, text: &str) -> Self {
        let body =
            json!({"kind": "prompt", "tags": ["mine"], "set": {"title": title}, "body": text});
        let made: Written = person.post("/api/v1/library", body).await.ok().json();
        Self {
            person,
            id: made.document.id,
        }
    }

    /// Made, published and public.
    async fn public(person: &'a Caller, title: &str, text: &str) -> (Self, String) {
        let prompt = Self::made(person, title, text).await;
        prompt.publish().await;
        let view: PublicationView = prompt.make_public("Ada").await.ok().json();
        (prompt, view.slug)
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/library/{}{rest}", self.id)
    }

    async fn body_rev(&self) -> u64 {
        let view: Value = self.person.get(&self.path("")).await.ok().json();
        view["document"]["body"]["rev"].as_u64().unwrap()
    }

    async fn publish(&self) {
        let body = json!({"body_rev": self.body_rev().await});
        self.person.post(&self.path("/publish"), body).await.ok();
    }

    async fn write(&self, text: &str) {
        let base_rev = self.body_rev().await;
        let body = json!({"body": {"base_rev": base_rev, "text": text}});
        self.person.patch(&self.path(""), body).await.ok();
    }

    async fn make_public(&self, author: &str) -> Answer {
        let body = json!({"author": author, "tags": ["law", "work"]});
        self.person.put(&self.path("/publication"), body).await
    }

    async fn take_back(&self) {
        self.person.delete(&self.path("/publication")).await.ok();
    }
}

/// Sends from an address.
async fn from(caller: &Caller, address: &str, method: Method, path: &str, body: Value) -> Answer {
    let request = caller
        .request(method, path)
        .header("x-forwarded-for", address);
    caller.send(request.json(&body)).await
}

/// Votes from an address of one's own; `None` takes the vote back.
async fn vote(caller: &Caller, address: &str, slug: &str, vote: Option<&str>) -> Answer {
    let path = format!("/api/v1/public/prompts/{slug}/vote");
    match vote {
        Some(vote) => from(caller, address, Method::PUT, &path, json!({"vote": vote})).await,
        None => from(caller, address, Method::DELETE, &path, json!({})).await,
    }
}

async fn fork(caller: &Caller, address: &str, slug: &str) -> Written {
    let path = format!("/api/v1/public/prompts/{slug}/fork");
    let answer = from(caller, address, Method::POST, &path, json!({})).await;
    answer.ok().json()
}

async fn board(app: &TestApp, query: &str) -> BoardView {
    let path = format!("/api/v1/leaderboard?{query}");
    app.anonymous().get(&path).await.ok().json()
}

async fn order(app: &TestApp, query: &str) -> Vec<String> {
    let entries = board(app, query).await.entries;
    entries.into_iter().map(|entry| entry.slug).collect()
}

async fn prompt(app: &TestApp, slug: &str) -> Answer {
    let path = format!("/api/v1/public/prompts/{slug}");
    app.anonymous().get(&path).await
}

async fn read(app: &TestApp, slug: &str) -> PublicPrompt {
    prompt(app, slug).await.ok().json()
}

async fn count(app: &TestApp) -> Recomputed {
    recompute::run(&app.state).await.unwrap()
}

async fn standing(app: &TestApp) -> standings::Standings {
    let read = app
        .state
        .store
        .read(|conn: &mut Conn| standings::all(conn, standings::Moment::Now));
    read.await.unwrap()
}

async fn write(app: &TestApp, sql: &'static str) -> Result<usize, StoreError> {
    let work = move |tx: &mut Tx<'_>| Statement::new(sql).execute(tx);
    app.state.store.write(work).await
}

/// A run as a test wants it.
#[derive(Clone, Debug)]
struct Run {
    user: UserId,
    at: Millis,
    prompt: DocId,
    version: u64,
    state: ExecutionState,
    /// The hash of where it was asked for from.
    network: Option<[u8; 16]>,
}

/// A completed run of a copy, as it was taken.
fn run(user: UserId, copy: &Written, at: Millis) -> Run {
    Run {
        user,
        at,
        prompt: copy.document.id,
        version: copy.document.body.rev,
        state: ExecutionState::Completed,
        network: None,
    }
}

/// Stores runs and lets the roll-ups see them, three minutes later.
async fn ran(app: &TestApp, runs: Vec<Run>) {
    let insert = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
        for (number, run) in (0_u8..).zip(&runs) {
            let id = ExecutionId::mint(run.at, [number; 10]);
            Statement::new(
                "INSERT INTO execution (id, account_id, group_id, place, prompt_id, version, title, model, tier, state, cost_state, cost, \
                 reserved, period, created_at, finished_at, latency_ms, attempts, correlation_id, request, network) \
                 VALUES (?, ?, ?, 0, ?, ?, 'A prompt', 'openai/a', 0, ?, 'exact', 1, 0, 202611, ?, ?, 5, '[]', 'c', '{}', ?)",
            )
            .bind(id.as_bytes())
            .bind(run.user.as_bytes())
            .bind(GroupId::mint(run.at, [number; 10]).as_bytes())
            .bind(run.prompt.as_bytes())
            .bind(i64::try_from(run.version).unwrap())
            .bind(run.state.as_str())
            .bind(run.at)
            .bind(run.at)
            .bind(run.network.map(|it| it.to_vec()))
            .execute(tx)?;
        }
        Ok(())
    };
    app.state.store.write(insert).await.unwrap();
    app.advance(3 * MINUTE);
    rollup::run(&app.state).await.unwrap();
}

async fn user(caller: &Caller) -> UserId {
    caller.session().await.user
}
