//! Runs in parallel against a ceiling, over HTTP and with the real program: two of them on PostgreSQL, the one that a SQLite file may
//! have.

use super::start;
use futures_util::future::join_all;
use krowoc_server::store::DatabaseUrl;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::Provider;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{BudgetView, Cost, ExecutionPage};
use krowoc_tests::Caller;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::program::Program;
use krowoc_tests::provider::ProviderServer;
use serde_json::{Value, json};

const NAME: &str = "gpt-4o-mini";
const EMAIL: &str = "a@example.org";
/// Runs that begin at once.
const RUNS: usize = 40;
/// Runs that fit below the ceiling.
const FIT: usize = 7;

/// Every token that may come does: the provider answers as many pieces as are allowed.
fn request() -> Value {
    json!({"text": "x", "models": [format!("openai/{NAME}")], "parameters": {"max_output_tokens": 20}})
}

#[tokio::test]
async fn runs_in_parallel_on_every_server_of_a_database_never_pass_the_ceiling() {
    let database = TestDatabase::migrated(&Backend::of_environment()).unwrap();
    let provider = ProviderServer::start();
    let allowed = provider.allowed();
    let begin = || Program::start(&database, &["--allowed-provider-hosts", &allowed]);
    let servers = match database.url {
        DatabaseUrl::Sqlite(_) => vec![begin()],
        DatabaseUrl::Postgres(_) => vec![begin(), begin()],
    };
    let people: Vec<Caller> = servers.iter().map(|it| Caller::new(it.address)).collect();
    people[0].sign_up(EMAIL).await;
    for person in &people[1..] {
        person.sign_in(EMAIL, PASSWORD).await.ok();
    }
    let url = provider.base_url(Provider::Openai);
    let key = json!({"provider": "openai", "key": "sk-1", "base_url": url});
    people[0].post("/api/v1/provider-keys", key).await.ok();
    provider.script(NAME, "gate.chunks=20");
    let first = start(&people[0], request()).await;
    let one = first.executions[0].reserved;
    assert!(one > NanoUsd::ZERO);
    let ceiling = NanoUsd(one.0 * i64::try_from(FIT).unwrap() + one.0 / 2);
    let budget = json!({"ceiling": ceiling});
    people[0].put("/api/v1/budget", budget).await.ok();
    let runs = (0..RUNS).map(|number| {
        let person = &people[number % people.len()];
        person.post("/api/v1/executions", request())
    });
    let answers = join_all(runs).await;
    let begun = answers.iter().filter(|it| it.status == 202).count();
    let refused = answers.iter().filter(|it| it.status != 202);
    assert!(
        refused
            .map(|it| it.code())
            .all(|code| code == ErrorCode::BudgetReached)
    );
    // None has ended, so that exactly as many began as fit beside the first.
    assert_eq!(begun, FIT - 1);
    provider.open(100_000);
    let open = async || -> usize {
        let page: ExecutionPage = people[0].get("/api/v1/executions").await.ok().json();
        let open = page.executions.iter().filter(|it| !it.state.is_final());
        open.count()
    };
    while open().await > 0 {}
    let page: ExecutionPage = people[0].get("/api/v1/executions").await.ok().json();
    let costs = page.executions.iter().map(|it| match it.cost {
        Cost::Exact(cost) => cost,
        other => panic!("{other:?}"),
    });
    let sum: NanoUsd = costs.sum();
    let budget: BudgetView = people[0].get("/api/v1/budget").await.ok().json();
    assert_eq!((budget.spent, budget.reserved), (sum, NanoUsd::ZERO));
    assert!(budget.spent <= ceiling && page.executions.len() == FIT);
}
