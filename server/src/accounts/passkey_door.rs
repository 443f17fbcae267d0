//! Signing in with a passkey, alone or as the second step. It verified its owner, so that it is both steps. Not how one is added.

use super::mailing::Post;
use super::passkeys::{LIFE, TIMEOUT, known, needs_party};
use super::second::{self, PENDING};
use super::sign_in::{self, Entry, entry};
use super::throttle;
use super::webauthn::{self, Party, Unbelieved};
use crate::app::AppState;
use crate::store::passkeys::{self, Passkey, Purpose};
use crate::store::sessions::Hash;
use crate::store::{StoreError, Tx, pending, profiles};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::{Token, encode};
use crate::web::{Body, Client};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, post};
use krowoc_shared::accounts::passkeys::{
    AskPasskey, RequestOptions, SignInByPasskey, SignedCredential,
};
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{Millis, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(ask_passkey).service(sign_in_by_passkey);
}

/// Begins to sign in with a passkey: what `navigator.credentials.get` takes.
#[utoipa::path(
    tag = "accounts",
    request_body = AskPasskey,
    responses(
        (status = 200, description = "For `PublicKeyCredential.parseRequestOptionsFromJSON`.", body = RequestOptions),
        (status = 410, description = "sign_in_expired: of the second step", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: by the network", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "passkeys_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/session/passkey/options")]
async fn ask_passkey(
    state: Data<AppState>,
    request: HttpRequest,
    client: Client,
    body: Body<AskPasskey>,
) -> Reply<Json<RequestOptions>> {
    let party = needs_party(&state)?;
    let (token, now) = (Token::mint(state.random.as_ref()), state.now());
    let user = match body.0.step {
        true => Some(second::whose(&state, &request).await?.1),
        false => None,
    };
    let (hash, rp_id) = (token.hash(), party.id.clone());
    let asked = state.store.write(move |tx: &mut Tx<'_>| -> Reply<_> {
        throttle::ceremony(tx, client.address, now)?;
        let life = (now, now.saturating_add(LIFE));
        passkeys::ask(tx, &hash, (Purpose::Enter, user), life)?;
        Ok(match user {
            Some(user) => known(tx, user, &rp_id)?,
            None => Vec::new(),
        })
    });
    Ok(Json(RequestOptions {
        challenge: token.as_str().to_owned(),
        rp_id: party.id,
        timeout: TIMEOUT,
        user_verification: "required".to_owned(),
        allow_credentials: asked.await?,
    }))
}

/// What an authenticator signed, as bytes.
struct Signed {
    credential: Vec<u8>,
    client_data: Vec<u8>,
    data: Vec<u8>,
    signature: Vec<u8>,
    challenge: Token,
    /// Whose it says to be. A key that was named may leave that out.
    user: Option<String>,
}

impl Signed {
    fn read(sent: &SignedCredential) -> Option<Self> {
        let response = &sent.response;
        let client_data = webauthn::decode(&response.client_data)?;
        Some(Self {
            credential: webauthn::decode(&sent.id)?,
            challenge: Token::parse(&webauthn::challenge(&client_data)?)?,
            client_data,
            data: webauthn::decode(&response.data)?,
            signature: webauthn::decode(&response.signature)?,
            user: response.user.clone().filter(|it| !it.is_empty()),
        })
    }

    /// The counter of the signature, when it is the passkey's; `named` is whether it was asked for as one of an account.
    fn by(&self, party: &Party, passkey: &Passkey, named: bool) -> Result<u32, Unbelieved> {
        match &self.user {
            Some(user) if *user != encode(passkey.user.as_bytes()) => {
                return Err(Unbelieved("the passkey is of another account"));
            }
            None if !named => return Err(Unbelieved("it does not say whose it is")),
            _ => {}
        }
        let challenge = webauthn::decode(self.challenge.as_str());
        let challenge = challenge.ok_or(Unbelieved("the challenge is another"))?;
        let signed = (
            self.client_data.as_slice(),
            self.data.as_slice(),
            self.signature.as_slice(),
        );
        party.signed(signed, &challenge, &passkey.public_key)
    }
}

/// The same whatever is wrong: what is known here, and what is not, cannot be told apart.
fn refused(why: &str) -> Fault {
    tracing::warn!(%why, "a passkey let nobody in");
    Fault::new(ErrorCode::PasskeyRefused)
}

/// The passkey that signed, and whether it was asked for as the second step of its account. What was to be signed is used up: it is good
/// for one answer, right or wrong.
async fn found(state: &AppState, signed: &Signed, now: Millis) -> Reply<(Passkey, bool)> {
    let (hash, credential) = (signed.challenge.hash(), signed.credential.clone());
    let found = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
            let Some(wanted) = passkeys::spend(tx, &hash, Purpose::Enter, now)? else {
                return Ok(None);
            };
            let found = passkeys::by_credential(tx, &credential)?
                .filter(|it| wanted.is_none_or(|user| it.user == user));
            Ok(found.map(|it| (it, wanted.is_some())))
        });
    found
        .await?
        .ok_or_else(|| refused("nothing here is known of it"))
}

/// A signature that is right.
struct Right {
    passkey: Passkey,
    count: u32,
    /// The name of this server, for which it was made then.
    rp_id: String,
    /// The sign-in between its steps that the browser has.
    waiting: Option<Hash>,
    /// It is the second step of that.
    step: bool,
}

impl Right {
    /// Lets it count, in the transaction of the session that it opens.
    fn settle(&self, tx: &mut Tx<'_>, (now, post): (Millis, Post)) -> Reply<()> {
        // Held, so that a password that is set by mail, which may remove it, comes before or after.
        let profile = match profiles::lock(tx, self.passkey.user) {
            Err(StoreError::NotFound) => return Err(refused("its account is gone")),
            found => found?,
        };
        // It is being erased: for whoever signs in it is gone.
        if profile.delete_at.is_some_and(|at| at <= now) {
            return Err(refused("the account is being erased"));
        }
        if !passkeys::used(tx, self.passkey.id, (self.count, &self.rp_id), now)? {
            let why = "it was removed, or its counter did not grow: it may have been copied";
            return Err(refused(why));
        }
        match &self.waiting {
            Some(hash) if self.step => second::close(tx, hash, self.passkey.user, (now, post)),
            None if self.step => Err(second::expired()),
            // Who begins anew gives up what waits.
            Some(hash) => Ok(pending::spend(tx, hash).map(drop)?),
            None => Ok(()),
        }
    }
}

/// Signs in with a passkey. Nothing else is asked.
#[utoipa::path(
    tag = "accounts",
    request_body = SignInByPasskey,
    responses(
        (status = 200, description = "Signed in; both cookies are set.", body = SessionView),
        (status = 401, description = "passkey_refused", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "sign_in_expired: of the second step", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "passkeys_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/session/passkey")]
async fn sign_in_by_passkey(
    state: Data<AppState>,
    request: HttpRequest,
    client: Client,
    body: Body<SignInByPasskey>,
) -> Reply<HttpResponse> {
    let party = needs_party(&state)?;
    let signed = Signed::read(&body.0.credential);
    let signed = signed.ok_or_else(|| refused("what was sent cannot be read"))?;
    let now = state.now();
    let (passkey, step) = found(&state, &signed, now).await?;
    let count = signed.by(&party, &passkey, step);
    let count = count.map_err(|Unbelieved(why)| refused(why))?;
    let user: UserId = passkey.user;
    if step && second::whose(&state, &request).await?.1 != user {
        return Err(second::expired());
    }
    let right = Right {
        passkey,
        count,
        rp_id: party.id,
        waiting: PENDING.sent(&request).map(|token| token.hash()),
        step,
    };
    let Entry { session, cookies } = entry(&state, user, client.user_agent);
    let post = Post::of(&state);
    let entered = state.store.write(move |tx: &mut Tx<'_>| -> Reply<_> {
        right.settle(tx, (now, post))?;
        Ok(sign_in::begin(tx, &session)?)
    });
    let view = entered.await?;
    let [access, refresh] = cookies;
    Ok(HttpResponse::Ok()
        .cookie(PENDING.removed(&state))
        .cookie(access)
        .cookie(refresh)
        .json(view))
}
