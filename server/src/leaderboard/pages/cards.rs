//! Pictures that go with links: drawn aside, once for what they show, and kept for who asks next. Not what is on them.

use super::super::body::Body;
use super::card::{Look, draw};
use crate::aside::Aside;
use crate::web::Reply;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Bytes of pictures that are kept: about a thousand.
const KEPT: u64 = 16 * 1024 * 1024;
/// For how long one is kept that nobody asks for.
const IDLE: Duration = Duration::from_secs(6 * 3_600);
/// Pictures that are drawn at the same time, whatever is asked for, also while nobody waits for them any more.
const AT_ONCE: usize = 2;
/// The media type of a picture.
const PNG: &str = "image/png";

struct Drawn {
    /// By all that they show, so that another title, author or hour is another picture with another tag.
    pictures: moka::sync::Cache<Look, Arc<Body>>,
    desk: Aside,
}

static DRAWN: LazyLock<Drawn> = LazyLock::new(|| Drawn {
    pictures: moka::sync::Cache::builder()
        .weigher(|_, body: &Arc<Body>| u32::try_from(body.size()).unwrap_or(u32::MAX))
        .max_capacity(KEPT)
        .time_to_idle(IDLE)
        .build(),
    desk: Aside::new(AT_ONCE),
});

/// The picture of a look, as the answer to a request.
///
/// # Errors
/// [`ErrorCode::Internal`](krowoc_shared::error::ErrorCode::Internal) when it could not be drawn.
pub(super) async fn card(
    request: &HttpRequest,
    look: Look,
    cache: &'static str,
) -> Reply<HttpResponse> {
    // Who has it is told so before it is drawn.
    let there = Body::packed(PNG, look.tag(), Vec::new());
    if there.is_known(request) {
        return Ok(there.answer(request, cache));
    }
    if let Some(body) = DRAWN.pictures.get(&look) {
        return Ok(body.answer(request, cache));
    }
    let drawn = DRAWN.desk.run(move || {
        let make = || Arc::new(Body::packed(PNG, look.tag(), draw(&look)));
        Ok(DRAWN.pictures.get_with_by_ref(&look, make))
    });
    Ok(drawn.await?.answer(request, cache))
}
