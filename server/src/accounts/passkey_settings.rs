//! The passkeys of an account: added, named, removed. Not signing in with one.

use super::mailing::{Errand, Post};
use super::passkeys::{LIFE, TIMEOUT, known, needs_party};
use super::ways::Here;
use super::webauthn::{self, ALGORITHMS, Made, Party, Unbelieved};
use super::{proof, throttle};
use crate::app::AppState;
use crate::store::passkeys::{self, Purpose};
use crate::store::profiles::Profile;
use crate::store::sessions::Hash;
use crate::store::{Conn, Tx};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::{Token, encode};
use crate::web::{Body, Client, Person};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, patch, post};
use krowoc_shared::accounts::passkeys::{
    BeginPasskey, CreatedCredential, CreationOptions, CredentialKind, KnownCredential, MOST,
    NAME_MAX_CHARS, NewPasskey, PartyEntity, PasskeyView, RemovePasskey, RenamePasskey, Selection,
    UserEntity,
};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{PasskeyId, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(passkey_options)
        .service(add_passkey)
        .service(rename_passkey)
        .service(remove_passkey);
}

/// How an authenticator is reached (section 5.8.4 of the specification, and what came since).
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

fn name(text: &str) -> Reply<String> {
    let name = text.trim();
    let sane =
        (1..=NAME_MAX_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    let detail = format!("Use 1 to {NAME_MAX_CHARS} characters.");
    sane.then(|| name.to_owned())
        .ok_or_else(|| wrong("/name", detail))
}

fn wrong(field: &str, detail: impl Into<String>) -> Fault {
    Fault::new(ErrorCode::InvalidField)
        .field(field)
        .detail(detail)
}

fn options(
    party: Party,
    user: UserId,
    profile: Profile,
    (challenge, known): (String, Vec<KnownCredential>),
) -> CreationOptions {
    let kind = |alg| CredentialKind {
        kind: "public-key".to_owned(),
        alg,
    };
    CreationOptions {
        rp: PartyEntity {
            id: party.id,
            name: "Krowoc".to_owned(),
        },
        user: UserEntity {
            id: encode(user.as_bytes()),
            display_name: profile.name.unwrap_or_else(|| profile.email.clone()),
            name: profile.email,
        },
        challenge,
        pub_key_cred_params: ALGORITHMS.into_iter().map(kind).collect(),
        timeout: TIMEOUT,
        exclude_credentials: known,
        authenticator_selection: Selection {
            resident_key: "required".to_owned(),
            require_resident_key: true,
            user_verification: "required".to_owned(),
        },
        attestation: "none".to_owned(),
    }
}

/// Refuses another passkey where there are as many as may be.
fn room(conn: &mut Conn, user: UserId) -> Reply<()> {
    let few = passkeys::list(conn, user)?.len() < MOST;
    few.then_some(())
        .ok_or_else(|| ErrorCode::TooManyPasskeys.into())
}

/// Begins to add a passkey, with the password, and with a code where signing in has two steps: what `navigator.credentials.create` takes.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = BeginPasskey,
    responses(
        (status = 200, description = "For `PublicKeyCredential.parseCreationOptionsFromJSON`.", body = CreationOptions),
        (status = 401, description = "wrong_credentials: of the present password; wrong_code", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "stale_sign_in: of an account without a password", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "too_many_passkeys", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "passkeys_unavailable, vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/passkeys/options")]
async fn passkey_options(
    state: Data<AppState>,
    person: Person,
    client: Client,
    body: Body<BeginPasskey>,
) -> Reply<Json<CreationOptions>> {
    let party = needs_party(&state)?;
    let BeginPasskey { password, code } = body.0;
    let (user, now) = (person.user, state.now());
    let proven = proof::stepped(&state, person, (password, &code), &client).await?;
    let token = Token::mint(state.random.as_ref());
    let (hash, rp_id) = (token.hash(), party.id.clone());
    let asked = proven.open(&state, move |tx, profile| {
        throttle::ceremony(tx, client.address, now)?;
        room(tx, user)?;
        let life = (now, now.saturating_add(LIFE));
        passkeys::ask(tx, &hash, (Purpose::Add, Some(user)), life)?;
        Ok((profile, known(tx, user, &rp_id)?))
    });
    let (profile, known) = asked.await?;
    let challenge = token.as_str().to_owned();
    Ok(Json(options(party, user, profile, (challenge, known))))
}

/// A new credential, as bytes.
struct Sent {
    client_data: Vec<u8>,
    attestation: Vec<u8>,
    challenge: String,
    transports: String,
}

impl Sent {
    fn read(sent: &CreatedCredential) -> Option<Self> {
        let client_data = webauthn::decode(&sent.response.client_data)?;
        let reached = sent.response.transports.iter();
        let reached: Vec<&str> = reached
            .filter_map(|it| TRANSPORTS.iter().copied().find(|known| known == it))
            .collect();
        Some(Self {
            attestation: webauthn::decode(&sent.response.attestation)?,
            challenge: webauthn::challenge(&client_data)?,
            client_data,
            transports: reached.join(" "),
        })
    }

    fn hash(&self) -> Option<Hash> {
        Some(Token::parse(&self.challenge)?.hash())
    }

    /// The credential, when it is to be believed.
    fn made(&self, party: &Party) -> Result<Made, Unbelieved> {
        let bytes = webauthn::decode(&self.challenge);
        let bytes = bytes.ok_or(Unbelieved("the challenge is another"))?;
        party.made(&self.client_data, &self.attestation, &bytes)
    }
}

/// Adds the passkey that an authenticator made.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = NewPasskey,
    responses(
        (status = 201, description = "It signs in from now on.", body = PasskeyView),
        (status = 409, description = "already_exists, too_many_passkeys", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "link_expired: begin again", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: the name, or what the authenticator made cannot be believed", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "passkeys_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/passkeys")]
async fn add_passkey(
    state: Data<AppState>,
    person: Person,
    body: Body<NewPasskey>,
) -> Reply<HttpResponse> {
    let party = needs_party(&state)?;
    let name = name(&body.0.name)?;
    let sent = Sent::read(&body.0.credential);
    let sent = sent.ok_or_else(|| wrong("/credential", "It cannot be read. Begin again."))?;
    let expired = || {
        Fault::new(ErrorCode::LinkExpired)
            .detail("This took too long, or was begun elsewhere. Begin again.")
    };
    let (user, now) = (person.user, state.now());
    let hash = sent.hash().ok_or_else(expired)?;
    let spent = state
        .store
        .write(move |tx: &mut Tx<'_>| passkeys::spend(tx, &hash, Purpose::Add, now));
    if spent.await? != Some(Some(user)) {
        return Err(expired());
    }
    let made = sent.made(&party).map_err(|Unbelieved(why)| {
        tracing::warn!(%why, "a new passkey is not believed");
        let detail = format!("This passkey cannot be added: {why}.");
        wrong("/credential", detail)
    })?;
    let new = passkeys::NewPasskey {
        id: PasskeyId::mint(now, state.entropy()),
        user,
        credential: made.credential,
        public_key: made.public_key,
        sign_count: made.sign_count,
        transports: sent.transports,
        rp_id: party.id,
        name: name.clone(),
        at: now,
    };
    let view = PasskeyView {
        id: new.id,
        name: name.clone(),
        created_at: now,
        used_at: None,
        made_for: None,
    };
    let post = Post::of(&state);
    let added = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        let email = proof::held(tx, &person)?.email;
        room(tx, user)?;
        passkeys::add(tx, &new)?;
        Ok(post.put(tx, Errand::PasskeyAdded { email, name })?)
    });
    added.await?;
    Ok(HttpResponse::Created().json(view))
}

/// Gives a passkey another name.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(("id" = String, Path, description = "As `GET /account/security` names it.")),
    request_body = RenamePasskey,
    responses(
        (status = 204, description = "Named."),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[patch("/account/passkeys/{id}")]
async fn rename_passkey(
    state: Data<AppState>,
    person: Person,
    id: Path<PasskeyId>,
    body: Body<RenamePasskey>,
) -> Reply<HttpResponse> {
    let (id, name) = (id.into_inner(), name(&body.0.name)?);
    let named = state
        .store
        .write(move |tx: &mut Tx<'_>| passkeys::rename(tx, person.user, id, &name));
    if !named.await? {
        return Err(ErrorCode::NotFound.into());
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Removes a passkey, with the password, unless nothing else lets the owner in.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(("id" = String, Path, description = "As `GET /account/security` names it.")),
    request_body = RemovePasskey,
    responses(
        (status = 204, description = "It lets nobody in any more."),
        (status = 401, description = "wrong_credentials: of the present password", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "stale_sign_in: of an account without a password", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "last_way_in: set a password first", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/passkeys/{id}/removal")]
async fn remove_passkey(
    state: Data<AppState>,
    person: Person,
    client: Client,
    id: Path<PasskeyId>,
    body: Body<RemovePasskey>,
) -> Reply<HttpResponse> {
    proof::owner(&state, &person, body.0.password, client.address).await?;
    let (id, user) = (id.into_inner(), person.user);
    let (post, here) = (Post::of(&state), Here::of(&state));
    let removed = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        // Two removals at once must not leave none: the account's row is taken first.
        let profile = proof::held(tx, &person)?;
        let mine = passkeys::list(tx, user)?;
        let found = mine.into_iter().find(|it| it.id == id);
        let name = found.ok_or(ErrorCode::NotFound)?.name;
        passkeys::remove(tx, user, id)?;
        if here.ways_in(tx, user, &profile)? == 0 {
            return Err(ErrorCode::LastWayIn.into());
        }
        let email = profile.email;
        Ok(post.put(tx, Errand::PasskeyRemoved { email, name })?)
    });
    removed.await?;
    Ok(HttpResponse::NoContent().finish())
}
