//! Listens to the server's hints while somebody sees the page, and has what changed pulled. Not the pull: the background does that.
//!
//! The page holds the connection and not the background: a stream must not keep a worker alive that has nothing to do.

use super::{ask, dom};
use crate::browser::{self, Stream};
use crate::messages::{Ear, Request, State};
use crate::model::hints::{Hints, patience};
use gloo_timers::future::TimeoutFuture;
use krowoc_shared::sync::wire::Hint;
use std::cell::RefCell;
use std::rc::Rc;

/// Milliseconds between two looks whether there is somebody to listen for.
const LOOK_EVERY: u32 = 1_000;
/// Answers of a server that takes the token no more.
const REFUSED: [u16; 2] = [401, 403];

/// The open stream: given up when the page is hidden.
type Held = Rc<RefCell<Option<Stream>>>;

/// Listens as long as the page lives. `connected` tells whether there is a server; `arrived` is given how things stand after each hint.
pub fn listen(connected: impl Fn() -> bool + 'static, arrived: impl Fn(State) + 'static) {
    let held = Held::default();
    let open = held.clone();
    dom::on_visibility(move || {
        if dom::hidden()
            && let Some(stream) = open.take()
        {
            stream.close();
        }
    });
    wasm_bindgen_futures::spawn_local(async move {
        let mut failures = 0;
        loop {
            if dom::hidden() || !connected() {
                TimeoutFuture::new(LOOK_EVERY).await;
                continue;
            }
            if hear(&held, &arrived).await {
                failures = 0;
            }
            if !dom::hidden() {
                TimeoutFuture::new(patience(failures)).await;
                failures = failures.saturating_add(1);
            }
        }
    });
}

/// One stream from its beginning to its end; true when anything was heard.
async fn hear(held: &Held, arrived: &impl Fn(State)) -> bool {
    let Ok(Some(Ear { url, token })) = ask::<Option<Ear>>(&Request::Listen).await else {
        return false;
    };
    let stream = match browser::stream(&url, &token).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(status)) if REFUSED.contains(&status) => {
            // The background finds out why, and tells the person.
            tell(&Request::SyncNow, arrived).await;
            return false;
        }
        _ => return false,
    };
    held.replace(Some(stream.clone()));
    let mut hints = Hints::default();
    let mut heard = false;
    while let Some(bytes) = stream.next().await {
        heard = true;
        for Hint { space, seq } in hints.read(&bytes) {
            tell(&Request::Hinted { space, seq }, arrived).await;
        }
    }
    stream.close();
    if held.take().is_some() && heard {
        // It may have ended because a team was joined or left: the server is asked.
        tell(&Request::SyncNow, arrived).await;
    }
    heard
}

async fn tell(request: &Request, arrived: &impl Fn(State)) {
    // Whatever cannot be pulled now is pulled by the alarm.
    if let Ok(state) = ask::<State>(request).await {
        arrived(state);
    }
}
