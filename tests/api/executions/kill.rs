//! The real program, killed at several points of an execution: none is lost, and none is charged twice.

use super::{detail, reread, start};
use diesel::RunQueryDsl;
use krowoc_server::both;
use krowoc_server::store::{DatabaseUrl, Store, StoreError, StoreOptions, Tx};
use krowoc_shared::execution::Provider;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{
    BudgetView, Cost, ExecutionPage, ExecutionState, ExecutionView, Started, UsageReport,
};
use krowoc_tests::Caller;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::program::Program;
use krowoc_tests::provider::{ProviderServer, Script};
use serde_json::json;
use std::collections::BTreeSet;

const NAME: &str = "gpt-4o-mini";
/// The person's key; must never be seen again.
const PLANTED: &str = "sk-planted-5520-in-a-killed-server";
const EMAIL: &str = "a@example.org";

struct Site {
    database: TestDatabase,
    provider: ProviderServer,
    server: Program,
    person: Caller,
}

fn request() -> serde_json::Value {
    json!({"text": "x", "models": [format!("openai/{NAME}")]})
}

impl Site {
    async fn new() -> Self {
        let database = TestDatabase::migrated(&Backend::of_environment()).unwrap();
        let provider = ProviderServer::start();
        let server = program(&database, &provider);
        let person = Caller::new(server.address);
        person.sign_up(EMAIL).await;
        let url = provider.base_url(Provider::Openai);
        let key = json!({"provider": "openai", "key": PLANTED, "base_url": url});
        person.post("/api/v1/provider-keys", key).await.ok();
        Self {
            database,
            provider,
            server,
            person,
        }
    }

    /// Kills the server; starts another one on the same database, at a time when the leases of the first one have run out.
    async fn kill_and_start(&mut self) {
        self.server.kill();
        if matches!(self.database.url, DatabaseUrl::Postgres(_)) {
            let url = self.database.url.clone();
            let opened = move || Store::open(&url, StoreOptions::default());
            let store = tokio::task::spawn_blocking(opened).await.unwrap().unwrap();
            let sql = "UPDATE execution SET lease_until = 1 WHERE lease_until IS NOT NULL";
            let expire = move |tx: &mut Tx<'_>| {
                both!(tx.conn(), |c| diesel::sql_query(sql).execute(c))?;
                Ok::<_, StoreError>(())
            };
            store.write(expire).await.unwrap();
        }
        self.server = program(&self.database, &self.provider);
        self.person = Caller::new(self.server.address);
        let answer = self.person.sign_in(EMAIL, PASSWORD).await;
        assert!(answer.status.is_success(), "{}", answer.text());
    }

    /// The execution of a run, once it has ended.
    async fn end(&self, started: &Started) -> (ExecutionView, String) {
        let mut events = reread(&self.person, started, "").await;
        let (done, _) = events.rest().await.only();
        let whole = detail(&self.person, done.id).await;
        (whole.view, whole.output)
    }

    /// Everything that was charged is what the executions say, once each; nothing is held.
    async fn check(&self, executions: usize) -> Vec<ExecutionView> {
        let page: ExecutionPage = self.person.get("/api/v1/executions").await.ok().json();
        let report: UsageReport = self.person.get("/api/v1/usage").await.ok().json();
        let budget: BudgetView = self.person.get("/api/v1/budget").await.ok().json();
        assert_eq!(page.executions.len(), executions);
        assert_eq!(report.total.executions, executions as u64);
        let cost = |view: &ExecutionView| match view.cost {
            Cost::Exact(cost) | Cost::Estimated(cost) => cost,
            other => panic!("{other:?}"),
        };
        let sum: NanoUsd = page.executions.iter().map(cost).sum();
        assert_eq!((budget.spent, report.total.cost), (sum, sum));
        assert_eq!(budget.reserved, NanoUsd::ZERO);
        page.executions
    }
}

fn program(database: &TestDatabase, provider: &ProviderServer) -> Program {
    let allowed = provider.allowed();
    Program::start(database, &["--allowed-provider-hosts", &allowed])
}

fn classes(view: &ExecutionView) -> Vec<Option<FailureClass>> {
    let attempts = view.attempts.iter();
    attempts
        .map(|it| it.failure.as_ref().map(|failure| failure.class))
        .collect()
}

#[tokio::test]
async fn killed_before_the_answer_began_it_is_asked_again_and_charged_once() {
    let mut site = Site::new().await;
    site.provider.script(NAME, "hang");
    let started = start(&site.person, request()).await;
    site.provider.until(|seen| seen.len() == 1).await;
    site.provider.script(NAME, "chunks=3");
    site.kill_and_start().await;
    let (done, text) = site.end(&started).await;
    assert_eq!(done.state, ExecutionState::Completed);
    assert_eq!(text, "słowo0 słowo1 słowo2 ");
    assert_eq!(classes(&done), [Some(FailureClass::Network), None]);
    site.check(1).await;
}

#[tokio::test]
async fn killed_in_an_answer_that_was_kept_it_ends_cut_and_is_not_asked_again() {
    let mut site = Site::new().await;
    site.provider.script(NAME, "gate");
    let started = start(&site.person, request()).await;
    site.provider.open(3);
    let id = started.executions[0].id;
    let mut kept = String::new();
    while kept.is_empty() {
        // As another server would find it: what is in memory alone is not asked for.
        let page: ExecutionPage = site.person.get("/api/v1/executions").await.ok().json();
        if page.executions[0].state == ExecutionState::Running {
            kept = detail(&site.person, id).await.output;
        }
    }
    site.kill_and_start().await;
    let (done, text) = site.end(&started).await;
    assert_eq!(done.state, ExecutionState::Truncated, "{done:?}");
    assert!(text.starts_with(&kept) && Script::default().text().starts_with(&text));
    assert!(matches!(done.cost, Cost::Estimated(cost) if cost > NanoUsd::ZERO));
    assert_eq!(site.provider.seen().len(), 1);
    site.check(1).await;
}

#[tokio::test]
async fn killed_while_it_waits_for_its_next_attempt_it_is_made_at_its_time() {
    let mut site = Site::new().await;
    site.provider.script(NAME, "status=429.times=1.retry=2");
    let started = start(&site.person, request()).await;
    site.provider
        .until(|seen| seen.iter().any(|it| it.finished))
        .await;
    site.kill_and_start().await;
    let (done, text) = site.end(&started).await;
    assert_eq!(done.state, ExecutionState::Completed, "{done:?}");
    assert_eq!(text, Script::default().text());
    site.check(1).await;
}

#[tokio::test]
async fn killed_wherever_many_are_none_is_lost_and_none_is_charged_twice() {
    let mut site = Site::new().await;
    site.provider.script(NAME, "gate.chunks=4");
    let mut accepted: Vec<Started> = Vec::new();
    for round in 0..3 {
        for _ in 0..6 {
            accepted.push(start(&site.person, request()).await);
        }
        // Some have ended, some are in their text, some have none yet; which of them is chance, and all may be.
        site.provider.open(17);
        let first = &accepted[round * 6];
        if round > 0 {
            let _ = reread(&site.person, first, "").await.next().await;
        }
        if round == 2 {
            site.provider.script(NAME, "chunks=4");
        }
        site.kill_and_start().await;
    }
    site.provider.open(10_000);
    let mut ended = BTreeSet::new();
    for started in &accepted {
        let (done, text) = site.end(started).await;
        assert!(done.state.is_final());
        match done.state {
            ExecutionState::Completed => assert_eq!(text, "słowo0 słowo1 słowo2 słowo3 "),
            ExecutionState::Truncated => assert!(!text.is_empty()),
            ExecutionState::Failed => assert_eq!(done.attempts.len(), 3, "{done:?}"),
            other => panic!("{other:?}"),
        }
        ended.insert(done.id);
    }
    assert_eq!(ended.len(), 18);
    site.check(18).await;
    let logged = site.server.logged();
    assert!(
        !logged.is_empty() && !logged.contains(PLANTED),
        "a key was logged"
    );
}
