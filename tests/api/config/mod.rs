//! Configuration: which source wins, and what is refused with which words.

use krowoc_server::cli::{self, Action};
use krowoc_server::config::Config;
use krowoc_server::config::settings::SETTINGS;
use krowoc_tests::database::folder;

fn read(args: &[&str], vars: &[(&str, &str)]) -> Result<(Action, Config), Vec<String>> {
    let words = std::iter::once("krowoc").chain(args.iter().copied());
    let matches = cli::command().try_get_matches_from(words).unwrap();
    let vars = vars
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    cli::read(&matches, vars.collect())
}

fn error(args: &[&str], vars: &[(&str, &str)]) -> String {
    read(args, vars).unwrap_err().join("\n")
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let place = folder().unwrap();
    let path = place.join("krowoc.toml");
    std::fs::write(
        &path,
        "workers = 3\nrequest_timeout = 7\nsign_up = \"closed\"\n",
    )
    .unwrap();
    let file = path.to_str().unwrap();
    let vars = [
        ("KROWOC_WORKERS", "4"),
        ("KROWOC_REQUEST_TIMEOUT", "8"),
        ("KROWOC_CONFIG", file),
        ("HOME", "/"),
    ];
    let (_, config) = read(&["serve", "--workers", "5"], &vars).unwrap();
    assert_eq!(config.workers, 5);
    assert_eq!(config.request_timeout.as_secs(), 8);
    assert!(!config.sign_up);
    assert_eq!(config.listen.to_string(), "127.0.0.1:7420");
    let _ = std::fs::remove_dir_all(place);
}

#[test]
fn an_unknown_setting_is_refused_with_the_one_that_was_meant() {
    let place = folder().unwrap();
    let path = place.join("krowoc.toml");
    std::fs::write(&path, "lisen = \"0.0.0.0:80\"\n").unwrap();
    let text = error(&["serve", "--config", path.to_str().unwrap()], &[]);
    assert!(
        text.contains("`lisen`") && text.contains("did you mean `listen`"),
        "{text}"
    );
    let text = error(&["serve"], &[("KROWOC_DATABASE_ULR", "x")]);
    assert!(text.contains("did you mean KROWOC_DATABASE_URL"), "{text}");
    let words = ["krowoc", "serve", "--listn", "x"];
    let text = cli::command()
        .try_get_matches_from(words)
        .unwrap_err()
        .to_string();
    assert!(text.contains("--listen"), "{text}");
    let _ = std::fs::remove_dir_all(place);
}

#[test]
fn every_impossible_value_is_told_at_once_with_what_is_expected() {
    let vars = [
        ("KROWOC_LISTEN", "here"),
        ("KROWOC_WORKERS", "-1"),
        ("KROWOC_SIGN_UP", "maybe"),
        ("KROWOC_PUBLIC_URL", "ftp://x"),
        ("KROWOC_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("KROWOC_DATABASE_URL", "mysql://x/y"),
        ("KROWOC_LOG_LEVEL", "krowoc=loud"),
    ];
    let text = error(&["serve"], &vars);
    for (name, _) in vars {
        assert!(text.contains(name), "{name} in {text}");
    }
    assert!(
        text.contains("ADDRESS:PORT") && text.contains("0-256") && text.contains("open|closed"),
        "{text}"
    );
    assert!(text.contains("sqlite:PATH or postgres://"), "{text}");
}

#[test]
fn a_database_in_memory_and_a_public_address_with_a_path_are_refused() {
    assert!(error(&["serve", "--database-url", "sqlite::memory:"], &[]).contains("name a file"));
    assert!(error(&["serve", "--public-url", "https://a.example/krowoc"], &[]).contains("no path"));
}

#[test]
fn a_missing_or_broken_file_is_told_without_its_content() {
    assert!(
        error(&["serve", "--config", "/nonexistent/krowoc.toml"], &[]).contains("cannot be read")
    );
    let place = folder().unwrap();
    let path = place.join("krowoc.toml");
    std::fs::write(
        &path,
        "workers = 1\ndatabase_url = \"postgres://a:hunter2@b/c\n",
    )
    .unwrap();
    let text = error(&["serve", "--config", path.to_str().unwrap()], &[]);
    assert!(text.contains("line 2"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let _ = std::fs::remove_dir_all(place);
}

#[test]
fn the_help_of_serve_names_every_setting_with_its_variable() {
    let help = cli::command()
        .find_subcommand_mut("serve")
        .unwrap()
        .render_long_help()
        .to_string();
    for setting in SETTINGS {
        let flag = format!("--{} <", setting.key.replace('_', "-"));
        assert_eq!(help.contains(&flag), !setting.secret, "{}", setting.key);
        assert!(
            help.contains(&format!("KROWOC_{}", setting.key.to_uppercase())),
            "{}",
            setting.key
        );
    }
}

#[test]
fn a_password_in_the_database_address_is_never_shown() {
    let url = "postgres://krowoc:hunter2@db.example/krowoc";
    let (_, config) = read(&["serve", "--database-url", url], &[]).unwrap();
    assert_eq!(config.database.to_string(), "postgres://db.example/krowoc");
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn words_become_actions() {
    assert_eq!(
        read(&["migrate", "down", "2"], &[]).unwrap().0,
        Action::MigrateDown(2)
    );
    assert_eq!(
        read(&["admin", "backup", "f.db"], &[]).unwrap().0,
        Action::Backup("f.db".into())
    );
    assert_eq!(
        read(&["admin", "new-epoch"], &[]).unwrap().0,
        Action::NewEpoch
    );
    assert!(
        cli::command()
            .try_get_matches_from(["krowoc", "migrate", "down", "0"])
            .is_err()
    );
    assert!(cli::command().try_get_matches_from(["krowoc"]).is_err());
}

#[test]
fn mail_goes_one_way_and_its_links_lead_somewhere() {
    let both = [
        ("KROWOC_SMTP_URL", "smtps://mail.example.org"),
        ("KROWOC_MAIL_FOLDER", "mails"),
        ("KROWOC_PUBLIC_URL", "https://krowoc.example.org"),
    ];
    assert!(error(&["serve"], &both).contains("both set"));
    let nowhere = [("KROWOC_SMTP_URL", "smtps://mail.example.org")];
    assert!(error(&["serve"], &nowhere).contains("needs public_url"));
    let stranger = [
        ("KROWOC_SMTP_URL", "smtps://ada@mail.example.org"),
        ("KROWOC_PUBLIC_URL", "https://krowoc.example.org"),
    ];
    assert!(error(&["serve"], &stranger).contains("KROWOC_SMTP_PASSWORD"));
    let whole = [
        ("KROWOC_SMTP_URL", "smtps://ada@mail.example.org"),
        ("KROWOC_SMTP_PASSWORD", "hunter2"),
        ("KROWOC_PUBLIC_URL", "https://krowoc.example.org"),
        ("KROWOC_MAIL_FROM", "Krowoc <krowoc@example.org>"),
    ];
    let (_, config) = read(&["serve"], &whole).unwrap();
    assert!(config.mail.way.is_some());
    assert!(!format!("{config:?}").contains("hunter2"));
    let words = ["krowoc", "serve", "--smtp-password", "hunter2"];
    assert!(cli::command().try_get_matches_from(words).is_err());
}

#[test]
fn a_provider_of_sign_ins_needs_an_issuer_and_an_address_to_come_back_to() {
    let nowhere = [("KROWOC_GOOGLE_CLIENT_ID", "x")];
    assert!(error(&["serve"], &nowhere).contains("needs public_url"));
    let public = ("KROWOC_PUBLIC_URL", "https://krowoc.example.org");
    let unnamed = [("KROWOC_OIDC_CLIENT_ID", "x"), public];
    assert!(error(&["serve"], &unnamed).contains("oidc_issuer"));
    let plain = [
        ("KROWOC_OIDC_CLIENT_ID", "x"),
        ("KROWOC_OIDC_ISSUER", "http://id.example.org"),
        public,
    ];
    assert!(error(&["serve"], &plain).contains("https://HOST"));
    let all = [
        ("KROWOC_GITHUB_CLIENT_ID", "g"),
        ("KROWOC_GITHUB_CLIENT_SECRET", "hunter2"),
        ("KROWOC_MICROSOFT_CLIENT_ID", "m"),
        ("KROWOC_MICROSOFT_TENANT", "contoso.example"),
        ("KROWOC_GOOGLE_CLIENT_ID", "x"),
        ("KROWOC_OIDC_CLIENT_ID", "x"),
        ("KROWOC_OIDC_ISSUER", "https://id.example.org/realms/a"),
        public,
    ];
    let (_, config) = read(&["serve"], &all).unwrap();
    let ids: Vec<&str> = config.providers.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["google", "microsoft", "github", "oidc"]);
    let issuer = config.providers[1].issuer.as_str();
    assert_eq!(
        issuer,
        "https://login.microsoftonline.com/contoso.example/v2.0"
    );
    assert!(!format!("{config:?}").contains("hunter2"));
}

/// Variables for a list of issuers.
fn issuers<'a>(list: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut vars = vec![
        ("KROWOC_PUBLIC_URL", "https://krowoc.example.org"),
        ("KROWOC_OIDC_ISSUERS", list),
    ];
    vars.extend(more);
    vars
}

#[test]
fn several_issuers_stand_in_the_file_each_with_a_secret_of_its_own() {
    let place = folder().unwrap();
    let path = place.join("krowoc.toml");
    let secret = place.join("lab-secret");
    std::fs::write(&secret, "hunter2\n").unwrap();
    let text = format!(
        "public_url = \"https://krowoc.example.org\"\noidc_issuer = \"https://old.example.org\"\noidc_client_id = \"o\"\n\
         [[oidc_issuers]]\nid = \"main-id\"\nname = \"Example ID\"\nissuer = \"https://id.example.org/realms/a\"\nclient_id = \"m\"\n\
         [[oidc_issuers]]\nid = \"lab\"\nissuer = \"https://lab.example.org\"\nclient_id = \"l\"\nclient_secret_file = {:?}\n\
         scopes = [\"openid\", \"email\"]\n",
        secret.to_str().unwrap()
    );
    std::fs::write(&path, text).unwrap();
    let vars = [("KROWOC_OIDC_MAIN_ID_CLIENT_SECRET", "correct-horse")];
    let (_, config) = read(&["serve", "--config", path.to_str().unwrap()], &vars).unwrap();
    let shown: Vec<(&str, &str, &str, &str)> = config
        .providers
        .iter()
        .map(|it| {
            let secret = it.client_secret.expose();
            (it.id.as_str(), it.name.as_str(), secret, it.scopes.as_str())
        })
        .collect();
    let usual = "openid email profile";
    assert_eq!(
        shown,
        [
            ("oidc", "Single sign-on", "", usual),
            ("main-id", "Example ID", "correct-horse", usual),
            ("lab", "lab", "hunter2", "openid email"),
        ],
        "what was configured before goes on working"
    );
    let told = format!("{config:?}");
    assert!(!told.contains("hunter2") && !told.contains("correct-horse"));
    let _ = std::fs::remove_dir_all(place);
}

#[test]
fn a_list_of_issuers_that_cannot_work_is_refused_with_a_sentence_for_each() {
    let entry = |rest: &str| format!("[{{\"client_id\": \"c\", {rest}}}]");
    let at = "\"issuer\": \"https://id.example.org\"";
    for (list, why) in [
        ("nonsense".to_owned(), "expected a list of issuers"),
        ("[1]".to_owned(), "expected a list of issuers"),
        (entry(at), "issuer 1: id is missing"),
        (entry("\"id\": \"a\""), "issuer is missing"),
        (entry(&format!("\"id\": \"A b\", {at}")), "small letters"),
        (
            entry(&format!("\"id\": \"google\", {at}")),
            "google is taken",
        ),
        (
            entry("\"id\": \"a\", \"issuer\": \"http://id.example.org\""),
            "https://HOST",
        ),
        (
            entry("\"id\": \"a\", \"issuer\": \"https://u:hunter2@id.example.org\""),
            "https://HOST",
        ),
        (
            entry(&format!(
                "\"id\": \"a\", {at}, \"client_secret\": \"hunter2\""
            )),
            "client_secret_file names",
        ),
        (
            entry(&format!("\"id\": \"a\", {at}, \"isuer\": \"x\"")),
            "`isuer` is nothing",
        ),
        (
            entry(&format!(
                "\"id\": \"a\", {at}, \"client_secret_file\": \"/nonexistent/secret\""
            )),
            "cannot be read",
        ),
        (
            entry(&format!("\"id\": \"a\", {at}, \"scopes\": [\"email\"]")),
            "openid must be among them",
        ),
    ] {
        let text = error(&["serve"], &issuers(&list, &[]));
        assert!(text.contains(why), "{list}: {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let twice = "[{\"id\": \"a\", \"client_id\": \"c\", \"issuer\": \"https://a.example.org\"}, \
                  {\"id\": \"a\", \"client_id\": \"d\", \"issuer\": \"https://b.example.org\"}, \
                  {\"id\": \"b\", \"client_id\": \"d\", \"issuer\": \"https://b.example.org/\"}]";
    let text = error(&["serve"], &issuers(twice, &[]));
    assert!(
        text.contains("have the id a") && text.contains("are the same issuer"),
        "{text}"
    );
    let one = entry(&format!("\"id\": \"a\", {at}"));
    let stray = [("KROWOC_OIDC_B_CLIENT_SECRET", "hunter2")];
    let text = error(&["serve"], &issuers(&one, &stray));
    assert!(
        text.contains("KROWOC_OIDC_B_CLIENT_SECRET") && !text.contains("hunter2"),
        "{text}"
    );
    assert!(read(&["serve"], &issuers(&one, &[])).is_ok());
    let nowhere = [("KROWOC_OIDC_ISSUERS", one.as_str())];
    assert!(error(&["serve"], &nowhere).contains("needs public_url"));
}
