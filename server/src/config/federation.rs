//! Who else may say who somebody is: OpenID Connect issuers and GitHub, with what this server is to them. Not the protocol.

use super::{Take, issuers};
use crate::vault::Secret;
use url::Url;

/// How a provider is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// OpenID Connect.
    Oidc,
    /// OAuth 2.0 and GitHub's own API.
    GitHub,
}

/// One provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its name in addresses, such as `google`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// The issuer, or where GitHub is.
    pub issuer: Url,
    /// What this server is called there.
    pub client_id: String,
    /// Proves that; empty for a public client.
    pub client_secret: Secret,
    /// What is asked of an issuer, parted by spaces.
    pub scopes: String,
}

/// What is asked of an issuer that the operator said nothing else of.
pub(super) const SCOPES: &str = "openid email profile";

/// Plain http is for a machine that speaks to itself.
pub(super) fn issuer(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| {
        url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let url = url.ok_or("expected https://HOST")?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if local => Ok(url),
        _ => Err("expected https://HOST; http is taken for this machine alone".to_owned()),
    }
}

/// A tenant of Microsoft: an id, a domain, or one of its three names for many.
fn tenant(text: &str) -> Option<String> {
    let sane = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    (!text.is_empty() && text.chars().all(sane)).then(|| text.to_owned())
}

fn plain(text: &str) -> Result<String, String> {
    Ok(text.trim().to_owned())
}

/// A provider, when its client id is set.
fn client(
    take: &mut Take<'_>,
    (id, name, protocol): (&'static str, String, Protocol),
    issuer: Option<Url>,
    (id_key, secret_key): (&str, &str),
) -> Result<Option<ProviderSettings>, Vec<String>> {
    let client_id = take.optional(id_key, plain)?;
    let secret = take.optional(secret_key, |text| Ok(Secret::new(text.trim())))?;
    Ok(match (client_id, issuer) {
        (None, _) => None,
        (Some(_), None) => {
            take.errors.push(format!(
                "{id_key} is set and the issuer is not: set oidc_issuer"
            ));
            None
        }
        (Some(client_id), Some(issuer)) => Some(ProviderSettings {
            id: id.to_owned(),
            name,
            protocol,
            issuer,
            client_id,
            client_secret: secret.unwrap_or_else(|| Secret::new("")),
            scopes: SCOPES.to_owned(),
        }),
    })
}

/// Each is one of its own: by its id in addresses, and by its issuer, which is who somebody is kept apart by.
fn apart(take: &mut Take<'_>, found: &[ProviderSettings]) {
    let same = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    for (at, one) in found.iter().enumerate() {
        for other in found.iter().take(at) {
            if one.id == other.id {
                let error = format!("two providers of sign-ins have the id {}", one.id);
                take.errors.push(error);
            } else if one.protocol == other.protocol && same(&one.issuer) == same(&other.issuer) {
                take.errors.push(format!(
                    "{} and {} are the same issuer: keep one of them",
                    other.id, one.id
                ));
            }
        }
    }
}

/// Takes them, in the order in which they are shown.
pub(super) fn take(take: &mut Take<'_>) -> Result<Vec<ProviderSettings>, Vec<String>> {
    let google = Url::parse("https://accounts.google.com").ok();
    let tenant = take.parsed("microsoft_tenant", tenant)?;
    let microsoft = Url::parse(&format!("https://login.microsoftonline.com/{tenant}/v2.0")).ok();
    let github = take.parsed("github_url", |text| issuer(text).ok())?;
    let own = take.optional("oidc_issuer", issuer)?;
    let name = take.parsed("oidc_name", |text| Some(text.to_owned()))?;
    let named = |id, name: &str, protocol| (id, name.to_owned(), protocol);
    let found = [
        client(
            take,
            named("google", "Google", Protocol::Oidc),
            google,
            ("google_client_id", "google_client_secret"),
        )?,
        client(
            take,
            named("microsoft", "Microsoft", Protocol::Oidc),
            microsoft,
            ("microsoft_client_id", "microsoft_client_secret"),
        )?,
        client(
            take,
            named("github", "GitHub", Protocol::GitHub),
            Some(github),
            ("github_client_id", "github_client_secret"),
        )?,
        client(
            take,
            ("oidc", name, Protocol::Oidc),
            own,
            ("oidc_client_id", "oidc_client_secret"),
        )?,
    ];
    let mut found: Vec<ProviderSettings> = found.into_iter().flatten().collect();
    found.extend(issuers::take(take));
    apart(take, &found);
    let is_public = take
        .written("public_url")
        .is_some_and(|it| !it.text.is_empty());
    if !found.is_empty() && !is_public {
        take.errors.push(
            "signing in through others needs public_url: they send people back there".to_owned(),
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_on_this_machine() {
        for good in [
            "https://id.example.org",
            "https://id.example.org/realms/a",
            "http://localhost:8080",
            "http://127.0.0.1:3000",
        ] {
            assert!(issuer(good).is_ok(), "{good}");
        }
        for bad in [
            "http://id.example.org",
            "id.example.org",
            "https://a:b@id.example.org",
            "https://id.example.org/?x=1",
            "ftp://localhost",
        ] {
            assert!(issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tenant_cannot_leave_its_place_in_the_address() {
        assert!(tenant("common").is_some() && tenant("contoso.onmicrosoft.com").is_some());
        assert!(tenant("a/b").is_none() && tenant("").is_none());
    }
}
