//! Configuration: flags before environment before a TOML file before defaults, checked as a whole. Not the command line.

pub mod federation;
mod issuers;
pub mod layers;
pub mod mail;
pub mod proxies;
pub mod settings;
pub mod vault;

use crate::providers::Allowed;
use crate::store::DatabaseUrl;
use crate::web::email;
use federation::ProviderSettings;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::library::quota::Tier;
use layers::{Layer, Written};
use mail::MailSettings;
use proxies::Network;
use settings::{SETTINGS, Setting};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use url::Url;
use vault::VaultSettings;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines: one object a line.
    Json,
}

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsAccess {
    /// Clients on this machine.
    Local,
    /// Everybody.
    Open,
    /// Nobody.
    Off,
}

/// The checked configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address people type; without it, the one that is listened on.
    pub public_url: Option<Url>,
    /// The database.
    pub database: DatabaseUrl,
    /// Connections in its pool.
    pub database_connections: u32,
    /// Threads that answer; 0 for one a core.
    pub workers: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long requests may finish on a stop.
    pub shutdown_timeout: Duration,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<Network>,
    /// Hosts of providers that may be called though they are not public.
    pub allowed_provider_hosts: Vec<Allowed>,
    /// New accounts can be made.
    pub sign_up: bool,
    /// The tier of accounts that were given none.
    pub default_tier: Tier,
    /// Passwords hashed at a time.
    pub hash_concurrency: usize,
    /// Who may read the metrics.
    pub metrics: MetricsAccess,
    /// What one account may spend in a month with the operator's keys.
    pub server_key_monthly: NanoUsd,
    /// Where provider keys are sealed.
    pub vault: VaultSettings,
    /// How mail is sent.
    pub mail: MailSettings,
    /// Who else may say who somebody is.
    pub providers: Vec<ProviderSettings>,
    /// Accounts that look after the server, by their normalised addresses.
    pub admin_emails: Vec<String>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_level: String,
}

impl Config {
    /// Puts the layers over one another, the strongest first, and checks every value.
    ///
    /// # Errors
    /// One sentence a wrong value, with where it stands and what is expected.
    pub fn resolve(layers: &[Layer]) -> Result<Self, Vec<String>> {
        let mut take = Take {
            layers,
            errors: Vec::new(),
        };
        let data_dir: PathBuf = take.parsed("data_dir", |text| {
            (!text.is_empty()).then(|| PathBuf::from(text))
        })?;
        let config = Self {
            listen: take.parsed("listen", |text| text.parse().ok())?,
            public_url: take.optional("public_url", public_url)?,
            database: take
                .optional("database_url", DatabaseUrl::from_str)?
                .unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.join("krowoc.db"))),
            database_connections: take.number("database_connections", 1, 200)?,
            workers: take.number("workers", 0, 256)?,
            request_timeout: take.seconds("request_timeout")?,
            shutdown_timeout: take.seconds("shutdown_timeout")?,
            trusted_proxies: take
                .optional("trusted_proxies", networks)?
                .unwrap_or_default(),
            allowed_provider_hosts: take
                .optional("allowed_provider_hosts", hosts)?
                .unwrap_or_default(),
            sign_up: take.choice("sign_up", &[("open", true), ("closed", false)])?,
            default_tier: take.parsed("default_tier", Tier::parse)?,
            hash_concurrency: take.number("hash_concurrency", 1, 64)?,
            metrics: take.choice(
                "metrics",
                &[
                    ("local", MetricsAccess::Local),
                    ("open", MetricsAccess::Open),
                    ("off", MetricsAccess::Off),
                ],
            )?,
            server_key_monthly: take.parsed("server_key_monthly_usd", dollars)?,
            vault: vault::take(&mut take)?,
            mail: mail::take(&mut take)?,
            providers: federation::take(&mut take)?,
            admin_emails: take.optional("admin_emails", emails)?.unwrap_or_default(),
            log_format: take.choice(
                "log_format",
                &[("pretty", LogFormat::Pretty), ("json", LogFormat::Json)],
            )?,
            log_level: take.parsed("log_level", |text| {
                tracing_subscriber::EnvFilter::try_new(text)
                    .ok()
                    .map(|_| text.to_owned())
            })?,
        };
        if take.errors.is_empty() {
            Ok(config)
        } else {
            Err(take.errors)
        }
    }

    /// The address that people type, without a slash at its end.
    #[must_use]
    pub fn origin(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// Cookies are sent over https only.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }
}

/// The file of settings: the one that is named must exist, `krowoc.toml` in the working folder may.
///
/// # Errors
/// When it cannot be read, or see [`layers::file`].
pub fn read_file(named: Option<&Path>) -> Result<Layer, Vec<String>> {
    let path = named.unwrap_or(Path::new("krowoc.toml"));
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => layers::file(&name, &text),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Layer::new())
        }
        Err(error) => Err(vec![format!("{name} cannot be read: {error}")]),
    }
}

/// The variables of this process.
#[allow(clippy::disallowed_methods)] // Configuration: the one place that reads the environment.
#[must_use]
pub fn process_environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)))
        .collect()
}

fn public_url(text: &str) -> Result<Url, String> {
    let url =
        Url::parse(text).map_err(|_| "expected https://HOST or http://HOST:PORT".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("expected https://HOST or http://HOST:PORT".to_owned());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("the server must have a host of its own: no path after it".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address people type holds no password".to_owned());
    }
    Ok(url)
}

/// Dollars with at most nine decimals.
fn dollars(text: &str) -> Option<NanoUsd> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 9 || !digits(whole) || !digits(part) {
        return None;
    }
    let nano: i64 = format!("{part:0<9}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    let amount = whole.checked_mul(NanoUsd::PER_USD)?.checked_add(nano)?;
    Some(NanoUsd(amount))
}

fn emails(text: &str) -> Result<Vec<String>, String> {
    let wrong = |_| "expected e-mail addresses, parted by commas".to_owned();
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| email::normalise(part).map_err(wrong))
        .collect()
}

fn networks(text: &str) -> Result<Vec<Network>, String> {
    text.split(',').map(|part| part.trim().parse()).collect()
}

fn hosts(text: &str) -> Result<Vec<Allowed>, String> {
    text.split(',').map(|part| part.trim().parse()).collect()
}

/// Takes settings out of the layers and collects what is wrong with them.
struct Take<'a> {
    layers: &'a [Layer],
    errors: Vec<String>,
}

impl Take<'_> {
    fn written(&self, key: &str) -> Option<&Written> {
        self.layers.iter().find_map(|layer| layer.get(key))
    }

    fn setting(key: &str) -> Result<&'static Setting, Vec<String>> {
        let found = SETTINGS.iter().find(|setting| setting.key == key);
        found.ok_or_else(|| vec![format!("`{key}` is missing from the table of settings")])
    }

    /// A value that parses from its text; a wrong one is noted and the default stands in, so that all errors are told at once.
    fn parsed<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Vec<String>> {
        let setting = Self::setting(key)?;
        if let Some(written) = self.written(key) {
            match parse(&written.text) {
                Some(value) => return Ok(value),
                None => {
                    let error = format!("{}: expected {}", written.origin, setting.value);
                    self.errors.push(error);
                }
            }
        }
        parse(setting.default)
            .ok_or_else(|| vec![format!("`{key}` has a default that does not parse")])
    }

    fn optional<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Vec<String>> {
        let Some(written) = self.written(key).filter(|it| !it.text.is_empty()) else {
            return Ok(None);
        };
        match parse(&written.text) {
            Ok(value) => Ok(Some(value)),
            Err(why) => {
                let error = format!("{}: {why}", written.origin);
                self.errors.push(error);
                Ok(None)
            }
        }
    }

    fn number<T: TryFrom<u32>>(
        &mut self,
        key: &str,
        least: u32,
        most: u32,
    ) -> Result<T, Vec<String>> {
        self.parsed(key, |text| {
            let number: u32 = text.parse().ok()?;
            let allowed = (least..=most).contains(&number);
            allowed.then(|| T::try_from(number).ok()).flatten()
        })
    }

    fn seconds(&mut self, key: &str) -> Result<Duration, Vec<String>> {
        let seconds: u32 = self.number(key, 1, 3600)?;
        Ok(Duration::from_secs(seconds.into()))
    }

    fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Result<T, Vec<String>> {
        self.parsed(key, |text| {
            let chosen = choices.iter().find(|(name, _)| *name == text);
            chosen.map(|(_, value)| *value)
        })
    }
}
