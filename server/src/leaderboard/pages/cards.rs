//! Pictures that go with links: drawn aside, once for what they show, and kept for who asks next. Not what is on them.

use super::super::body::Body;
use super::card::{Look, draw};
use crate::web::Reply;
use actix_web::web;
use krowoc_shared::error::ErrorCode;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Bytes of pictures that are kept: about a thousand.
const KEPT: u64 = 16 * 1024 * 1024;
/// For how long one is kept that nobody asks for.
const IDLE: Duration = Duration::from_secs(6 * 3_600);
/// Pictures that are drawn at the same time, whatever is asked for: one takes milliseconds.
const AT_ONCE: usize = 2;

struct Drawn {
    /// By all that they show, so that another title, author or hour is another picture with another tag.
    pictures: moka::sync::Cache<Look, Arc<Body>>,
    desk: Semaphore,
}

static DRAWN: LazyLock<Drawn> = LazyLock::new(|| Drawn {
    pictures: moka::sync::Cache::builder()
        .weigher(|_, body: &Arc<Body>| u32::try_from(body.size()).unwrap_or(u32::MAX))
        .max_capacity(KEPT)
        .time_to_idle(IDLE)
        .build(),
    desk: Semaphore::new(AT_ONCE),
});

/// The picture of a look.
///
/// # Errors
/// [`ErrorCode::Internal`] when it could not be drawn.
pub(super) async fn card(look: Look) -> Reply<Arc<Body>> {
    if let Some(body) = DRAWN.pictures.get(&look) {
        return Ok(body);
    }
    let _turn = DRAWN
        .desk
        .acquire()
        .await
        .map_err(|_| ErrorCode::Internal)?;
    let drawn = web::block(move || {
        let make = || Arc::new(Body::packed("image/png", draw(&look)));
        DRAWN.pictures.get_with_by_ref(&look, make)
    });
    Ok(drawn.await.map_err(|_| ErrorCode::Internal)?)
}
