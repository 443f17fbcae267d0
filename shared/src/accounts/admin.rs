//! What who looks after the server sends and takes of accounts. Nothing of their libraries but how many prompts there are.

use crate::ids::{Millis, UserId};
use crate::library::quota::Tier;
use serde::{Deserialize, Serialize};

/// An account, as who looks after the server sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountRow {
    /// The account.
    pub user: UserId,
    /// Its address.
    pub email: String,
    /// What its owner is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// Its tier.
    pub tier: Tier,
    /// It was given this tier; else it has the one that the server is configured with.
    pub given: bool,
    /// Prompts of its own library.
    pub prompts: u64,
}

/// `GET /api/v1/admin/accounts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountPage {
    /// The accounts, the newest first.
    pub accounts: Vec<AccountRow>,
    /// The `cursor` of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<UserId>,
}

/// `PUT /api/v1/admin/accounts/{id}/tier`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetTier {
    /// The tier that it has from now on.
    pub tier: Tier,
}
