//! Shapes of provider keys, personal access tokens and the model catalogue. Not a key itself: that is never answered.

use crate::execution::money::NanoUsd;
use crate::execution::price::{PriceKey, PriceSet};
use crate::execution::request::{ModelRef, Provider};
use crate::execution::usage::Unit;
use crate::ids::{KeyId, Millis, TokenId};
use serde::{Deserialize, Serialize};

/// `POST /api/v1/provider-keys`: stores a key, sealed.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewProviderKey {
    /// Whose key.
    pub provider: Provider,
    /// What the person calls it; the provider's name when empty.
    #[serde(default)]
    pub name: String,
    /// The key; may be empty for a provider that needs none.
    #[serde(default)]
    pub key: String,
    /// Where the provider listens, when not at its usual address.
    #[serde(default)]
    pub base_url: Option<String>,
}

/// Never shows the key.
impl std::fmt::Debug for NewProviderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewProviderKey")
            .field("provider", &self.provider)
            .field("name", &self.name)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// `PATCH /api/v1/provider-keys/{id}`: a new name, or a new key in place of the old one (rotation). Absent = as it is.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeProviderKey {
    /// The name.
    #[serde(default)]
    pub name: Option<String>,
    /// The key.
    #[serde(default)]
    pub key: Option<String>,
    /// True makes it the key that its provider is called with when none is chosen.
    #[serde(default)]
    pub preferred: Option<bool>,
}

/// Never shows the key.
impl std::fmt::Debug for ChangeProviderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeProviderKey")
            .field("name", &self.name)
            .field("preferred", &self.preferred)
            .finish_non_exhaustive()
    }
}

/// A stored key, as far as it is ever shown. `GET /api/v1/provider-keys` answers a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderKeyView {
    /// Its id.
    pub id: KeyId,
    /// Whose key.
    pub provider: Provider,
    /// What the person calls it.
    pub name: String,
    /// The end of the key, such as `…a1b2`; empty when there is no key.
    pub hint: String,
    /// Where the provider listens.
    pub base_url: String,
    /// Whether the server's operator holds it for everybody.
    #[serde(default)]
    pub server_held: bool,
    /// Whether its provider is called with it when none is chosen.
    pub preferred: bool,
    /// When it was stored.
    pub created_at: Millis,
    /// When the key itself was last replaced.
    pub rotated_at: Option<Millis>,
    /// When it was last used.
    pub used_at: Option<Millis>,
    /// Executions this month (UTC).
    pub executions: u64,
    /// Their cost.
    pub cost: NanoUsd,
}

/// `POST /api/v1/providers/{key id}/test`: what the cheapest real call said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyTest {
    /// Whether the provider took the key.
    pub works: bool,
    /// Why not; absent when it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<crate::execution::failure::Failure>,
    /// How long the provider took, in milliseconds.
    pub latency_ms: Millis,
    /// How many models the key can use, when the call told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<u32>,
}

/// What a personal access token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// Run prompts and models, and read the runs.
    #[serde(rename = "executions")]
    Executions,
    /// Read the library.
    #[serde(rename = "library:read")]
    LibraryRead,
    /// Change the library.
    #[serde(rename = "library:write")]
    LibraryWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: &'static [Self] = &[Self::Executions, Self::LibraryRead, Self::LibraryWrite];

    /// The name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Executions => "executions",
            Self::LibraryRead => "library:read",
            Self::LibraryWrite => "library:write",
        }
    }

    /// The scope of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|scope| scope.as_str() == text)
    }
}

/// `POST /api/v1/tokens`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What the person calls it.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// When it stops; never when absent.
    #[serde(default)]
    pub expires_at: Option<Millis>,
}

/// A token just made: the only answer that ever holds it.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// The token, `krw_…`: shown once.
    pub token: String,
    /// As it is listed.
    pub view: TokenView,
}

/// Never shows the token.
impl std::fmt::Debug for CreatedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedToken")
            .field("view", &self.view)
            .finish_non_exhaustive()
    }
}

/// A token, as it is listed. `GET /api/v1/tokens` answers a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenView {
    /// Its id.
    pub id: TokenId,
    /// What the person calls it.
    pub name: String,
    /// The end of the token.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Millis,
    /// When it stops.
    pub expires_at: Option<Millis>,
    /// When it was last used.
    pub used_at: Option<Millis>,
}

/// A price, in the words of a list: what a person compares models by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListPrice {
    /// Nano-USD for a million input tokens.
    pub input_mtok: Option<NanoUsd>,
    /// Nano-USD for a million input tokens read from a cache.
    pub cache_read_mtok: Option<NanoUsd>,
    /// Nano-USD for a million output tokens.
    pub output_mtok: Option<NanoUsd>,
    /// Whether larger requests cost another rate.
    pub tiered: bool,
    /// Every price in force, for [`crate::execution::estimate`]; absent in lists that nobody computes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub table: Option<PriceSet>,
}

impl ListPrice {
    /// The words of a list for a set of prices, with the set itself.
    #[must_use]
    pub fn of(prices: &PriceSet) -> Self {
        let base = |unit: Unit| Some(prices.get(PriceKey::Of(unit))?.rate(0).nano());
        Self {
            input_mtok: base(Unit::InputTokens),
            cache_read_mtok: base(Unit::CacheReadTokens),
            output_mtok: base(Unit::OutputTokens),
            tiered: prices.is_tiered(),
            table: Some(prices.clone()),
        }
    }
}

/// A model of the catalogue. `GET /api/v1/models` answers [`ModelPage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelView {
    /// `provider/model-id`.
    pub model: ModelRef,
    /// What people call it.
    pub name: String,
    /// Largest number of tokens of input and output together; absent when unknown.
    pub context: Option<u64>,
    /// Largest number of tokens of an answer; absent when unknown.
    pub max_output: Option<u64>,
    /// Such as `text`, `images`, `tools`, `reasoning`, `json_schema`, `image_output`.
    pub capabilities: Vec<String>,
    /// Whether it may be run.
    pub active: bool,
    /// Absent = unpriced.
    pub price: Option<ListPrice>,
    /// The price revision in force; absent = unpriced.
    pub price_revision: Option<String>,
    /// Whether the caller has a key for its provider.
    pub usable: bool,
}

/// `GET /api/v1/models?q=&provider=&usable=&cursor=&limit=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelPage {
    /// The models, usable ones first, then by provider; the newest of a provider first, those about to be retired last.
    pub models: Vec<ModelView>,
    /// How many match.
    pub total: u64,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `POST /api/v1/admin/models?dry_run=`: what a catalogue file changes.
#[cfg(feature = "catalogue")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogueReport {
    /// Whether it was put in place; false when it was only looked at.
    pub applied: bool,
    /// What differs from the catalogue before.
    pub changes: Vec<crate::execution::catalogue::Change>,
}
