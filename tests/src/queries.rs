//! What a connection is asked, as tests count it and wait for it. Not what it answers.

use diesel::connection::{Connection, InstrumentationEvent};
use krowoc_server::store::Conn;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// The queries of a connection. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Queries {
    asked: Arc<Mutex<Vec<String>>>,
    told: Arc<Notify>,
}

impl Queries {
    /// Listens to a connection from now on.
    #[must_use]
    pub fn of(conn: &mut Conn) -> Self {
        let queries = Self::default();
        let heard = queries.clone();
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                heard.asked.lock().unwrap().push(query.to_string());
                heard.told.notify_one();
            }
        });
        queries
    }

    /// Listens no more.
    pub fn leave(conn: &mut Conn) {
        conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    }

    /// Forgets what was asked until now.
    pub fn forget(&self) {
        self.asked.lock().unwrap().clear();
    }

    /// How many there were with a word in them.
    #[must_use]
    pub fn with(&self, word: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|query| query.contains(word)).count()
    }

    /// Waits for one with a word in it.
    ///
    /// # Panics
    /// When none comes for long.
    pub async fn until(&self, word: &str) {
        let wait = async {
            while self.with(word) == 0 {
                self.told.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("the query");
    }
}
