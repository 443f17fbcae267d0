//! One OpenID Connect issuer: how it works, its keys, and the exchange of a code for somebody's identity. Not GitHub, which is none.

use super::http::{FederationError, Http, form, json};
use super::jwt::{self, Claims, Expected, Key, Keys, Trouble};
use super::{Attempt, Identity, picture};
use crate::config::federation::ProviderSettings;
use crate::web::token::same;
use krowoc_shared::ids::Millis;
use serde::Deserialize;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// How long is believed what an issuer said of itself.
const FRESH: Millis = 60 * 60 * 1000;
/// Keys are asked for anew at most this often when a token names one that is not known.
const ROTATION: Millis = 60 * 1000;

/// An address as an issuer writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Endpoint(Url);

impl TryFrom<String> for Endpoint {
    type Error = url::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Url::parse(&text).map(Self)
    }
}

/// What an issuer says of itself (OpenID Connect Discovery 1.0, section 3).
#[derive(Clone, Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Endpoint,
    token_endpoint: Endpoint,
    jwks_uri: Endpoint,
    userinfo_endpoint: Option<Endpoint>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

struct Known {
    metadata: Arc<Metadata>,
    keys: Arc<Vec<Key>>,
    at: Millis,
}

/// What is known of an issuer so far.
#[derive(Default)]
pub(super) struct Issuer(Mutex<Option<Known>>);

#[derive(Deserialize)]
struct Exchanged {
    id_token: Option<String>,
    access_token: Option<String>,
}

impl Issuer {
    fn remembered(&self, since: Millis) -> Option<(Arc<Metadata>, Arc<Vec<Key>>)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref().filter(|known| known.at > since)?;
        Some((Arc::clone(&known.metadata), Arc::clone(&known.keys)))
    }

    /// The metadata and the keys, at most so old.
    async fn known(
        &self,
        http: &Http,
        settings: &ProviderSettings,
        (now, age): (Millis, Millis),
    ) -> Result<(Arc<Metadata>, Arc<Vec<Key>>), FederationError> {
        if let Some(known) = self.remembered(now.saturating_sub(age)) {
            return Ok(known);
        }
        let base = settings.issuer.as_str().trim_end_matches('/');
        let address = format!("{base}/.well-known/openid-configuration");
        let client = http.client()?;
        let metadata: Metadata = json("discovery", client.get(address)).await?;
        check(&metadata, settings)?;
        let keys: Keys = json("keys", client.get(metadata.jwks_uri.0.clone())).await?;
        let (metadata, keys) = (Arc::new(metadata), Arc::new(keys.usable()));
        let known = Known {
            metadata: Arc::clone(&metadata),
            keys: Arc::clone(&keys),
            at: now,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok((metadata, keys))
    }

    pub(super) async fn begin(
        &self,
        http: &Http,
        settings: &ProviderSettings,
        attempt: &Attempt<'_>,
        now: Millis,
    ) -> Result<Url, FederationError> {
        let (metadata, _) = self.known(http, settings, (now, FRESH)).await?;
        let endpoint = &metadata.authorization_endpoint.0;
        let mut url = attempt.ask(endpoint, &settings.client_id, &settings.scopes);
        url.query_pairs_mut()
            .append_pair("nonce", attempt.nonce().as_str());
        Ok(url)
    }

    pub(super) async fn finish(
        &self,
        http: &Http,
        settings: &ProviderSettings,
        attempt: &Attempt<'_>,
        (code, iss): (&str, Option<&str>),
        now: Millis,
    ) -> Result<Identity, FederationError> {
        let (metadata, mut keys) = self.known(http, settings, (now, FRESH)).await?;
        // An answer that another issuer gave is not taken to this one (RFC 9207, section 2.4).
        let mixed = match iss {
            Some(iss) => iss != metadata.issuer && !metadata.issuer.contains(TENANT),
            None => metadata.authorization_response_iss_parameter_supported,
        };
        if mixed {
            return Err(FederationError::wrong("the answer is not of this issuer"));
        }
        let tokens = exchange(http, settings, &metadata, attempt, code).await?;
        let token = tokens
            .id_token
            .ok_or_else(|| FederationError::wrong("there is no ID token"))?;
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: &settings.client_id,
            nonce: attempt.nonce().as_str().to_owned(),
            now,
        };
        let mut read = jwt::read(&token, &keys, &expected);
        if matches!(read, Err(Trouble::UnknownKey)) {
            // The issuer may have a new key since.
            (_, keys) = self.known(http, settings, (now, ROTATION)).await?;
            read = jwt::read(&token, &keys, &expected);
        }
        let claims = read.map_err(|why| FederationError::wrong(format!("the ID token: {why}")))?;
        let more = more(http, &metadata, &claims, tokens.access_token).await?;
        Ok(identity(settings, claims, more))
    }
}

/// The place of the tenant in the issuer that Microsoft names for many tenants.
pub(super) const TENANT: &str = "{tenantid}";

/// Whether a tenant of Microsoft is named by its id: its issuer bears that id.
fn is_id(tenant: &str) -> bool {
    let sane = |c: char| c.is_ascii_hexdigit() || c == '-';
    let groups = tenant.split('-').map(str::len);
    groups.eq([8_usize, 4, 4, 4, 12]) && tenant.chars().all(sane)
}

/// Whether a provider may call itself by this name.
pub(super) fn may_be(settings: &ProviderSettings, issuer: &str) -> bool {
    let wanted = settings.issuer.as_str().trim_end_matches('/');
    let named = issuer.trim_end_matches('/');
    if settings.id != "microsoft" {
        return named == wanted;
    }
    let mut path = settings.issuer.path_segments().into_iter().flatten();
    if path.next().is_some_and(is_id) {
        return named.eq_ignore_ascii_case(wanted);
    }
    // Of Microsoft's three names for many tenants, the issuer is another for each tenant; of a domain, it bears the id.
    Url::parse(issuer).is_ok_and(|url| url.origin() == settings.issuer.origin())
}

/// An issuer that names another one, or leads elsewhere without TLS, is not believed.
fn check(metadata: &Metadata, settings: &ProviderSettings) -> Result<(), FederationError> {
    if !may_be(settings, &metadata.issuer) {
        return Err(FederationError::wrong(
            "discovery names another issuer than was configured",
        ));
    }
    let scheme = settings.issuer.scheme();
    let ends = [
        Some(&metadata.authorization_endpoint),
        Some(&metadata.token_endpoint),
        Some(&metadata.jwks_uri),
        metadata.userinfo_endpoint.as_ref(),
    ];
    let secure = ends
        .into_iter()
        .flatten()
        .all(|end| end.0.scheme() == "https" || end.0.scheme() == scheme);
    secure
        .then_some(())
        .ok_or_else(|| FederationError::wrong("discovery names an address without TLS"))
}

async fn exchange(
    http: &Http,
    settings: &ProviderSettings,
    metadata: &Metadata,
    attempt: &Attempt<'_>,
    code: &str,
) -> Result<Exchanged, FederationError> {
    let verifier = attempt.verifier();
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", attempt.redirect.as_str()),
        ("code_verifier", verifier.as_str()),
    ];
    let secret = settings.client_secret.expose();
    let methods = &metadata.token_endpoint_auth_methods_supported;
    let supports = |name: &str| methods.iter().any(|it| it == name);
    let basic = !secret.is_empty() && (methods.is_empty() || supports("client_secret_basic"));
    if !basic {
        fields.push(("client_id", settings.client_id.as_str()));
        if !secret.is_empty() {
            fields.push(("client_secret", secret));
        }
    }
    let endpoint = metadata.token_endpoint.0.clone();
    let mut request = form(http.client()?.post(endpoint), &fields);
    if basic {
        // Each part is written as in a form first (RFC 6749, section 2.3.1).
        let part = |text: &str| -> String {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
        };
        request = request.basic_auth(part(&settings.client_id), Some(part(secret)));
    }
    json("the exchange of the code", request).await
}

/// Claims that an issuer gives at its userinfo endpoint only; of somebody else they are not believed (section 5.3.2).
async fn more(
    http: &Http,
    metadata: &Metadata,
    claims: &Claims,
    access_token: Option<String>,
) -> Result<Option<Claims>, FederationError> {
    let (Some(endpoint), Some(token)) = (&metadata.userinfo_endpoint, access_token) else {
        return Ok(None);
    };
    if claims.email.is_some() && claims.name.is_some() {
        return Ok(None);
    }
    let request = http.client()?.get(endpoint.0.clone()).bearer_auth(token);
    let more: Claims = json("userinfo", request).await?;
    if !same(&more.sub, &claims.sub) {
        return Err(FederationError::wrong("userinfo is of somebody else"));
    }
    Ok(Some(more))
}

fn identity(settings: &ProviderSettings, claims: Claims, more: Option<Claims>) -> Identity {
    let more = more.unwrap_or_default();
    let pictured = claims.picture().or(more.picture()).map(str::to_owned);
    let pictured = pictured.as_deref();
    let (email, verified) = match claims.email {
        Some(email) => (Some(email), claims.email_verified),
        None => (more.email, more.email_verified),
    };
    // Microsoft's address is what an administrator of any tenant writes; it vouches for the domain with a claim of its own.
    let vouched = match settings.id.as_str() {
        "microsoft" => claims.xms_edov,
        _ => verified,
    };
    Identity {
        issuer: claims.iss,
        subject: claims.sub,
        email,
        email_verified: vouched,
        picture: pictured.and_then(|text| picture::address(settings, text)),
        name: claims.name.or(more.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::federation::Protocol;
    use crate::vault::Secret;

    const TENANT_ID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const ANOTHER_ID: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

    fn of_tenant(tenant: &str) -> String {
        format!("https://login.microsoftonline.com/{tenant}/v2.0")
    }

    fn settings(id: &str, issuer: &str) -> ProviderSettings {
        ProviderSettings {
            id: id.to_owned(),
            name: id.to_owned(),
            protocol: Protocol::Oidc,
            issuer: Url::parse(issuer).unwrap(),
            client_id: "krowoc".to_owned(),
            client_secret: Secret::new(""),
            scopes: String::new(),
        }
    }

    #[test]
    fn a_tenant_named_by_its_id_is_that_issuer_alone() {
        for written in [TENANT_ID.to_owned(), TENANT_ID.to_uppercase()] {
            let one = settings("microsoft", &of_tenant(&written));
            assert!(may_be(&one, &of_tenant(TENANT_ID)), "{written}");
            for other in [ANOTHER_ID, "common", TENANT] {
                assert!(!may_be(&one, &of_tenant(other)), "{written}: {other}");
            }
        }
    }

    #[test]
    fn a_name_for_many_tenants_and_a_domain_may_be_any_tenant_of_microsoft() {
        for name in ["common", "organizations", "contoso.onmicrosoft.com"] {
            let many = settings("microsoft", &of_tenant(name));
            for other in [TENANT_ID, ANOTHER_ID, TENANT] {
                assert!(may_be(&many, &of_tenant(other)), "{name}: {other}");
            }
            assert!(!may_be(&many, "https://id.example.org"), "{name}");
        }
    }

    #[test]
    fn another_provider_is_its_own_issuer_alone() {
        let one = settings("oidc", "https://id.example.org/realms/a");
        assert!(may_be(&one, "https://id.example.org/realms/a/"));
        assert!(!may_be(&one, "https://id.example.org/realms/b"));
    }
}
