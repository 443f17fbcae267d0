//! GitHub: OAuth 2.0 with PKCE, and its own API in the place of an ID token. Not an OpenID Connect issuer.

use super::http::{FederationError, Http, form, json};
use super::{Attempt, Identity, picture};
use crate::config::federation::ProviderSettings;
use serde::Deserialize;
use url::Url;

#[derive(Deserialize)]
struct Exchanged {
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
    avatar_url: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

fn base(settings: &ProviderSettings) -> &str {
    settings.issuer.as_str().trim_end_matches('/')
}

/// Where the API is: GitHub's own, or that of an Enterprise server.
fn api(settings: &ProviderSettings) -> String {
    match settings.issuer.host_str() {
        Some("github.com") => "https://api.github.com".to_owned(),
        _ => format!("{}/api/v3", base(settings)),
    }
}

pub(super) fn begin(
    settings: &ProviderSettings,
    attempt: &Attempt<'_>,
) -> Result<Url, FederationError> {
    let endpoint = Url::parse(&format!("{}/login/oauth/authorize", base(settings)));
    let endpoint = endpoint.map_err(FederationError::wrong)?;
    Ok(attempt.ask(&endpoint, &settings.client_id, "read:user user:email"))
}

pub(super) async fn finish(
    http: &Http,
    settings: &ProviderSettings,
    attempt: &Attempt<'_>,
    code: &str,
) -> Result<Identity, FederationError> {
    let client = http.client()?;
    let verifier = attempt.verifier();
    let fields = [
        ("client_id", settings.client_id.as_str()),
        ("client_secret", settings.client_secret.expose()),
        ("code", code),
        ("redirect_uri", attempt.redirect.as_str()),
        ("code_verifier", verifier.as_str()),
    ];
    let endpoint = format!("{}/login/oauth/access_token", base(settings));
    let exchanged: Exchanged = json(
        "the exchange of the code",
        form(client.post(endpoint), &fields),
    )
    .await?;
    // A refusal comes as a success without a token.
    let token = exchanged
        .access_token
        .ok_or_else(|| FederationError::wrong("the code was refused"))?;
    let api = api(settings);
    let ask = |path: &str| client.get(format!("{api}{path}")).bearer_auth(&token);
    let user: User = json("the user", ask("/user")).await?;
    let addresses: Vec<Address> = json("the user's addresses", ask("/user/emails")).await?;
    let primary = addresses.into_iter().find(|it| it.primary);
    Ok(Identity {
        issuer: base(settings).to_owned(),
        subject: user.id.to_string(),
        email_verified: primary.as_ref().is_some_and(|it| it.verified),
        email: primary.map(|it| it.email),
        picture: user
            .avatar_url
            .and_then(|text| picture::address(settings, &text)),
        name: Some(user.name.unwrap_or(user.login)),
    })
}
