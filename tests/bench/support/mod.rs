//! What the benches of server and sync share: backends, figures, CPU time, made-up prompts. Not measurements.
#![allow(dead_code, missing_docs)]

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use krowoc_server::store::DatabaseUrl;
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::sync::wire::Op;
use krowoc_tests::clock::{BEGIN, TestClock};
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::rng::step;
use krowoc_tests::{Options, TestApp};
use serde_json::json;
use std::sync::Arc;

/// Prints figures as lines or as JSON.
pub struct Figures {
    json: bool,
}

impl Figures {
    pub fn of_args() -> Self {
        Self {
            json: std::env::args().any(|arg| arg == "--json"),
        }
    }

    pub fn print(&self, name: &str, value: f64, unit: &str) {
        if self.json {
            println!("{{\"name\": \"{name}\", \"value\": {value:.2}, \"unit\": \"{unit}\"}}");
        } else {
            println!("{name} {value:.2} {unit}");
        }
    }
}

/// A number after `--name`.
pub fn number(name: &str, default: usize) -> usize {
    let args: Vec<String> = std::env::args().collect();
    let at = args.iter().position(|arg| *arg == format!("--{name}"));
    let value = at.and_then(|at| args.get(at + 1)?.parse().ok());
    value.unwrap_or(default)
}

/// True when `--backend NAME` leaves this one out.
fn left_out(name: &str) -> bool {
    let args: Vec<String> = std::env::args().collect();
    let at = args.iter().position(|arg| arg == "--backend");
    at.and_then(|at| args.get(at + 1))
        .is_some_and(|only| only != name)
}

/// SQLite, and PostgreSQL when `KROWOC_TEST_POSTGRES_URL` names one; `--backend NAME` for one of them.
pub fn backends() -> Vec<(&'static str, Backend)> {
    let mut all = vec![("sqlite", Backend::Sqlite)];
    if let Ok(url) = std::env::var("KROWOC_TEST_POSTGRES_URL") {
        all.push(("postgres", Backend::Postgres(url)));
    }
    all.retain(|(name, _)| !left_out(name));
    all
}

/// A server on a fresh database of a backend.
pub async fn server(backend: &Backend) -> TestApp {
    let database = TestDatabase::migrated(backend).expect("a database");
    let options = Options {
        settings: vec![
            ("log_level", "warn".to_owned()),
            ("database_connections", "8".to_owned()),
        ],
        seed: None,
    };
    let clock = Arc::new(TestClock::default());
    let mut app = TestApp::on(database.url.clone(), clock, options)
        .await
        .expect("a server");
    app.database = Some(database);
    app
}

/// What autovacuum does within a minute of many writes.
pub fn settle(app: &TestApp) {
    if let DatabaseUrl::Postgres(url) = app.state.store.url() {
        let mut conn = PgConnection::establish(url).expect("a connection");
        conn.batch_execute("VACUUM ANALYZE").expect("vacuumed");
    }
}

/// CPU seconds of this process, all threads.
pub fn cpu_seconds() -> f64 {
    cpu_of(&std::fs::read_to_string("/proc/self/stat").expect("/proc/self/stat"))
}

/// CPU seconds of this process's threads of a name.
pub fn thread_seconds(name: &str) -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("/proc/self/task");
    let stat =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
    let named = stat.filter(|text| text.contains(&format!("({name})")));
    named.map(|text| cpu_of(&text)).sum()
}

/// How busy the machine is with everything on it, for whoever reads the figures: the load of the last minute.
pub fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split_whitespace().next();
    first.and_then(|it| it.parse().ok()).unwrap_or(0.0)
}

fn cpu_of(text: &str) -> f64 {
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = |at: usize| {
        rest.split_whitespace()
            .nth(at)
            .and_then(|it| it.parse::<f64>().ok())
    };
    // Fields 14 and 15, counted from after the name; Linux reports them in hundredths of a second.
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0
}

/// Numbers that look random and are the same in every run.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        step(&mut self.0)
    }

    /// A word; few are frequent and many are rare, as in language.
    pub fn word(&mut self) -> String {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (20_000_f64.powf(uniform) - 1.0) as u64;
        word(rank)
    }

    pub fn words(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| self.word())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Chinese text: few characters are frequent and many are rare.
    pub fn sentence(&mut self, characters: usize) -> String {
        let character = |_| {
            let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
            let rank = (3_000_f64.powf(uniform) - 1.0) as u32;
            char::from_u32(0x4E00 + rank).unwrap_or('一')
        };
        (0..characters).map(character).collect()
    }

    fn bytes(&mut self) -> [u8; 10] {
        let [a, b, c, d, e, f, g, h] = self.next().to_be_bytes();
        let [i, j, ..] = self.next().to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j]
    }

    /// A prompt of about 100 words.
    pub fn prompt(&mut self, number: i64) -> Op {
        let at = BEGIN - 10_000_000_000 + number * 1000;
        let length = 60 + usize::try_from(self.next() % 80).unwrap_or(0);
        let body = match self.next() % 16 {
            0 => self.sentence(length * 2),
            _ => self.words(length),
        };
        let op = Op::create(
            OpId::mint(at, self.bytes()),
            DocId::mint(at, self.bytes()),
            Kind::Prompt,
            at,
            &body,
        );
        let mut op = op
            .with(Field::Title, self.words(4))
            .with(Field::Favourite, self.next().is_multiple_of(20));
        for _ in 0..2 {
            op = op.with_tag(&word(self.next() % 50));
        }
        if self.next().is_multiple_of(8) {
            let source =
                json!({ "url": format!("https://{}/page/{number}", site(self.next() % 60)) });
            op = op.with(Field::Source, source);
        }
        op.hlc.at = at;
        op
    }
}

/// The site of a number.
pub fn site(number: u64) -> String {
    format!("{}.example", word(number))
}

/// The word of a rank.
pub fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "ka", "ro", "wi", "te", "mu", "sal", "ner", "po", "lin", "da", "fe", "gor", "hi", "jus",
        "vo", "cra",
    ];
    let mut rest = rank + 16;
    let mut out = String::new();
    while rest > 0 {
        out.push_str(SYLLABLES[usize::try_from(rest % 16).unwrap_or(0)]);
        rest /= 16;
    }
    out
}

/// The p-th percentile in milliseconds.
pub fn percentile(mut times: Vec<f64>, p: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = ((times.len() as f64 * p).ceil() as usize).clamp(1, times.len());
    times[at - 1] * 1000.0
}
