//! Who waits for a flush, and what a refused one means.

use super::*;
use futures_util::FutureExt;

#[test]
fn a_read_waits_for_every_commit_that_it_may_have_seen() {
    let progress = Progress::default();
    assert_eq!(progress.wait().now_or_never(), Some(Ok(())), "none began");
    progress.begin();
    let mut first = Box::pin(progress.wait());
    assert_eq!(first.as_mut().now_or_never(), None);
    progress.settle();
    assert_eq!(first.now_or_never(), Some(Ok(())));
}

#[test]
fn a_read_does_not_wait_for_a_commit_that_began_after_it() {
    let progress = Progress::default();
    progress.begin();
    let mut first = Box::pin(progress.wait());
    assert_eq!(first.as_mut().now_or_never(), None);
    progress.settle();
    progress.begin();
    assert_eq!(first.now_or_never(), Some(Ok(())));
    assert_eq!(progress.wait().now_or_never(), None);
}

#[test]
fn a_refused_flush_is_the_end_of_reads_and_writes() {
    let progress = Progress::default();
    progress.begin();
    let mut waiting = Box::pin(progress.wait());
    assert_eq!(waiting.as_mut().now_or_never(), None);
    progress.fail();
    assert_eq!(waiting.now_or_never(), Some(Err(unknown())));
    assert_eq!(progress.check(), Err(unknown()));
    progress.settle();
    assert_eq!(progress.wait().now_or_never(), Some(Err(unknown())));
}

/// A folder of this test, removed with its guard.
struct Folder(PathBuf);

impl Folder {
    fn named(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("krowoc_log_{}_{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(std::fs::canonicalize(folder).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
#[test]
fn the_log_lies_beside_the_database_that_a_link_leads_to() {
    let folder = Folder::named("link");
    let real = folder.0.join("real.db");
    let linked = folder.0.join("linked.db");
    std::fs::write(&real, b"").unwrap();
    std::os::unix::fs::symlink(&real, &linked).unwrap();
    assert_eq!(Log::of(&linked).path, folder.0.join("real.db-wal"));
}

#[test]
fn a_log_that_is_not_there_cannot_be_flushed() {
    let folder = Folder::named("none");
    let mut log = Log::of(&folder.0.join("none.db"));
    assert_eq!(log.flush().unwrap_err().kind(), io::ErrorKind::NotFound);
}
