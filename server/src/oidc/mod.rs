//! Signing in through others: what is sent to OpenID Connect issuers and to GitHub, and what is believed of their answers. It knows no
//! account: whose identity it is, others decide.
//!
//! Everything that an attempt needs to be believed is derived from one secret in a cookie: the `state`, the `nonce` and PKCE's verifier.
//! An answer that another browser, another provider or another attempt got is worth nothing.

mod github;
mod http;
mod issuer;
mod jwt;
mod picture;

pub use http::FederationError;

use crate::config::Config;
use crate::config::federation::{Protocol, ProviderSettings};
use crate::web::token::{Token, encode};
use http::Http;
use issuer::Issuer;
use krowoc_shared::ids::Millis;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use url::Url;

/// Who somebody is, as a provider says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who says so.
    pub issuer: String,
    /// By which the provider knows them, for ever.
    pub subject: String,
    /// Their address.
    pub email: Option<String>,
    /// The provider vouches for it.
    pub email_verified: bool,
    /// What they are called.
    pub name: Option<String>,
    /// Where the provider says that a picture of them is.
    pub picture: Option<String>,
}

/// What one attempt is proven with.
pub struct Attempt<'a> {
    /// The secret of the cookie.
    secret: &'a Token,
    /// Where the provider sends the browser back.
    redirect: String,
}

impl<'a> Attempt<'a> {
    /// The attempt of a cookie.
    #[must_use]
    pub fn new(config: &Config, provider: &str, secret: &'a Token) -> Self {
        Self {
            secret,
            // One for each provider: an answer of one cannot be taken for another's.
            redirect: format!("{}/api/v1/sign-in/{provider}/callback", config.origin()),
        }
    }

    /// What comes back with the code.
    #[must_use]
    pub fn state(&self) -> Token {
        self.secret.successor("oidc state", &[])
    }

    fn nonce(&self) -> Token {
        self.secret.successor("oidc nonce", &[])
    }

    fn verifier(&self) -> Token {
        self.secret.successor("oidc verifier", &[])
    }

    fn challenge(&self) -> String {
        encode(&Sha256::digest(self.verifier().as_str().as_bytes()))
    }

    /// The address of a question, with what every provider is asked.
    fn ask(&self, endpoint: &Url, client_id: &str, scope: &str) -> Url {
        let mut url = endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", scope)
            .append_pair("state", self.state().as_str())
            .append_pair("code_challenge", &self.challenge())
            .append_pair("code_challenge_method", "S256");
        url
    }
}

enum Way {
    Oidc(Issuer),
    GitHub,
}

struct Provider {
    settings: ProviderSettings,
    way: Way,
}

/// The configured providers.
pub struct Federation {
    providers: BTreeMap<String, Provider>,
    shown: Vec<(String, String)>,
    http: Http,
}

impl Federation {
    /// Those of a configuration. Nobody is asked anything yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let shown = config.providers.iter();
        let shown = shown.map(|it| (it.id.clone(), it.name.clone()));
        let providers = config.providers.iter().map(|settings| {
            let way = match settings.protocol {
                Protocol::Oidc => Way::Oidc(Issuer::default()),
                Protocol::GitHub => Way::GitHub,
            };
            let settings = settings.clone();
            (settings.id.clone(), Provider { settings, way })
        });
        Self {
            shown: shown.collect(),
            providers: providers.collect(),
            http: Http::default(),
        }
    }

    /// Their ids and names, in the order in which they are shown.
    #[must_use]
    pub fn shown(&self) -> &[(String, String)] {
        &self.shown
    }

    /// The id of a provider as it is known here; `None` when it is not configured.
    #[must_use]
    pub fn known(&self, id: &str) -> Option<&str> {
        self.providers.get_key_value(id).map(|(id, _)| id.as_str())
    }

    /// The name of a provider for people; its id when it is not configured any more.
    #[must_use]
    pub fn name(&self, id: &str) -> String {
        let found = self.providers.get(id);
        found.map_or_else(|| id.to_owned(), |it| it.settings.name.clone())
    }

    /// Whether an identity that an issuer vouches for lets anybody in here: one of the configured providers is, or may be, that issuer,
    /// whatever it is called.
    #[must_use]
    pub fn believes(&self, issuer: &str) -> bool {
        let mut all = self.providers.values();
        all.any(|it| issuer::may_be(&it.settings, issuer))
    }

    fn provider(&self, id: &str) -> Result<&Provider, FederationError> {
        let found = self.providers.get(id);
        found.ok_or_else(|| FederationError::wrong("the provider is not configured"))
    }

    /// Where to send the browser.
    ///
    /// # Errors
    /// When the provider cannot be asked how it works.
    pub async fn begin(
        &self,
        id: &str,
        attempt: &Attempt<'_>,
        now: Millis,
    ) -> Result<Url, FederationError> {
        let provider = self.provider(id)?;
        match &provider.way {
            Way::Oidc(issuer) => {
                issuer
                    .begin(&self.http, &provider.settings, attempt, now)
                    .await
            }
            Way::GitHub => github::begin(&provider.settings, attempt),
        }
    }

    /// Who came back with a code. `iss` is what came beside it (RFC 9207).
    ///
    /// # Errors
    /// When the provider does not confirm the code, or what it says is not to be believed.
    pub async fn finish(
        &self,
        id: &str,
        attempt: &Attempt<'_>,
        (code, iss): (&str, Option<&str>),
        now: Millis,
    ) -> Result<Identity, FederationError> {
        let provider = self.provider(id)?;
        match &provider.way {
            Way::Oidc(issuer) => {
                let settings = &provider.settings;
                issuer
                    .finish(&self.http, settings, attempt, (code, iss), now)
                    .await
            }
            Way::GitHub => github::finish(&self.http, &provider.settings, attempt, code).await,
        }
    }
}
