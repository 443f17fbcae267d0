//! What becomes of somebody whom a provider identified: who it is here, whether it may be added, what is still to be proven. Not how the
//! provider said so.

use super::claim::{self, Claim, Waiting};
use super::mailing::{Errand, Post};
use super::pictures::Wanted;
use super::ways::Here;
use super::{passwords, proof};
use crate::app::AppState;
use crate::oidc::Identity;
use crate::platform::random;
use crate::store::accounts::{self, NewAccount};
use crate::store::avatars::{self, Origin};
use crate::store::identities::{self, Attempt};
use crate::store::sessions::{self, Hash};
use crate::store::{StoreError, Tx, profiles};
use crate::web::problem::Reply;
use crate::web::routes::Routes;
use crate::web::token::{Token, encode};
use crate::web::{Body, Client, Person, email};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use krowoc_shared::accounts::people::RemoveIdentity;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{IdentityId, JobId, Millis, SessionId, SpaceId, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(remove_identity);
}

/// How long the password may be proven.
const PROOF: Millis = 10 * 60 * 1000;

/// Where somebody arrived.
pub(super) enum Arrival {
    /// This account is to be signed in, by an identity that it has.
    Known(UserId, Claim),
    /// The provider was added to the account that asked for it.
    Added,
    /// An account has the address: its password is to be proven.
    Proof(String),
    /// Nowhere; the word is for the page.
    Refused(&'static str),
}

/// The identity of an attempt that waits for a proof.
pub(super) fn stored(attempt: &Attempt) -> Reply<Waiting> {
    let text = attempt.identity.as_deref().ok_or(ErrorCode::LinkExpired)?;
    serde_json::from_str(text).map_err(|_| ErrorCode::Internal.into())
}

/// What a transaction needs beside the identity.
struct Arriving {
    now: Millis,
    id: IdentityId,
    new: NewAccount,
    sign_up: bool,
    proof: Hash,
    post: Post,
    provider: String,
    /// Whose account it is to be added to, and the session that wants it.
    wanted: Option<(UserId, Option<SessionId>)>,
    who: Waiting,
}

/// Decides, in one transaction. `proof` is the secret of an attempt that goes on with the password.
pub(super) async fn arrive(
    state: &AppState,
    attempt: &Attempt,
    identity: Identity,
    proof: &Token,
) -> Reply<Arrival> {
    let now = state.now();
    let normalised = identity
        .email
        .as_deref()
        .and_then(|text| email::normalise(text).ok());
    let name = identity
        .name
        .as_deref()
        .map(short)
        .filter(|name| !name.is_empty());
    let arriving = Arriving {
        now,
        id: IdentityId::mint(now, state.entropy()),
        new: NewAccount {
            id: UserId::mint(now, state.entropy()),
            email: normalised.clone().unwrap_or_default(),
            password_hash: passwords::NOBODY.to_owned(),
            space: SpaceId::mint(now, state.entropy()),
            epoch: encode(&random::<12>(state.random.as_ref())),
            at: now,
        },
        sign_up: state.config.sign_up,
        proof: proof.hash(),
        post: Post::of(state),
        provider: attempt.provider.clone(),
        wanted: attempt.user.map(|user| (user, attempt.session)),
        who: Waiting {
            issuer: identity.issuer,
            subject: identity.subject,
            email: normalised,
            email_verified: identity.email_verified,
            name,
            picture: identity.picture.map(|address| Wanted {
                address,
                job: JobId::mint(now, state.entropy()),
            }),
        },
    };
    state
        .store
        .write(move |tx: &mut Tx<'_>| arriving.decide(tx))
        .await
}

/// A name as it is shown: one line, not too long.
fn short(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    plain.trim().to_owned()
}

/// Whether the session is there still that wants a provider for its account, which is held. What was proven in it does not outlive it.
fn still_wanted(
    tx: &mut Tx<'_>,
    (user, session): (UserId, Option<SessionId>),
) -> Result<bool, StoreError> {
    match profiles::lock(tx, user) {
        Err(StoreError::NotFound) => return Ok(false),
        held => drop(held?),
    }
    session.map_or(Ok(false), |session| sessions::lives(tx, user, session))
}

impl Arriving {
    fn decide(&self, tx: &mut Tx<'_>) -> Reply<Arrival> {
        let wanted = match self.wanted {
            Some(wanted) if !still_wanted(tx, wanted)? => return Ok(Arrival::Refused("foreign")),
            wanted => wanted.map(|(user, _)| user),
        };
        let owner = identities::owner(tx, &self.who.issuer, &self.who.subject)?;
        match (owner, wanted) {
            (Some(owner), Some(user)) if owner != user => Ok(Arrival::Refused("taken")),
            (Some(owner), Some(_)) => {
                claim::sync(tx, (owner, &self.provider), &self.who, self.now)?;
                Ok(Arrival::Added)
            }
            (None, Some(user)) => {
                self.add(tx, user)?;
                Ok(Arrival::Added)
            }
            // What the provider says of them counts once they are in.
            (Some(owner), None) => Ok(self.known(owner)),
            (None, None) => self.stranger(tx),
        }
    }

    /// An identity that nobody here has.
    fn stranger(&self, tx: &mut Tx<'_>) -> Reply<Arrival> {
        let Some(email) = &self.who.email else {
            return Ok(Arrival::Refused("address"));
        };
        if let Some(account) = accounts::by_email(tx, email)? {
            if !passwords::is_set(&account.password_hash) {
                return Ok(Arrival::Refused("other"));
            }
            let text = serde_json::to_string(&self.who)
                .map_err(|error| StoreError::Fault(error.to_string()))?;
            let attempt = Attempt {
                provider: self.provider.clone(),
                user: None,
                session: None,
                identity: Some(text),
                expires_at: self.now.saturating_add(PROOF),
            };
            identities::begin(tx, &self.proof, &attempt, self.now)?;
            return Ok(Arrival::Proof(email.clone()));
        }
        if !self.sign_up {
            return Ok(Arrival::Refused("closed"));
        }
        accounts::create(tx, &self.new)?;
        self.add(tx, self.new.id)?;
        if !self.who.email_verified {
            let (user, email) = (self.new.id, email.clone());
            self.post.put(tx, Errand::Verify { user, email })?;
        }
        Ok(self.known(self.new.id))
    }

    fn add(&self, tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
        claim::add(tx, (self.id, user, &self.provider), &self.who, self.now)?;
        if user != self.new.id {
            let email = profiles::get(tx, user)?.email;
            let provider = self.provider.clone();
            self.post.put(tx, Errand::WayAdded { email, provider })?;
        }
        Ok(())
    }

    fn known(&self, user: UserId) -> Arrival {
        let claim = Claim {
            provider: self.provider.clone(),
            who: self.who.clone(),
            new: None,
        };
        Arrival::Known(user, claim)
    }
}

/// Removes a provider from the account, with the password, unless nothing else lets its owner in.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(("id" = String, Path, description = "As `GET /account` names it.")),
    request_body = RemoveIdentity,
    responses(
        (status = 204, description = "It lets nobody in any more."),
        (status = 401, description = "wrong_credentials: of the present password", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "stale_sign_in: of an account without a password", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "last_way_in: set a password first", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/identities/{id}/removal")]
async fn remove_identity(
    state: Data<AppState>,
    person: Person,
    client: Client,
    id: Path<IdentityId>,
    body: Body<RemoveIdentity>,
) -> Reply<HttpResponse> {
    proof::owner(&state, &person, body.0.password, client.address).await?;
    let (id, user) = (id.into_inner(), person.user);
    let (post, here) = (Post::of(&state), Here::of(&state));
    let removed = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        // Two removals at once must not leave none: the account's row is taken first.
        let profile = proof::held(tx, &person)?;
        let mine = identities::list(tx, user)?;
        let found = mine.into_iter().find(|it| it.id == id);
        let provider = found.ok_or(ErrorCode::NotFound)?.provider;
        identities::remove(tx, user, id)?;
        if here.ways_in(tx, user, &profile)? == 0 {
            return Err(ErrorCode::LastWayIn.into());
        }
        // Which of them named it is not kept: another one that is left names it again at the next sign-in.
        let named = avatars::standing(tx, user)?.filter(|it| it.origin == Origin::Provider);
        if named.is_some() {
            avatars::forget(tx, user)?;
        }
        let email = profile.email;
        Ok(post.put(tx, Errand::WayRemoved { email, provider })?)
    });
    removed.await?;
    Ok(HttpResponse::NoContent().finish())
}
