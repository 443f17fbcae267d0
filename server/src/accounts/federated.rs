//! Signing in through a provider, and adding one to an account: the way there and back. Not what the provider is asked: that is `oidc`.
//!
//! An address alone lets nobody in: who comes with an identity that is not known, and an address that has an account, must prove that it is
//! theirs, with its password or by being signed in.

use super::claim::Claim;
use super::cookies::Jar;
use super::identified::{self, Arrival};
use super::proof;
use super::second::{Admitted, First, admit};
use super::throttle::{self, Door};
use crate::app::AppState;
use crate::oidc::{self, FederationError, Identity};
use crate::store::identities::{self, Attempt};
use crate::store::{Conn, StoreError, Tx, accounts};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::{Token, same};
use crate::web::{Body, Client, Person, email};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use krowoc_shared::accounts::people::{AddIdentity, LinkPassword, Redirect};
use krowoc_shared::accounts::wire::{PASSWORD_MAX_BYTES, SessionView};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{IdentityId, Millis};
use serde::Deserialize;
use std::net::IpAddr;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(finish_federated_sign_in)
        .service(begin_federated_sign_in)
        .service(link_by_password)
        .service(add_identity);
}

/// How long an attempt may take.
const LIFE: Millis = 10 * 60 * 1000;
/// The cookie with the secret of an attempt: sent when the provider sends the browser back, and with nothing that another site does unseen.
const ATTEMPT: Jar = Jar {
    name: "krowoc_attempt",
    path: "/api/v1/sign-in",
    same_site: SameSite::Lax,
    life: LIFE,
};

/// An attempt that is still to be noted.
struct Begun {
    /// Where to send the browser.
    url: String,
    token: Token,
    attempt: Attempt,
}

/// Asks a provider where to send the browser.
async fn begin(state: &AppState, provider: &str, address: IpAddr) -> Reply<Begun> {
    let provider = state
        .federation
        .known(provider)
        .ok_or(ErrorCode::NotFound)?;
    let (token, now) = (Token::mint(state.random.as_ref()), state.now());
    let counted = move |tx: &mut Tx<'_>| throttle::journey(tx, address, now);
    state.store.write(counted).await?;
    let attempt = oidc::Attempt::new(&state.config, provider, &token);
    let url = state.federation.begin(provider, &attempt, now).await;
    let url = url.map_err(|error| away(provider, &error))?;
    let attempt = Attempt {
        provider: provider.to_owned(),
        user: None,
        session: None,
        identity: None,
        expires_at: now.saturating_add(LIFE),
    };
    Ok(Begun {
        url: url.to_string(),
        token,
        attempt,
    })
}

/// Notes an attempt to sign in.
async fn begun(state: &AppState, provider: &str, address: IpAddr) -> Reply<(String, Token)> {
    let Begun {
        url,
        token,
        attempt,
    } = begin(state, provider, address).await?;
    let (hash, now) = (token.hash(), state.now());
    state
        .store
        .write(move |tx: &mut Tx<'_>| identities::begin(tx, &hash, &attempt, now))
        .await?;
    Ok((url, token))
}

fn away(provider: &str, error: &FederationError) -> Fault {
    tracing::warn!(%provider, %error, "a provider of sign-ins failed");
    Fault::new(ErrorCode::SignInFailed)
}

fn see(location: String) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, location));
    response
}

/// Begins a sign-in through a provider: sends the browser there.
#[utoipa::path(
    tag = "accounts",
    params(("provider" = String, Path, description = "As `GET /sign-in` names it.")),
    responses(
        (status = 303, description = "To the provider, or back to the sign-in when it does not answer."),
        (status = 404, description = "not_found: it is not configured", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: a network begins too many", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/sign-in/{provider}")]
async fn begin_federated_sign_in(
    state: Data<AppState>,
    client: Client,
    provider: Path<String>,
) -> Reply<HttpResponse> {
    match begun(&state, &provider, client.address).await {
        Ok((url, token)) => Ok(see(url)
            .cookie(ATTEMPT.cookie(&state, token.as_str().to_owned()))
            .finish()),
        Err(fault) if fault.code == ErrorCode::SignInFailed => {
            Ok(see("/signin#failed=away".to_owned()).finish())
        }
        Err(fault) => Err(fault),
    }
}

/// Begins to add a provider to the account, with the password, and with a code where signing in has two steps.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(("provider" = String, Path, description = "As `GET /sign-in` names it.")),
    request_body = AddIdentity,
    responses(
        (status = 200, description = "Where to send the tab. It is added when the provider sends it back, if this session is there still.", body = Redirect),
        (status = 401, description = "wrong_credentials: of the present password; wrong_code", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "stale_sign_in: of an account without a password", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 502, description = "sign_in_failed: the provider does not answer", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/identities/{provider}")]
async fn add_identity(
    state: Data<AppState>,
    person: Person,
    client: Client,
    provider: Path<String>,
    body: Body<AddIdentity>,
) -> Reply<HttpResponse> {
    let AddIdentity { password, code } = body.0;
    let (user, session) = (person.user, person.session);
    // Before the proof: a provider that does not answer costs no code.
    let Begun {
        url: redirect,
        token,
        attempt,
    } = begin(&state, &provider, client.address).await?;
    let proven = proof::stepped(&state, person, (password, &code), &client).await?;
    let (hash, now) = (token.hash(), state.now());
    let attempt = Attempt {
        user: Some(user),
        session: Some(session),
        ..attempt
    };
    let noted = proven.open(&state, move |tx, _| {
        Ok(identities::begin(tx, &hash, &attempt, now)?)
    });
    noted.await?;
    let cookie = ATTEMPT.cookie(&state, token.as_str().to_owned());
    Ok(HttpResponse::Ok()
        .cookie(cookie)
        .json(Redirect { redirect }))
}

/// What a provider sends the browser back with.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Answer {
    /// To be exchanged.
    code: Option<String>,
    /// Of this attempt.
    state: Option<String>,
    /// Who answers (RFC 9207).
    iss: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Ends a sign-in through a provider: sends the browser to the library, to the account, or back to the sign-in with the reason.
#[utoipa::path(
    tag = "accounts",
    params(("provider" = String, Path, description = "As it was begun."), Answer),
    responses((status = 303, description = "Signed in, with both cookies; or to the page that says what is missing, such as the second step."))
)]
#[get("/sign-in/{provider}/callback")]
async fn finish_federated_sign_in(
    state: Data<AppState>,
    request: HttpRequest,
    client: Client,
    provider: Path<String>,
    answer: Query<Answer>,
) -> Reply<HttpResponse> {
    let landed = land(&state, &request, &provider, &answer, client).await;
    let (to, cookies) = match landed {
        Ok(landed) => landed,
        Err(fault) if fault.code == ErrorCode::SignInFailed => {
            let why = fault.detail.unwrap_or_else(|| "refused".to_owned());
            (Landing::Failed(why), Vec::new())
        }
        Err(fault) => return Err(fault),
    };
    let mut response = see(to.location());
    match to {
        Landing::Proof { token, .. } => {
            response.cookie(ATTEMPT.cookie(&state, token.as_str().to_owned()))
        }
        _ => response.cookie(ATTEMPT.removed(&state)),
    };
    for cookie in cookies {
        response.cookie(cookie);
    }
    Ok(response.finish())
}

enum Landing {
    In,
    Asked,
    Added,
    Proof {
        provider: String,
        email: String,
        token: Token,
    },
    Failed(String),
}

impl Landing {
    fn location(&self) -> String {
        let part = |text: &str| -> String {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
        };
        match self {
            Self::In => "/".to_owned(),
            Self::Asked => "/signin#step=code".to_owned(),
            Self::Added => "/settings/account".to_owned(),
            // Behind `#`: no server sees it.
            Self::Proof {
                provider, email, ..
            } => {
                format!(
                    "/signin#link={}&email={}",
                    part(provider),
                    part(email).replace('+', "%20")
                )
            }
            Self::Failed(why) => format!("/signin#failed={}", part(why)),
        }
    }
}

fn failed(why: &str) -> Fault {
    Fault::new(ErrorCode::SignInFailed).detail(why)
}

type Landed = (Landing, Vec<Cookie<'static>>);

async fn land(
    state: &AppState,
    request: &HttpRequest,
    provider: &str,
    answer: &Answer,
    client: Client,
) -> Reply<Landed> {
    let (attempt, identity) = believed(state, request, provider, answer).await?;
    let token = Token::mint(state.random.as_ref());
    match identified::arrive(state, &attempt, identity, &token).await? {
        Arrival::Known(user, claim) => {
            let first = First {
                user,
                password_hash: None,
                claim: Some(claim),
                attempt: None,
            };
            Ok(match admit(state, first, client.user_agent).await? {
                Admitted::In(_, cookies) => (Landing::In, cookies.into()),
                Admitted::Asked(cookie) => (Landing::Asked, vec![cookie]),
            })
        }
        Arrival::Added => Ok((Landing::Added, Vec::new())),
        Arrival::Proof(email) => {
            let provider = attempt.provider;
            Ok((
                Landing::Proof {
                    provider,
                    email,
                    token,
                },
                Vec::new(),
            ))
        }
        Arrival::Refused(why) => Err(failed(why)),
    }
}

/// The attempt that the browser began here, and who came back. Each attempt is good for one answer, right or wrong.
async fn believed(
    state: &AppState,
    request: &HttpRequest,
    provider: &str,
    answer: &Answer,
) -> Reply<(Attempt, Identity)> {
    let foreign = || failed("foreign");
    let token = ATTEMPT.sent(request).ok_or_else(foreign)?;
    let (hash, now) = (token.hash(), state.now());
    let attempt = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
            let found = identities::attempt(tx, &hash, now)?;
            match found.filter(|it| it.identity.is_none()) {
                Some(attempt) if identities::spend(tx, &hash)? => Ok(Some(attempt)),
                _ => Ok(None),
            }
        })
        .await?;
    let attempt = attempt
        .filter(|it| it.provider == provider)
        .ok_or_else(foreign)?;
    let asked = oidc::Attempt::new(&state.config, provider, &token);
    let state_sent = answer.state.as_deref().unwrap_or_default();
    if !same(state_sent, asked.state().as_str()) {
        return Err(foreign());
    }
    let code = match (&answer.error, &answer.code) {
        (None, Some(code)) => code,
        _ => return Err(failed("denied")),
    };
    let found = state
        .federation
        .finish(provider, &asked, (code, answer.iss.as_deref()), now)
        .await;
    let identity = found.map_err(|error| {
        let why = if error.away { "away" } else { "refused" };
        away(provider, &error).detail(why)
    })?;
    Ok((attempt, identity))
}

/// Proves with the account's password that a provider's identity is its owner's, adds it, and signs in.
#[utoipa::path(
    tag = "accounts",
    request_body = LinkPassword,
    responses(
        (status = 200, description = "Added and signed in; both cookies are set.", body = SessionView),
        (status = 401, description = "wrong_credentials; second_step_required: go on with `POST /session/code`", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "link_expired: begin again", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/sign-in/link")]
async fn link_by_password(
    state: Data<AppState>,
    request: HttpRequest,
    client: Client,
    body: Body<LinkPassword>,
) -> Reply<HttpResponse> {
    let token = ATTEMPT.sent(&request).ok_or(ErrorCode::LinkExpired)?;
    let (hash, now) = (token.hash(), state.now());
    let found = state
        .store
        .read(move |conn: &mut Conn| identities::attempt(conn, &hash, now))
        .await?;
    // One with an account is under way from the settings, or is between its steps.
    let attempt = found
        .filter(|it| it.user.is_none())
        .ok_or(ErrorCode::LinkExpired)?;
    let identity = identified::stored(&attempt)?;
    let email = email::normalise(identity.email.as_deref().unwrap_or_default())?;
    let password = body.0.password;
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(ErrorCode::WrongCredentials.into());
    }
    let counted = throttle::begin(&state, Door::Password, &email, client.address).await?;
    let account = state
        .store
        .read(move |conn: &mut Conn| accounts::by_email(conn, &email))
        .await?;
    let hashed = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let right = state.hasher.verify(password, hashed).await?;
    let account = account
        .filter(|_| right)
        .ok_or(ErrorCode::WrongCredentials)?;
    let first = First {
        user: account.id,
        password_hash: Some(account.password_hash),
        claim: Some(Claim {
            provider: attempt.provider,
            who: identity,
            new: Some(IdentityId::mint(now, state.entropy())),
        }),
        attempt: Some(hash),
    };
    let admitted = admit(&state, first, client.user_agent).await?;
    throttle::succeeded(&state, counted).await?;
    let mut response = admitted.answer();
    let done = response.add_cookie(&ATTEMPT.removed(&state));
    done.map_err(|_| ErrorCode::Internal)?;
    Ok(response)
}
