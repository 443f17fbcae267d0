//! The picture that a provider names of somebody: from the provider's own address, which the operator named, or from a public one. Not
//! what it shows.

use super::{Federation, http};
use crate::config::federation::ProviderSettings;
use crate::providers::{FetchError, Providers, read_file};
use url::Url;

/// Longest address.
const ADDRESS: usize = 2_048;

/// The address of a picture as a provider wrote it, when it may be asked at all: https, or the provider's own.
pub(super) fn address(settings: &ProviderSettings, text: &str) -> Option<String> {
    let url = (text.len() <= ADDRESS).then(|| Url::parse(text).ok())??;
    let sane = url.username().is_empty() && url.password().is_none();
    let there = url.scheme() == "https" || url.origin() == settings.issuer.origin();
    (sane && there).then(|| url.to_string())
}

impl Federation {
    /// What lies at the address of a picture that a provider named.
    ///
    /// # Errors
    /// When it may not be asked, has nothing, or too much.
    pub async fn picture(
        &self,
        providers: &Providers,
        (provider, address): (&str, &str),
        most: usize,
    ) -> Result<Vec<u8>, FetchError> {
        let away = |error: http::FederationError| FetchError::Away(error.to_string());
        let settings = &self.provider(provider).map_err(away)?.settings;
        let url =
            Url::parse(address).map_err(|_| FetchError::Refused("it is no address".to_owned()))?;
        if url.origin() != settings.issuer.origin() {
            return providers.fetch(url, most).await;
        }
        let request = self.http.client().map_err(away)?.get(url);
        let failed = |error: reqwest::Error| FetchError::Away(error.without_url().to_string());
        let response = request.send().await.map_err(failed)?;
        let status = response.status();
        match status.is_success() {
            true => read_file(response, most).await,
            false => Err(FetchError::Refused(format!("HTTP {status}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::federation::Protocol;
    use crate::vault::Secret;

    #[test]
    fn a_picture_lies_at_the_provider_or_behind_tls() {
        let settings = ProviderSettings {
            id: "main".to_owned(),
            name: "Main".to_owned(),
            protocol: Protocol::Oidc,
            issuer: Url::parse("http://localhost:8080/realm").unwrap(),
            client_id: "x".to_owned(),
            client_secret: Secret::new(""),
            scopes: String::new(),
        };
        for good in [
            "https://cdn.example.org/a.png",
            "http://localhost:8080/a.png",
        ] {
            assert_eq!(address(&settings, good).as_deref(), Some(good));
        }
        for bad in [
            "http://localhost:8081/a.png",
            "http://cdn.example.org/a.png",
            "https://u:p@cdn.example.org/a.png",
            "data:image/png;base64,AAAA",
            "a.png",
            &format!("https://a.example/{}", "x".repeat(2_048)),
        ] {
            assert_eq!(address(&settings, bad), None, "{bad}");
        }
    }
}
