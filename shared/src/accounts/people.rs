//! What an account's own routes send and take: its address, its password, its ways in. Passwords and tokens only travel in bodies.

use crate::error::Problem;
use crate::ids::{IdentityId, Millis, UserId};
use serde::{Deserialize, Serialize};

/// `GET /api/v1/sign-in`: the ways in that this server has, for who is not signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInWays {
    /// New accounts can be made.
    pub sign_up: bool,
    /// A forgotten password can be set anew by mail.
    pub reset: bool,
    /// Passkeys sign in.
    #[serde(default)]
    pub passkeys: bool,
    /// Others that say who somebody is.
    #[serde(default)]
    pub providers: Vec<SignInProvider>,
}

/// A provider of sign-ins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInProvider {
    /// Its name in addresses: `GET /api/v1/sign-in/{id}` begins.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// Who an account's owner is at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentityView {
    /// By which it is removed.
    pub id: IdentityId,
    /// The provider.
    pub provider: String,
    /// Their address there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was added.
    pub created_at: Millis,
    /// When it last let them in.
    pub used_at: Millis,
    /// It does: its provider is set up on this server.
    #[serde(default)]
    pub lets_in: bool,
}

/// `POST /api/v1/account/identities/{provider}`: begins to add a provider.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddIdentity {
    /// The present password; empty when the account has none.
    pub password: String,
    /// A code of the authenticator, or a recovery code; empty when signing in has one step.
    #[serde(default)]
    pub code: String,
}

/// `POST /api/v1/account/identities/{id}/removal`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemoveIdentity {
    /// The present password; empty when the account has none.
    pub password: String,
}

/// `POST /api/v1/sign-in/link`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkPassword {
    /// The password of the account that has the address.
    pub password: String,
}

/// Where to send the tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Redirect {
    /// An address of a provider.
    pub redirect: String,
}

/// `GET /api/v1/account`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountView {
    /// The account.
    pub user: UserId,
    /// Its e-mail address.
    pub email: String,
    /// What its owner is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The tag of its picture, which is at `/api/v1/avatars/{user}`; absent when it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// It has a password; without one only providers let its owner in.
    #[serde(default)]
    pub has_password: bool,
    /// Signing in has two steps: what adds a way in asks for a code too.
    #[serde(default)]
    pub two_steps: bool,
    /// Providers that say who its owner is.
    #[serde(default)]
    pub identities: Vec<IdentityView>,
    /// Somebody who reads the mail of that address has said so.
    pub email_verified: bool,
    /// The address that takes its place when it is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_email: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// This server sends mail: without it no address can be verified or changed.
    pub mail: bool,
    /// Its owner looks after the server (the setting `admin_emails`).
    #[serde(default)]
    pub admin: bool,
    /// When the account is erased that its owner wants to be gone; until then it can be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_at: Option<Millis>,
}

/// Longest name of an account's owner, in characters.
pub const NAME_CHARS: usize = 100;

/// `PATCH /api/v1/account`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountName {
    /// What its owner is called, in up to 100 characters; nothing takes the name away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Largest picture of an account, in bytes.
pub const PICTURE_BYTES: usize = 256 * 1024;

/// `PUT /api/v1/account/picture`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PictureView {
    /// Another one for each picture: put behind its address, it makes a browser ask anew.
    pub tag: String,
}

/// `POST /api/v1/account/deletion`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteAccount {
    /// The present password.
    pub password: String,
}

/// Answer to [`DeleteAccount`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountDeletion {
    /// When the account is erased.
    pub delete_at: Millis,
}

/// `POST /api/v1/password/forgot`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgotPassword {
    /// The address to send a link to, when it has an account.
    pub email: String,
}

/// `POST /api/v1/password/reset`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetPassword {
    /// From the link of the mail.
    pub token: String,
    /// The new password; at least ten characters.
    pub password: String,
    /// Also disconnects every device, revokes every personal access token and removes every passkey.
    #[serde(default)]
    pub everything: bool,
}

/// `POST /api/v1/email/verify`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyEmail {
    /// From the link of the mail.
    pub token: String,
}

/// Answer to [`VerifyEmail`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifiedEmail {
    /// The address that is verified now.
    pub email: String,
}

/// `PUT /api/v1/account/email`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeEmail {
    /// The new address; it counts once it is verified.
    pub email: String,
    /// The present password.
    pub password: String,
}

/// `PUT /api/v1/account/password`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePassword {
    /// The present password.
    pub password: String,
    /// The new one; at least ten characters.
    pub new_password: String,
}

/// The form of `POST /api/v1/oauth/introspect` and `POST /api/v1/oauth/revoke`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenForm {
    /// The token that is looked at, or revoked.
    pub token: String,
    /// What kind it may be; not needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type_hint: Option<String>,
}

/// A refusal of those routes: a problem, with the members that OAuth clients read (RFC 6749, section 5.2) beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OAuthError {
    /// `invalid_request`, `invalid_token`, `insufficient_scope`, `temporarily_unavailable` or `server_error`.
    pub error: String,
    /// What happened, with the fix, in ASCII.
    pub error_description: String,
    /// The same for everybody else.
    #[serde(flatten)]
    pub problem: Problem,
}

/// What is known of a token (RFC 7662, section 2.2). Of one that is not active, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Introspection {
    /// It is one of the caller's, and good.
    pub active: bool,
    /// What it may do, parted by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The device, or the personal access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// `access_token`, `refresh_token` or `personal_access_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// When it runs out, in seconds since 1970; absent when it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// The server that gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
}
