//! What the routes of passkeys send and take. What a browser's own functions take and give is written as they write it (Web Authentication,
//! level 3, section 5.1): `PublicKeyCredential.parseCreationOptionsFromJSON` and `toJSON`.

use crate::ids::{Millis, PasskeyId};
use serde::{Deserialize, Serialize};

/// Most passkeys of an account.
pub const MOST: usize = 25;
/// Longest name of a passkey, in characters.
pub const NAME_MAX_CHARS: usize = 100;

/// A passkey, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyView {
    /// By which it is named and removed.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Millis,
    /// When it last let them in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Millis>,
    /// The name of the server that it was made for, where that is not this one's: it signs in there alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_for: Option<String>,
}

/// `POST /api/v1/account/passkeys/options`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeginPasskey {
    /// The present password; empty when the account has none.
    pub password: String,
    /// A code of the authenticator, or a recovery code; empty when signing in has one step.
    #[serde(default)]
    pub code: String,
}

/// `POST /api/v1/account/passkeys/{id}/removal`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemovePasskey {
    /// The present password; empty when the account has none.
    pub password: String,
}

/// `PATCH /api/v1/account/passkeys/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenamePasskey {
    /// 1 to 100 characters.
    pub name: String,
}

/// `POST /api/v1/account/passkeys`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPasskey {
    /// What its owner calls it; 1 to 100 characters.
    pub name: String,
    /// What the browser made.
    pub credential: CreatedCredential,
}

/// A new credential (`RegistrationResponseJSON`); what else a browser says of it is not looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedCredential {
    /// Base64url of its id.
    pub id: String,
    /// What the authenticator answered.
    pub response: CreatedResponse,
}

/// What an authenticator says of a new credential; bytes as base64url.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedResponse {
    /// What the browser says of the ceremony.
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    /// The credential.
    #[serde(rename = "attestationObject")]
    pub attestation: String,
    /// How the authenticator is reached.
    #[serde(default)]
    pub transports: Vec<String>,
}

/// `POST /api/v1/session/passkey/options`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskPasskey {
    /// For the second step of a sign-in whose first is done: only passkeys of that account.
    #[serde(default)]
    pub step: bool,
}

/// `POST /api/v1/session/passkey`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInByPasskey {
    /// What the browser gave.
    pub credential: SignedCredential,
}

/// A signature of a credential (`AuthenticationResponseJSON`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedCredential {
    /// Base64url of its id.
    pub id: String,
    /// What the authenticator answered.
    pub response: SignedResponse,
}

/// What an authenticator signed; bytes as base64url.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedResponse {
    /// What the browser says of the ceremony.
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    /// What the authenticator says of it.
    #[serde(rename = "authenticatorData")]
    pub data: String,
    /// Over both.
    pub signature: String,
    /// Whose the credential is. In a second step it may be missing, for there the account is known.
    #[serde(default, rename = "userHandle")]
    pub user: Option<String>,
}

/// How a browser is asked for a new credential (`PublicKeyCredentialCreationOptionsJSON`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// This server.
    pub rp: PartyEntity,
    /// The account.
    pub user: UserEntity,
    /// To be signed; good once, for five minutes.
    pub challenge: String,
    /// Algorithms that are taken, the preferred first.
    pub pub_key_cred_params: Vec<CredentialKind>,
    /// Milliseconds.
    pub timeout: u32,
    /// The account's passkeys: an authenticator makes no second one.
    pub exclude_credentials: Vec<KnownCredential>,
    /// What an authenticator must do.
    pub authenticator_selection: Selection,
    /// `none`.
    pub attestation: String,
}

/// A server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartyEntity {
    /// Its host.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// An account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// Base64url of its id.
    pub id: String,
    /// Its address.
    pub name: String,
    /// What its owner is called, or the address.
    pub display_name: String,
}

/// A kind of credential.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialKind {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The algorithm's number at IANA.
    pub alg: i64,
}

/// A credential that is known.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownCredential {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Base64url of its id.
    pub id: String,
    /// How its authenticator is reached.
    pub transports: Vec<String>,
}

/// What an authenticator must do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Selection {
    /// `required`: it is found without being named.
    pub resident_key: String,
    /// The same for older browsers.
    pub require_resident_key: bool,
    /// `required`.
    pub user_verification: String,
}

/// How a browser is asked for a signature (`PublicKeyCredentialRequestOptionsJSON`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// To be signed; good once, for five minutes.
    pub challenge: String,
    /// This server's host.
    pub rp_id: String,
    /// Milliseconds.
    pub timeout: u32,
    /// `required`: a passkey is two steps in one.
    pub user_verification: String,
    /// Which may sign; any that is found when there are none.
    pub allow_credentials: Vec<KnownCredential>,
}
