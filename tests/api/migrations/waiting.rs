//! Entries of the search index that wait while the step that made room for them is taken back.

use super::sides::{back_and_forth, start};
use krowoc_server::store::{Conn, waiting};
use krowoc_shared::library::wire::Page;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::ops::{Syncing, prompt};

#[tokio::test]
async fn entries_that_wait_are_in_the_index_before_their_place_is_taken_away() {
    let database = TestDatabase::empty(&Backend::of_environment()).unwrap();
    let app = start(&database, 0).await;
    let device = Syncing::of(&app, "a@example.org").await;
    // More than one step takes.
    for n in 0..12 {
        let batch = (0..90).map(|_| prompt("title", &format!("batch{n}")));
        device.push(batch.collect()).await;
    }
    drop(app);
    back_and_forth(&database, "_waiting");
    let app = start(&database, 0).await;
    let counted = app.state.store.read(|conn: &mut Conn| waiting::count(conn));
    assert_eq!(counted.await.unwrap(), 0);
    let caller = app.anonymous();
    caller.sign_in("a@example.org", PASSWORD).await.ok();
    for n in 0..12 {
        let path = format!("/api/v1/library?q=batch{n}%20title&limit=1");
        let page: Page = caller.get(&path).await.ok().json();
        // A last word is found as the beginning of one as well: `title` is last.
        assert_eq!(page.total, 90, "{n}");
    }
    app.stop().await;
}
