//! A server with public prompts, copies of them, and many people who ran those and voted. Not the measuring.

use super::support::Numbers;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::dashboards::rollup;
use krowoc_server::store::statement::Statement;
use krowoc_server::store::{Conn, StoreError, Tx};
use krowoc_shared::exchange;
use krowoc_shared::ids::{DocId, ExecutionId, GroupId, Millis, UserId};
use krowoc_shared::leaderboard::wire::PublicationView;
use krowoc_shared::library::wire::Written;
use krowoc_tests::clock::{BEGIN, TestClock};
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::json;
use std::sync::Arc;

const DAY: Millis = 86_400_000;
/// Runs are spread over so many days.
const DAYS: Millis = 180;
/// People who vote.
const PEOPLE: usize = 20_000;
/// Those of them who run as well.
const RUNNERS: usize = 5_000;
/// Votes for ten runs.
const VOTES: usize = 2;
/// Rows of one statement.
const ROWS: usize = 50;

/// A copy that somebody runs: what a run counts by.
#[derive(Clone, Copy)]
struct Copy {
    doc: DocId,
    rev: i64,
    /// Whose it is, among the people.
    owner: usize,
}

/// The server with what it holds.
pub struct World {
    pub app: TestApp,
    publications: Vec<Vec<u8>>,
    copies: Vec<Copy>,
    people: Vec<UserId>,
}

/// Titles and texts: of the file after `--data`, or made up.
fn texts(count: usize) -> Vec<(String, String)> {
    let args: Vec<String> = std::env::args().collect();
    let at = args.iter().position(|arg| arg == "--data");
    let Some(path) = at.and_then(|at| args.get(at + 1)) else {
        let mut numbers = Numbers(5);
        let made = (0..count).map(|_| (numbers.words(4), numbers.words(90)));
        return made.collect();
    };
    let bytes = std::fs::read(path).expect("a file of prompts");
    let report = exchange::import(path, &bytes).expect("prompts");
    let items = report.items.into_iter().take(count);
    items.map(|item| (item.title, item.body)).collect()
}

async fn server(backend: &Backend) -> TestApp {
    let database = TestDatabase::migrated(backend).expect("a database");
    let options = Options {
        settings: vec![
            ("log_level", "warn".to_owned()),
            ("workers", "2".to_owned()),
            ("database_connections", "8".to_owned()),
        ],
        seed: None,
    };
    let clock = Arc::new(TestClock::default());
    let app = TestApp::on(database.url.clone(), clock, options).await;
    let mut app = app.expect("a server");
    app.database = Some(database);
    app
}

/// A new prompt, published and public: its id and its name in addresses.
async fn publish(author: &Caller, title: &str, text: &str) -> (Vec<u8>, String) {
    let body = json!({"kind": "prompt", "set": {"title": title}, "body": text});
    let made: Written = author.post("/api/v1/library", body).await.ok().json();
    let path = format!("/api/v1/library/{}", made.document.id);
    let body = json!({"body_rev": made.document.body.rev});
    author.post(&format!("{path}/publish"), body).await.ok();
    let body = json!({"author": "Bench", "tags": ["bench"]});
    let public = author.put(&format!("{path}/publication"), body).await.ok();
    let public: PublicationView = public.json();
    (public.id.as_bytes().to_vec(), public.slug)
}

/// A copy of it, which is somebody's.
async fn copy(reader: &Caller, slug: &str, owner: usize) -> Copy {
    let path = format!("/api/v1/public/prompts/{slug}/fork");
    let taken: Written = reader.post(&path, json!({})).await.ok().json();
    Copy {
        doc: taken.document.id,
        rev: i64::try_from(taken.document.body.rev).expect("a revision"),
        owner,
    }
}

fn bytes(numbers: &mut Numbers) -> [u8; 10] {
    let [a, b, c, d, e, f, g, h] = numbers.next().to_be_bytes();
    let [i, j, ..] = numbers.next().to_be_bytes();
    [a, b, c, d, e, f, g, h, i, j]
}

/// Where somebody is at home.
fn network_of(owner: usize) -> Vec<u8> {
    let number = u64::try_from(owner).expect("a number");
    [number.to_be_bytes(), [0; 8]].concat()
}

/// A number below `end`; small ones are more frequent.
fn skewed(numbers: &mut Numbers, end: usize) -> usize {
    let uniform = (numbers.next() >> 11) as f64 / (1_u64 << 53) as f64;
    ((end as f64).powf(uniform) - 1.0) as usize
}

/// A number below `end`, each as frequent as the others.
fn below(numbers: &mut Numbers, end: usize) -> usize {
    let end = u64::try_from(end).expect("a count");
    usize::try_from(numbers.next() % end).expect("a place")
}

impl World {
    /// A server with so many public prompts, and so many copies of them, at least one of each.
    pub async fn new(backend: &Backend, count: usize, copied: usize) -> Self {
        let app = server(backend).await;
        let author = app.sign_up("author@example.org").await;
        let reader = app.sign_up("reader@example.org").await;
        let (mut publications, mut slugs) = (Vec::new(), Vec::new());
        for (number, (title, text)) in texts(count).into_iter().enumerate() {
            // Sessions live for minutes of the server's clock; they are not spent while it stands still.
            let text = format!("{text}\n\nNumber {number} of the bench.");
            let (publication, slug) = publish(&author, &title, &text).await;
            publications.push(publication);
            slugs.push(slug);
        }
        let mut numbers = Numbers(7);
        let mut copies = Vec::new();
        for number in 0..copied.max(slugs.len()) {
            let slug = match slugs.get(number) {
                Some(slug) => slug,
                None => &slugs[skewed(&mut numbers, slugs.len())],
            };
            copies.push(copy(&reader, slug, number % RUNNERS).await);
        }
        let people = (0..PEOPLE).map(|_| UserId::mint(BEGIN, bytes(&mut numbers)));
        let world = Self {
            people: people.collect(),
            publications,
            copies,
            app,
        };
        world.sign_up_all().await;
        world.hand_out().await;
        world
    }

    /// Gives each copy to its owner. They were taken from one network, and are counted as if from many.
    async fn hand_out(&self) {
        let copies = self.copies.clone();
        let people = self.people.clone();
        let write = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            for copy in copies {
                Statement::new("UPDATE fork SET account_id = ?, place = 1 WHERE doc_id = ?")
                    .bind(people[copy.owner].as_bytes())
                    .bind(copy.doc.as_bytes())
                    .execute(tx)?;
            }
            Ok(())
        };
        self.app.state.store.write(write).await.expect("owners");
    }

    /// How many runs the log has that count.
    pub async fn counted(&self) -> i64 {
        #[derive(QueryableByName)]
        struct Counted {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let read = |conn: &mut Conn| -> Result<Option<Counted>, StoreError> {
            Statement::new("SELECT count(*) AS n FROM run_event WHERE counts = 1").first(conn)
        };
        let found = self.app.state.store.read(read).await.expect("the log");
        found.map_or(0, |it| it.n)
    }

    async fn sign_up_all(&self) {
        let people = self.people.clone();
        let write = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            for (number, id) in people.iter().enumerate() {
                Statement::new(
                    "INSERT INTO account (id, email, password_hash, created_at) VALUES (?, ?, '', ?)",
                )
                .bind(id.as_bytes())
                .bind(format!("p{number}@example.org"))
                .bind(BEGIN)
                .execute(tx)?;
            }
            Ok(())
        };
        self.app.state.store.write(write).await.expect("people");
    }

    /// So many runs, and a fifth as many votes, in the logs.
    pub async fn fill(&self, rows: usize) {
        let mut numbers = Numbers(3);
        let count = i64::try_from(rows.max(1)).unwrap_or(1);
        let at = |n: usize| BEGIN - DAYS * DAY + DAYS * DAY * i64::try_from(n).unwrap_or(0) / count;
        let all: Vec<usize> = (0..rows).collect();
        for some in all.chunks(10_000) {
            let mut statements: Vec<Statement> = Vec::new();
            for few in some.chunks(ROWS) {
                let times: Vec<Millis> = few.iter().map(|n| at(*n)).collect();
                statements.push(self.runs(&mut numbers, &times));
                let voted = times.len() * VOTES / 10;
                statements.push(self.votes(&mut numbers, &times[..voted.max(1)]));
            }
            let write = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
                for statement in statements {
                    statement.execute(tx)?;
                }
                Ok(())
            };
            self.app.state.store.write(write).await.expect("stored");
        }
        self.app.advance(3 * 60_000);
        rollup::run(&self.app.state).await.expect("rolled up");
    }

    fn runs(&self, numbers: &mut Numbers, times: &[Millis]) -> Statement {
        let row = "(?, ?, ?, 0, ?, ?, 'A prompt', 'openai/gpt-5-mini', 0, ?, 'exact', 1, 0, 202611, ?, ?, 900, '[]', 'bench', '{}', ?)";
        let mut insert = Statement::new(
            "INSERT INTO execution (id, account_id, group_id, place, prompt_id, version, title, model, tier, state, cost_state, cost, \
             reserved, period, created_at, finished_at, latency_ms, attempts, correlation_id, request, network) VALUES ",
        )
        .sql(&vec![row; times.len()].join(", "));
        for at in times {
            let copy = self.copies[skewed(numbers, self.copies.len())];
            let person = self.people[copy.owner];
            let failed = numbers.next().is_multiple_of(20);
            insert = insert
                .bind(ExecutionId::mint(*at, bytes(numbers)).as_bytes())
                .bind(person.as_bytes())
                .bind(GroupId::mint(*at, bytes(numbers)).as_bytes())
                .bind(copy.doc.as_bytes())
                .bind(copy.rev)
                .bind(if failed { "failed" } else { "completed" })
                .bind(*at)
                .bind(*at + 900)
                // Everybody is at home.
                .bind(network_of(copy.owner));
        }
        insert
    }

    fn votes(&self, numbers: &mut Numbers, times: &[Millis]) -> Statement {
        let mut insert = Statement::new(
            "INSERT INTO vote_event (publication_id, account_id, value, network, at) VALUES ",
        )
        .sql(&vec!["(?, ?, ?, ?, ?)"; times.len()].join(", "));
        for at in times {
            let publication = self.publications[skewed(numbers, self.publications.len())].clone();
            // Few run most; everybody votes about as often as anybody else.
            let person = self.people[below(numbers, self.people.len())];
            let value = if numbers.next().is_multiple_of(5) {
                -1_i16
            } else {
                1
            };
            let network = [bytes(numbers).as_slice(), &[0; 6]].concat();
            insert = insert
                .bind(publication)
                .bind(person.as_bytes())
                .bind(value)
                .bind(network)
                .bind(*at);
        }
        insert
    }
}
