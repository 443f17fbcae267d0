//! What SQLite's writer committed, made durable: a flush of the write-ahead log apart from the commit, and who waits for it. Not the
//! commit, and not for PostgreSQL, whose commits are durable themselves.
//!
//! With `synchronous=NORMAL` a commit is in the log and in no need of the disk: it outlives the process, and a power cut takes the
//! youngest commits back, never one without those after it. Flushing the log after it gives what `synchronous=FULL` does, with a moment in
//! between in which work that is not told to anybody may begin. Nothing else leaves in that moment: an answer waits for its own flush, and a
//! read for that of every commit it may have seen.

use super::error::StoreError;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::watch;

/// Waits until everything committed is on the disk. Blocks. Its error is the disk's.
pub(super) type Flush = Box<dyn FnMut() -> io::Result<()> + Send>;

/// A write-ahead log.
pub(super) struct Log {
    path: PathBuf,
    file: Option<File>,
}

impl Log {
    /// Of a database.
    pub(super) fn of(database: &Path) -> Self {
        // SQLite follows a link to the database and puts its log beside what it found.
        let real = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        let mut path = real.into_os_string();
        path.push("-wal");
        Self {
            path: PathBuf::from(path),
            file: None,
        }
    }

    /// Waits until all that was written to it is on the disk. Blocks.
    ///
    /// # Errors
    /// The disk's: what was written may be lost, and no later flush tells whether it was.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        // It is there once something was committed, and stays while the writer's connection does.
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(OpenOptions::new().write(true).open(&self.path)?),
        };
        file.sync_data()
    }
}

/// How far commits have become durable.
pub(super) struct Progress {
    /// Commits begun.
    begun: AtomicU64,
    /// Commits known to be durable, or to have failed.
    settled: watch::Sender<Settled>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    /// So many.
    Upto(u64),
    /// A flush failed: what is durable is known only after a restart.
    Unknown,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            begun: AtomicU64::new(0),
            settled: watch::Sender::new(Settled::Upto(0)),
        }
    }
}

impl Progress {
    /// A commit begins: from now on a read may see it.
    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Every commit that has begun is durable, or was taken back.
    pub(super) fn settle(&self) {
        let begun = self.begun.load(Ordering::SeqCst);
        self.settled.send_if_modified(|settled| match settled {
            Settled::Unknown => false,
            Settled::Upto(upto) => std::mem::replace(upto, begun) != begun,
        });
    }

    /// The disk refused a flush.
    pub(super) fn fail(&self) {
        self.settled.send_replace(Settled::Unknown);
    }

    /// Refuses once a flush has failed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match *self.settled.borrow() {
            Settled::Upto(_) => Ok(()),
            Settled::Unknown => Err(unknown()),
        }
    }

    /// Waits until every commit that has begun by now is durable.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when that will not be known.
    pub(super) async fn wait(&self) -> Result<(), StoreError> {
        let begun = self.begun.load(Ordering::SeqCst);
        let known = |settled: &Settled| match settled {
            Settled::Upto(upto) => *upto >= begun,
            Settled::Unknown => true,
        };
        let settled = *self.settled.borrow();
        if !known(&settled) {
            let mut changes = self.settled.subscribe();
            // The sender lives as long as `self` does.
            let _ = changes.wait_for(known).await;
        }
        self.check()
    }
}

pub(super) fn unknown() -> StoreError {
    StoreError::Unavailable(
        "the disk did not take what was written; restart the server once the disk is well"
            .to_owned(),
    )
}

#[cfg(test)]
#[path = "durable_tests.rs"]
mod tests;
