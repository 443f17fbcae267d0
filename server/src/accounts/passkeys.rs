//! What the doors of passkeys and their settings share: whom they are bound to, which an account has, how long a ceremony takes. No routes.

use super::webauthn::Party;
use crate::app::AppState;
use crate::config::Config;
use crate::store::{Conn, StoreError, passkeys};
use crate::web::problem::Reply;
use crate::web::token::encode;
use krowoc_shared::accounts::passkeys::KnownCredential;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{Millis, UserId};

/// How long a person may take over a ceremony.
pub(super) const LIFE: Millis = 5 * 60 * 1000;
/// How long a browser asks for it, in milliseconds: shorter, for the journey is not the person's.
pub(super) const TIMEOUT: u32 = 240_000;

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
///
/// # Errors
/// [`ErrorCode::PasskeysUnavailable`].
pub(super) fn needs_party(state: &AppState) -> Reply<Party> {
    party(&state.config).ok_or_else(|| ErrorCode::PasskeysUnavailable.into())
}

/// The credentials of an account that may be for this name, as browsers take them.
///
/// # Errors
/// The store's.
pub(super) fn known(
    conn: &mut Conn,
    user: UserId,
    rp_id: &str,
) -> Result<Vec<KnownCredential>, StoreError> {
    let found = passkeys::credentials(conn, user, rp_id)?.into_iter();
    let known = found.map(|(credential, transports)| KnownCredential {
        kind: "public-key".to_owned(),
        id: encode(&credential),
        transports: transports.split_whitespace().map(str::to_owned).collect(),
    });
    Ok(known.collect())
}
