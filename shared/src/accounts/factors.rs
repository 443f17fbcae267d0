//! What the routes of second steps of signing in send and take. Codes and passwords only travel in bodies.

use super::passkeys::PasskeyView;
use crate::ids::Millis;
use serde::{Deserialize, Serialize};

/// `GET /api/v1/account/security`: what is asked for beside the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecurityView {
    /// The account has a password: changes here ask for it.
    pub has_password: bool,
    /// The authenticator; absent when signing in has one step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<TotpView>,
    /// This server can take passkeys.
    #[serde(default)]
    pub passkeys_here: bool,
    /// The passkeys, the oldest first; each signs in by itself.
    #[serde(default)]
    pub passkeys: Vec<PasskeyView>,
}

/// An authenticator that is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpView {
    /// Since when.
    pub since: Millis,
    /// Recovery codes that were not used.
    pub recovery_left: i64,
}

/// `POST /api/v1/account/totp`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeginTotp {
    /// The present password; empty when the account has none.
    pub password: String,
}

/// Answer to [`BeginTotp`]: what an authenticator takes over. It is shown this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpSetup {
    /// The secret in base32, to be typed.
    pub secret: String,
    /// The same as an `otpauth:` address.
    pub uri: String,
    /// That address as a QR code: how many modules it is wide, without a margin.
    pub qr_size: u32,
    /// The dark modules, as the path of an SVG in which a module is one wide.
    pub qr_path: String,
}

/// `POST /api/v1/account/totp/confirmation` and `POST /api/v1/session/code`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TypedCode {
    /// Six digits of the authenticator; where somebody signs in, a recovery code as well. Spaces and hyphens do not count.
    pub code: String,
}

/// `POST /api/v1/account/totp/removal` and `POST /api/v1/account/recovery-codes`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordAndCode {
    /// The present password; empty when the account has none.
    pub password: String,
    /// Six digits of the authenticator, or a recovery code.
    pub code: String,
}

/// New recovery codes, in the place of all earlier ones. They are shown this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Each is good once.
    pub codes: Vec<String>,
}
