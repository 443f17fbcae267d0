//! Connecting to the person's own server: authorization code with PKCE through a tab (RFC 7636), and ending it. Not the tokens' use.

use super::{Outcome, flush, http, overview, spaces, store};
use crate::browser::{self, HttpRequest};
use crate::messages::{Failure, FailureCode, Left, State, Trouble, TroubleCode};
use crate::model::address;
use crate::store::Store;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use krowoc_shared::accounts::wire::{DeviceTokens, TokenRequest};
use krowoc_shared::error::Problem;
use krowoc_shared::ids::Millis;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cell::Cell;

const LINK: &str = "server";
const LEFT: &str = "left";
const LOCK: &str = "connect";
/// Milliseconds to wait for a sign of life.
const PROBE: u32 = 10_000;

thread_local! {
    /// Which connection it is, of this instance.
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// Another number with each connection that begins or ends: who waited for an answer meanwhile asked for another one, and lets it go.
pub(super) fn number() -> u64 {
    NUMBER.get()
}

fn another() {
    NUMBER.set(number().wrapping_add(1));
}

/// The connection as it is stored: in this extension's own database, which no page can read.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Link {
    /// Origin of the server.
    pub server: String,
    /// What the device is called.
    pub name: String,
    /// How far it is.
    pub stage: Stage,
}

/// How far a connection is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// The connect page is open.
    Pending {
        /// The secret behind the challenge.
        verifier: String,
        /// By which our own request is known again.
        state: String,
    },
    /// There are tokens.
    Open {
        /// Account.
        email: String,
        /// Access token.
        access: String,
        /// When it runs out.
        access_until: Millis,
        /// Spent once for the next pair.
        refresh: String,
    },
    /// The server takes the tokens no more.
    Lost {
        /// Account.
        email: String,
    },
}

impl Link {
    /// The permission it needs.
    pub fn pattern(&self) -> String {
        address::parse(&self.server)
            .map(|server| server.pattern)
            .unwrap_or_default()
    }

    /// With a new pair of tokens.
    pub fn with_tokens(&self, tokens: DeviceTokens, now: Millis) -> Self {
        let lives = i64::from(tokens.expires_in).saturating_mul(1_000);
        Self {
            stage: Stage::Open {
                email: tokens.email,
                access: tokens.access_token,
                access_until: now.saturating_add(lives),
                refresh: tokens.refresh_token,
            },
            ..self.clone()
        }
    }
}

/// The stored connection.
pub(super) async fn link(store: &Store) -> Outcome<Option<Link>> {
    Ok(store.record::<Option<Link>>(LINK).await?.flatten())
}

/// Stores the connection.
pub(super) async fn set_link(store: &Store, link: &Link) -> Outcome<()> {
    Ok(store.set_record(LINK, &Some(link)).await?)
}

/// Opens the connect page of a server.
pub(super) async fn begin(server: String, name: String) -> Outcome<State> {
    let address = address::parse(&server).map_err(|_| Failure::new(FailureCode::NotAServer, ""))?;
    if !browser::has_host(&address.pattern).await {
        return Err(Failure::new(FailureCode::NoPermission, ""));
    }
    probe(&address.origin).await?;
    let store = store().await?;
    let verifier = URL_SAFE_NO_PAD.encode(browser::random::<32>());
    let state = URL_SAFE_NO_PAD.encode(browser::random::<16>());
    let page = connect_page(&address.origin, &verifier, &state, &name);
    let link = Link {
        server: address.origin,
        name,
        stage: Stage::Pending { verifier, state },
    };
    another();
    set_link(&store, &link).await?;
    flush::set_status(&store, &flush::Status::default()).await?;
    browser::open_tab(&page)
        .await
        .map_err(|error| Failure::new(FailureCode::Internal, error.0))?;
    overview::state().await
}

/// Whether a Krowoc server answers: it refuses an unknown visitor in its own words.
async fn probe(origin: &str) -> Outcome<()> {
    let url = format!("{origin}/api/v1/session");
    let request = HttpRequest {
        method: "GET",
        url: &url,
        body: None,
        bearer: None,
        timeout: PROBE,
    };
    let reply = browser::http(request)
        .await
        .map_err(|error| Failure::new(FailureCode::NotAServer, error.0))?;
    match serde_json::from_str::<Problem>(&reply.body) {
        Ok(problem) if problem.kind.starts_with("urn:krowoc:") => Ok(()),
        _ => Err(Failure::new(
            FailureCode::NotAServer,
            format!("HTTP {}", reply.status),
        )),
    }
}

fn connect_page(origin: &str, verifier: &str, state: &str, name: &str) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let name: String = js_sys::encode_uri_component(name).into();
    format!("{origin}/connect#challenge={challenge}&state={state}&name={name}")
}

/// Code and state of the address at the end of the connect page; `None` for any other address.
fn code_of<'a>(server: &str, url: &'a str) -> Option<(&'a str, &'a str)> {
    let fragment = url.strip_prefix(server)?.strip_prefix("/connect/done#")?;
    let value = |name: &str| {
        fragment
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    Some((value("code")?, value("state")?))
}

/// A tab reached the end of the connect page: trades the code for tokens.
pub(super) async fn arrived(tab: i32, url: &str) -> Outcome<()> {
    let url = url.to_owned();
    // The address may be reported twice; a code can be spent once.
    browser::alone(LOCK, async move {
        // What goes wrong is in the status that this writes.
        let _ = redeem(tab, &url).await;
    })
    .await;
    Ok(())
}

async fn redeem(tab: i32, url: &str) -> Outcome<()> {
    let store = store().await?;
    let Some(link) = link(&store).await? else {
        return Ok(());
    };
    let Stage::Pending { verifier, state } = &link.stage else {
        return Ok(());
    };
    let Some((code, _)) = code_of(&link.server, url).filter(|(_, echoed)| echoed == state) else {
        return Ok(());
    };
    let request = TokenRequest::AuthorizationCode {
        code: code.to_owned(),
        code_verifier: verifier.clone(),
    };
    match http::tokens(&link, &request).await {
        Ok(tokens) => {
            let device = tokens.device;
            another();
            set_link(&store, &link.with_tokens(tokens, browser::now())).await?;
            flush::opened(device).await?;
            // The tab is done; where it cannot be closed the page says so itself.
            let _ = browser::close_tab(tab).await;
        }
        Err(none) => {
            let code = none.trouble.unwrap_or(TroubleCode::Protocol);
            let trouble = Trouble {
                code,
                retry_at: None,
                message: none.message,
            };
            let status = flush::Status {
                synced_at: None,
                trouble: Some(trouble),
            };
            flush::set_status(&store, &status).await?;
        }
    }
    // A page that tells how it went; the connection does not depend on it.
    let _ = browser::open_options().await;
    flush::later(true);
    Ok(())
}

/// Tells the server that this device is gone; true when it still stands there.
async fn stands(store: &Store, link: &Link) -> Outcome<bool> {
    if !matches!(link.stage, Stage::Open { .. }) {
        return Ok(false);
    }
    match store.state().await?.device {
        Some(device) => Ok(!http::leave(device).await),
        None => Ok(true),
    }
}

/// The device that still stands on a server, until the person has read so.
pub(super) async fn left(store: &Store) -> Outcome<Option<Left>> {
    Ok(store.record::<Option<Left>>(LEFT).await?.flatten())
}

/// The person has read it.
pub(super) async fn understood() -> Outcome<State> {
    let store = store().await?;
    store.set_record(LEFT, &None::<Left>).await?;
    overview::state().await
}

/// The server takes the tokens no more: everything is kept, the person is told.
pub(super) async fn lose(store: &Store) -> Outcome<()> {
    let Some(link) = link(store).await? else {
        return Ok(());
    };
    if let Stage::Open { email, .. } = &link.stage {
        let stage = Stage::Lost {
            email: email.clone(),
        };
        set_link(store, &Link { stage, ..link }).await?;
    }
    Ok(())
}

/// Ends the connection, on the server too when it can be reached. The library stays, or is removed from this browser.
pub(super) async fn end(erase: bool) -> Outcome<State> {
    let store = store().await?;
    let mut left = left(&store).await?;
    if let Some(link) = link(&store).await? {
        let pattern = link.pattern();
        another();
        flush::closed(&store).await?;
        // A flush that began before every library was told has nothing to say either.
        another();
        if stands(&store, &link).await? {
            left = Some(Left {
                server: link.server,
                device: link.name,
            });
        }
        store.set_record(LINK, &None::<Link>).await?;
        browser::drop_host(&pattern).await;
    }
    if erase {
        spaces::erase().await?;
    }
    store.set_record(LEFT, &left).await?;
    overview::show_badge().await?;
    overview::state().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_the_own_connect_page_has_a_code() {
        let server = "https://a.example";
        let url = "https://a.example/connect/done#code=abc&state=xyz";
        assert_eq!(code_of(server, url), Some(("abc", "xyz")));
        for other in [
            "https://a.example.evil/connect/done#code=abc&state=xyz",
            "https://a.example/connect/done?code=abc&state=xyz",
            "https://a.example/x/connect/done#code=abc&state=xyz",
            "https://a.example/connect/done#code=abc",
        ] {
            assert_eq!(code_of(server, other), None, "{other}");
        }
    }
}
