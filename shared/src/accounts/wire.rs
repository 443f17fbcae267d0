//! What the account routes send and take. Passwords and tokens only travel in bodies, never in addresses.

use crate::ids::{DeviceId, Millis, SessionId, SpaceId, UserId};
use serde::{Deserialize, Serialize};

/// Shortest password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 10;
/// Longest password, in bytes: what is hashed is bounded.
pub const PASSWORD_MAX_BYTES: usize = 1024;

/// `POST /api/v1/accounts` and `POST /api/v1/session`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// E-mail address.
    pub email: String,
    /// Password; at least ten characters.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// `GET /api/v1/session`: who is signed in. Cookies carry the tokens; this carries what a page needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// The account.
    pub user: UserId,
    /// Its e-mail address.
    pub email: String,
    /// The personal space.
    pub space: SpaceId,
    /// Send as `x-csrf-token` with every request that changes something.
    pub csrf: String,
    /// When the access cookie runs out; refresh before.
    pub expires_at: Millis,
    /// The tag of its picture, which is at `/api/v1/avatars/{user}`; absent when it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// A row of `GET /api/v1/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionRow {
    /// The session.
    pub id: SessionId,
    /// What the browser calls itself, shortened.
    pub user_agent: String,
    /// When it signed in.
    pub created_at: Millis,
    /// When it was last used (to the minute).
    pub seen_at: Millis,
    /// The one that asks.
    pub current: bool,
}

/// `POST /api/v1/devices/authorize`, from the connect page of a signed-in person (OAuth 2.0 authorization code, RFC 7636 PKCE, S256 only).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorizeDevice {
    /// BASE64URL(SHA-256(verifier)), 43 characters.
    pub code_challenge: String,
    /// Echoed back, so that the extension knows its own request.
    pub state: String,
    /// What the device is called on the Devices page.
    pub name: String,
}

/// Answer: where the connect page sends the tab. The code is single-use, lives a minute and is useless without the verifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorizedDevice {
    /// `/connect/done#code=…&state=…`
    pub redirect: String,
}

/// `POST /api/v1/devices/token`: no cookie, no session.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "grant_type", rename_all = "snake_case")]
pub enum TokenRequest {
    /// A new device.
    AuthorizationCode {
        /// From the connect page.
        code: String,
        /// The secret behind the challenge.
        code_verifier: String,
    },
    /// The next pair of tokens; the old refresh token is spent.
    RefreshToken {
        /// The current refresh token.
        refresh_token: String,
    },
}

/// Answer to [`TokenRequest`].
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceTokens {
    /// Send as `Authorization: Bearer …`.
    pub access_token: String,
    /// Spend once for the next pair.
    pub refresh_token: String,
    /// Seconds the access token lives.
    pub expires_in: u32,
    /// The device.
    pub device: DeviceId,
    /// The account's e-mail address.
    pub email: String,
    /// The personal space.
    pub space: SpaceId,
    /// Its epoch.
    pub epoch: String,
}

/// A row of `GET /api/v1/devices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceRow {
    /// The device.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// When it was connected.
    pub created_at: Millis,
    /// When it last spoke to the server (to the minute).
    pub seen_at: Millis,
}

/// `PATCH /api/v1/devices/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenameDevice {
    /// The new name, 1 to 100 characters.
    pub name: String,
}
