//! The passkeys of an account: added, named, removed. Not signing in with one.

use super::mailing::{Errand, Post};
use super::webauthn::{self, ALGORITHMS, Party, Unbelieved};
use super::{account, proof};
use crate::app::AppState;
use crate::config::Config;
use crate::store::passkeys::{self, Purpose};
use crate::store::profiles::Profile;
use crate::store::{Conn, StoreError, Tx, identities, profiles};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::{Token, encode};
use crate::web::{Body, Client, Person};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, patch, post};
use krowoc_shared::accounts::passkeys::{
    BeginPasskey, CreationOptions, CredentialKind, KnownCredential, NAME_MAX_CHARS, NewPasskey,
    PartyEntity, PasskeyView, RenamePasskey, Selection, UserEntity,
};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{Millis, PasskeyId, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(passkey_options)
        .service(add_passkey)
        .service(rename_passkey)
        .service(remove_passkey);
}

/// How long a person may take over a ceremony.
pub(super) const LIFE: Millis = 5 * 60 * 1000;
/// The same as browsers take it.
pub(super) const TIMEOUT: u32 = 300_000;
/// How an authenticator is reached (section 5.8.4 of the specification, and what came since).
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

/// Whom passkeys are bound to: the name in `public_url`. Without one, or without TLS, browsers know none.
pub(super) fn party(config: &Config) -> Option<Party> {
    let url = config.public_url.as_ref()?;
    let host = url.domain()?;
    let secure = url.scheme() == "https" || host == "localhost";
    secure.then(|| Party {
        id: host.to_owned(),
        origin: url.origin().ascii_serialization(),
    })
}

/// As [`party`], where one is needed.
pub(super) fn needs_party(state: &AppState) -> Reply<Party> {
    party(&state.config).ok_or_else(|| ErrorCode::PasskeysUnavailable.into())
}

/// The credentials of an account as browsers take them.
pub(super) fn known(conn: &mut Conn, user: UserId) -> Result<Vec<KnownCredential>, StoreError> {
    let found = passkeys::credentials(conn, user)?.into_iter();
    let known = found.map(|(credential, transports)| KnownCredential {
        kind: "public-key".to_owned(),
        id: encode(&credential),
        transports: transports.split_whitespace().map(str::to_owned).collect(),
    });
    Ok(known.collect())
}

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

/// Begins to add a passkey: what `navigator.credentials.create` takes.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = BeginPasskey,
    responses(
        (status = 200, description = "For `PublicKeyCredential.parseCreationOptionsFromJSON`.", body = CreationOptions),
        (status = 401, description = "wrong_credentials: of the present password", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "stale_sign_in: of an account without a password", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "passkeys_unavailable", body = Problem, content_type = "application/problem+json"),
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
    let profile = proof::owner(&state, &person, body.0.password, client.address).await?;
    let (user, now) = (person.user, state.now());
    let token = Token::mint(state.random.as_ref());
    let hash = token.hash();
    let asked = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
            let life = (now, now.saturating_add(LIFE));
            passkeys::ask(tx, &hash, (Purpose::Add, Some(user)), life)?;
            known(tx, user)
        });
    let challenge = token.as_str().to_owned();
    Ok(Json(options(
        party,
        user,
        profile,
        (challenge, asked.await?),
    )))
}

/// Adds the passkey that an authenticator made.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = NewPasskey,
    responses(
        (status = 201, description = "It signs in from now on.", body = PasskeyView),
        (status = 409, description = "already_exists", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "link_expired: begin again", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: what the authenticator made cannot be believed", body = Problem, content_type = "application/problem+json"),
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
    let Body(NewPasskey {
        name: wanted,
        credential,
    }) = body;
    let name = name(&wanted)?;
    let unreadable = || wrong("/credential", "It cannot be read. Begin again.");
    let client_data = webauthn::decode(&credential.response.client_data).ok_or_else(unreadable)?;
    let attestation = webauthn::decode(&credential.response.attestation).ok_or_else(unreadable)?;
    let challenge = webauthn::challenge(&client_data).ok_or_else(unreadable)?;
    let expired = || {
        Fault::new(ErrorCode::LinkExpired)
            .detail("This took too long, or was begun elsewhere. Begin again.")
    };
    let token = Token::parse(&challenge).ok_or_else(expired)?;
    let (user, now, hash) = (person.user, state.now(), token.hash());
    let spent = state
        .store
        .write(move |tx: &mut Tx<'_>| passkeys::spend(tx, &hash, Purpose::Add, now));
    if spent.await? != Some(Some(user)) {
        return Err(expired());
    }
    let bytes = webauthn::decode(&challenge).ok_or_else(unreadable)?;
    let made = party.made(&client_data, &attestation, &bytes);
    let made = made.map_err(|Unbelieved(why)| {
        tracing::warn!(%why, "a new passkey is not believed");
        wrong(
            "/credential",
            format!("This passkey cannot be added: {why}."),
        )
    })?;
    let reached = credential.response.transports.iter();
    let reached: Vec<&str> = reached
        .filter_map(|it| TRANSPORTS.iter().copied().find(|known| known == it))
        .collect();
    let new = passkeys::NewPasskey {
        id: PasskeyId::mint(now, state.entropy()),
        user,
        credential: made.credential,
        public_key: made.public_key,
        sign_count: made.sign_count,
        transports: reached.join(" "),
        name: name.clone(),
        at: now,
    };
    let view = PasskeyView {
        id: new.id,
        name: name.clone(),
        created_at: now,
        used_at: None,
    };
    let post = Post::of(&state);
    let added = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
            passkeys::add(tx, &new)?;
            let email = profiles::get(tx, user)?.email;
            post.put(tx, Errand::PasskeyAdded { email, name })
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

/// Removes a passkey, unless nothing else lets the owner in.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(("id" = String, Path, description = "As `GET /account/security` names it.")),
    responses(
        (status = 204, description = "It lets nobody in any more."),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "last_way_in: set a password first", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/account/passkeys/{id}")]
async fn remove_passkey(
    state: Data<AppState>,
    person: Person,
    id: Path<PasskeyId>,
) -> Reply<HttpResponse> {
    let (id, user) = (id.into_inner(), person.user);
    let post = Post::of(&state);
    let removed = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        // Two removals at once must not leave none: the account's row is taken first.
        let profile = profiles::lock(tx, user)?;
        let mine = passkeys::list(tx, user)?;
        let found = mine.iter().find(|it| it.id == id);
        let name = found.ok_or(ErrorCode::NotFound)?.name.clone();
        let others = mine.len() > 1 || !identities::list(tx, user)?.is_empty();
        if !others && !account::has_password(&profile) {
            return Err(ErrorCode::LastWayIn.into());
        }
        passkeys::remove(tx, user, id)?;
        let email = profile.email;
        Ok(post.put(tx, Errand::PasskeyRemoved { email, name })?)
    });
    removed.await?;
    Ok(HttpResponse::NoContent().finish())
}
