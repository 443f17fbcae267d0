//! The table of settings: name, meaning and default of each, once. Not their parsing.

/// One setting; its flag, its variable and its TOML key follow from the key.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// TOML key, such as `listen`; flag `--listen`, variable `KROWOC_LISTEN`.
    pub key: &'static str,
    /// What the value is, in the help.
    pub value: &'static str,
    /// The value when nothing is set; empty when it is derived.
    pub default: &'static str,
    /// One or two sentences.
    pub help: &'static str,
    /// Also taken by `migrate` and `admin`.
    pub store: bool,
    /// Never a flag: the command line of a process is everybody's to read.
    pub secret: bool,
}

const fn setting(
    key: &'static str,
    value: &'static str,
    default: &'static str,
    help: &'static str,
) -> Setting {
    Setting {
        key,
        value,
        default,
        help,
        store: false,
        secret: false,
    }
}

const fn of_store(
    key: &'static str,
    value: &'static str,
    default: &'static str,
    help: &'static str,
) -> Setting {
    Setting {
        store: true,
        ..setting(key, value, default, help)
    }
}

const fn of_environment(key: &'static str, value: &'static str, help: &'static str) -> Setting {
    Setting {
        secret: true,
        ..of_store(key, value, "", help)
    }
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    setting(
        "listen",
        "ADDRESS:PORT",
        "127.0.0.1:7420",
        "Where to listen. Port 0 takes a free one.",
    ),
    setting(
        "public_url",
        "URL",
        "",
        "The address that people type, such as https://krowoc.example.org; cookies are Secure when it is https. Default: http:// and the listening address.",
    ),
    of_store(
        "data_dir",
        "FOLDER",
        "data",
        "Where the SQLite database lives.",
    ),
    of_store(
        "database_url",
        "URL",
        "",
        "sqlite:PATH or postgres://USER@HOST/NAME. Default: sqlite:<data_dir>/krowoc.db.",
    ),
    setting(
        "database_connections",
        "1-200",
        "8",
        "Connections in the pool: readers on SQLite, all on PostgreSQL.",
    ),
    setting(
        "workers",
        "0-256",
        "0",
        "Threads that answer requests; 0 for one a core.",
    ),
    setting(
        "request_timeout",
        "SECONDS",
        "30",
        "How long a request may take.",
    ),
    setting(
        "shutdown_timeout",
        "SECONDS",
        "20",
        "How long requests may finish when the server is stopped.",
    ),
    setting(
        "trusted_proxies",
        "IP[/BITS],…",
        "",
        "Proxies whose X-Forwarded-For is believed, such as 127.0.0.1,10.0.0.0/8. Without them the peer's address counts.",
    ),
    setting(
        "allowed_provider_hosts",
        "HOST[:PORT],…",
        "",
        "Hosts of model providers that may be called though they are not public, such as localhost:11434 for Ollama on this machine. Everybody with an account can then call them.",
    ),
    setting(
        "sign_up",
        "open|closed",
        "open",
        "Whether new accounts can be made.",
    ),
    setting(
        "default_tier",
        "free|power|team",
        "power",
        "What an account may hold when `krowoc admin set-tier` did not say: free holds 50 prompts, power and team as many as one likes.",
    ),
    setting(
        "hash_concurrency",
        "1-64",
        "2",
        "Passwords hashed at a time; each takes 19 MiB for a moment.",
    ),
    setting(
        "metrics",
        "local|open|off",
        "local",
        "Who may read /metrics: this machine, everybody, nobody.",
    ),
    setting(
        "server_key_monthly_usd",
        "DOLLARS",
        "1",
        "What one account may spend in a month with the operator's keys, such as 2.50; 0 for nothing.",
    ),
    of_environment(
        "key",
        "KEYS",
        "32 bytes in base64 that stored provider keys are sealed with (`openssl rand -base64 32`); older ones may follow, parted by commas.",
    ),
    of_store(
        "key_file",
        "FILE",
        "",
        "A file of such keys, one a line, the first seals. Default: krowoc.key beside the SQLite database, made once.",
    ),
    of_store(
        "vault_url",
        "URL",
        "",
        "A HashiCorp Vault that seals provider keys instead (builds with the feature hashicorp-vault).",
    ),
    of_store(
        "vault_mount",
        "PATH",
        "transit",
        "Where its transit engine is mounted.",
    ),
    of_store("vault_key", "NAME", "krowoc", "Its transit key."),
    of_store(
        "vault_namespace",
        "NAME",
        "",
        "Its namespace, when it has them.",
    ),
    of_environment("vault_token", "TOKEN", "The token for the HashiCorp Vault."),
    of_store(
        "vault_token_file",
        "FILE",
        "",
        "A file with that token; read again when the vault refuses it.",
    ),
    setting(
        "smtp_url",
        "URL",
        "",
        "The server that mail is sent through: smtps://USER@HOST (TLS from the first byte) or smtp://USER@HOST:587 (STARTTLS). ?tls=none after it speaks in the clear, for a relay on this machine.",
    ),
    Setting {
        secret: true,
        ..setting(
            "smtp_password",
            "PASSWORD",
            "",
            "The password of the user that smtp_url names.",
        )
    },
    setting(
        "mail_folder",
        "FOLDER",
        "",
        "Writes mails into files of this folder instead, to be read by hand: for trying out.",
    ),
    setting(
        "mail_from",
        "ADDRESS",
        "",
        "Whom mails are from, such as Krowoc <krowoc@example.org>. Default: noreply at the host of public_url.",
    ),
    setting(
        "google_client_id",
        "ID",
        "",
        "Lets people sign in with Google: what this server is called there.",
    ),
    Setting {
        secret: true,
        ..setting(
            "google_client_secret",
            "SECRET",
            "",
            "The secret that belongs to it.",
        )
    },
    setting(
        "microsoft_client_id",
        "ID",
        "",
        "Lets people sign in with Microsoft.",
    ),
    Setting {
        secret: true,
        ..setting(
            "microsoft_client_secret",
            "SECRET",
            "",
            "The secret that belongs to it.",
        )
    },
    setting(
        "microsoft_tenant",
        "TENANT",
        "common",
        "Whose accounts: common, organizations, consumers, or one tenant.",
    ),
    setting(
        "github_client_id",
        "ID",
        "",
        "Lets people sign in with GitHub.",
    ),
    Setting {
        secret: true,
        ..setting(
            "github_client_secret",
            "SECRET",
            "",
            "The secret that belongs to it.",
        )
    },
    setting(
        "github_url",
        "URL",
        "https://github.com",
        "Where GitHub is, for an Enterprise server.",
    ),
    setting(
        "oidc_issuer",
        "URL",
        "",
        "Lets people sign in at any other OpenID Connect issuer, such as Keycloak.",
    ),
    setting(
        "oidc_client_id",
        "ID",
        "",
        "What this server is called there.",
    ),
    Setting {
        secret: true,
        ..setting(
            "oidc_client_secret",
            "SECRET",
            "",
            "The secret that belongs to it; none for a public client.",
        )
    },
    setting(
        "oidc_name",
        "NAME",
        "Single sign-on",
        "What its button says.",
    ),
    setting(
        "oidc_issuers",
        "LIST",
        "",
        "More such issuers: tables [[oidc_issuers]] in the file, JSON elsewhere, each with id, issuer, client_id, and if wanted name, scopes and client_secret_file. The secret of one may stand in KROWOC_OIDC_<ID>_CLIENT_SECRET instead.",
    ),
    setting(
        "admin_emails",
        "EMAIL,…",
        "",
        "Accounts that look after this server: the model catalogue, everybody's failed runs.",
    ),
    of_store("log_format", "pretty|json", "pretty", "How log lines look."),
    of_store(
        "log_level",
        "FILTER",
        "info,actix_server=warn",
        "What is logged: error, warn, info, debug, trace, or a filter such as info,krowoc_server=debug.",
    ),
];

/// The setting of a key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The key that was probably meant.
#[must_use]
pub fn nearest(key: &str) -> Option<&'static str> {
    SETTINGS
        .iter()
        .map(|setting| (distance(key, setting.key), setting.key))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, key)| key)
}

/// Levenshtein distance, in bytes.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = i;
        let mut last = i.saturating_add(1);
        let mut next = vec![last];
        for (b, above) in right.bytes().zip(row.iter().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(a != b));
            last = replaced
                .min(above.saturating_add(1))
                .min(last.saturating_add(1));
            next.push(last);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_recognised() {
        assert_eq!(nearest("listn"), Some("listen"));
        assert_eq!(nearest("databse_url"), Some("database_url"));
        assert_eq!(nearest("colour_of_the_sky"), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
