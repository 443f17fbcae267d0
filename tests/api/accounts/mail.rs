//! How mails leave: through a real SMTP server or into a folder, by a job that tries again, and with no token in the database.

use diesel::prelude::*;
use diesel::sql_types::Text;
use krowoc_server::store::{Conn, Role, open};
use krowoc_tests::mail::{Inbox, Mail, PUBLIC};
use krowoc_tests::smtp::SmtpServer;
use krowoc_tests::{Options, TestApp, logs};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const USER: &str = "krowoc@example.org";
const SECRET: &str = "planted-smtp-password-4711";

async fn through(server: &SmtpServer, url: &str) -> TestApp {
    let url = url.replace("SERVER", &server.address.to_string());
    let settings = vec![
        ("smtp_url", url),
        ("smtp_password", SECRET.to_owned()),
        ("public_url", PUBLIC.to_owned()),
        ("mail_from", "Krowoc <hello@example.org>".to_owned()),
    ];
    TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await
}

const PLAIN: &str = "smtp://krowoc%40example.org@SERVER?tls=none";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    text: String,
}

fn texts(app: &TestApp, query: &str) -> Vec<String> {
    let mut conn: Conn = open(app.state.store.url(), Role::Writer).unwrap();
    let rows: Vec<Found> = diesel::sql_query(query).load(&mut conn).unwrap();
    rows.into_iter().map(|it| it.text).collect()
}

#[tokio::test]
async fn a_mail_goes_through_the_configured_server_as_the_configured_user() {
    let server = SmtpServer::start(|_| None).await;
    let app = through(&server, PLAIN).await;
    app.sign_up("ala@example.org").await;
    app.work().await;
    let taken = server.taken();
    assert_eq!(taken.len(), 1, "{:?}", server.commands());
    assert_eq!(
        taken[0].credentials,
        Some((USER.to_owned(), SECRET.to_owned()))
    );
    assert_eq!(taken[0].from, "hello@example.org");
    assert_eq!(taken[0].to, ["ala@example.org"]);
    let mail = Mail::read(&taken[0].data);
    assert_eq!(mail.token().len(), 43);
    assert!(mail.text.contains("From: Krowoc <hello@example.org>"));
    assert!(!logs::text().contains(SECRET) && !logs::text().contains(&mail.token()));
}

#[tokio::test]
async fn a_server_that_is_busy_is_tried_again_with_the_same_message_and_a_new_token() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let server = SmtpServer::start(move |command| {
        let first = command.starts_with("RCPT") && counted.fetch_add(1, Ordering::SeqCst) == 0;
        first.then_some("451 4.3.0 try again later")
    })
    .await;
    let app = through(&server, PLAIN).await;
    app.sign_up("ala@example.org").await;
    app.work().await;
    assert_eq!(server.taken(), []);
    app.advance(60_000);
    app.work().await;
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    let token = Mail::read(&taken[0].data).token();
    app.anonymous()
        .post("/api/v1/email/verify", json!({"token": token}))
        .await
        .ok();
}

#[tokio::test]
async fn an_address_that_the_server_refuses_is_not_tried_again() {
    let refuse = |command: &str| {
        command
            .starts_with("RCPT")
            .then_some("550 5.1.1 no such mailbox")
    };
    let server = SmtpServer::start(refuse).await;
    let app = through(&server, PLAIN).await;
    app.sign_up("ala@example.org").await;
    app.work().await;
    app.advance(86_400_000);
    assert_eq!(app.work().await, 0);
    assert_eq!(texts(&app, "SELECT kind AS text FROM job"), [] as [&str; 0]);
    assert!(logs::text().contains("no such mailbox"));
}

#[tokio::test]
async fn a_wrong_password_of_the_server_keeps_the_mail_until_it_is_mended() {
    let refuse = |command: &str| command.starts_with("AUTH").then_some("535 5.7.8 not you");
    let server = SmtpServer::start(refuse).await;
    let app = through(&server, PLAIN).await;
    app.sign_up("ala@example.org").await;
    app.work().await;
    assert_eq!(texts(&app, "SELECT kind AS text FROM job"), ["mail"]);
    let why = texts(&app, "SELECT last_error AS text FROM job").remove(0);
    assert!(why.contains("535") && !why.contains(SECRET), "{why}");
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_to_a_server_that_offers_no_tls() {
    let server = SmtpServer::start(|_| None).await;
    let app = through(&server, "smtp://krowoc%40example.org@SERVER").await;
    app.sign_up("ala@example.org").await;
    app.work().await;
    assert_eq!(server.taken(), []);
    let commands = server.commands();
    assert!(
        !commands
            .iter()
            .any(|it| it.starts_with("AUTH") || it.starts_with("MAIL")),
        "{commands:?}"
    );
    assert_eq!(texts(&app, "SELECT kind AS text FROM job"), ["mail"]);
}

#[tokio::test]
async fn a_token_is_in_no_row_of_the_database_before_or_after_it_is_sent() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    app.sign_up("ala@example.org").await;
    app.anonymous()
        .post(
            "/api/v1/password/forgot",
            json!({"email": "ala@example.org"}),
        )
        .await
        .ok();
    let before = texts(&app, "SELECT payload AS text FROM job");
    assert_eq!(before.len(), 2);
    app.work().await;
    let tokens: Vec<String> = inbox.take().iter().map(Mail::token).collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(
        texts(&app, "SELECT payload AS text FROM job"),
        [] as [&str; 0]
    );
    let hex = "SELECT lower(hex(hash)) AS text FROM mail_token";
    let hashes = match app.state.store.url() {
        krowoc_server::store::DatabaseUrl::Sqlite(_) => texts(&app, hex),
        krowoc_server::store::DatabaseUrl::Postgres(_) => {
            texts(&app, "SELECT encode(hash, 'hex') AS text FROM mail_token")
        }
    };
    assert_eq!(hashes.len(), 2);
    for token in &tokens {
        assert!(before.iter().all(|payload| !payload.contains(token)));
        let bytes: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!hashes.contains(&bytes));
    }
}

#[tokio::test]
async fn mails_in_a_folder_are_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let inbox = Inbox::default();
    let app = TestApp::start_with(Options {
        settings: vec![(
            "mail_folder",
            inbox.path().join("mails").display().to_string(),
        )],
        seed: None,
    })
    .await;
    app.sign_up("ala@example.org").await;
    app.work().await;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let folder = inbox.path().join("mails");
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(mode(&files[0]), 0o600);
    std::fs::remove_dir_all(&folder).unwrap();
}
