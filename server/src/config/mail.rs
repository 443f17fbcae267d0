//! How mail is sent: settings of an SMTP server, or of a folder in its place. Not the sending.

use super::Take;
use crate::vault::Secret;
use lettre::message::Mailbox;
use std::path::PathBuf;
use url::Url;

/// How the connection to an SMTP server is kept from other eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// From the first byte: `smtps://`.
    Whole,
    /// After `STARTTLS`, without which nothing is sent: `smtp://`.
    StartTls,
    /// Not at all: `smtp://…?tls=none`.
    None,
}

/// An SMTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub tls: MailTls,
    /// Who signs in there; empty for nobody.
    pub user: String,
    /// With this password.
    pub password: Secret,
}

/// Where mail goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailWay {
    /// To an SMTP server.
    Smtp(SmtpSettings),
    /// Into files of a folder.
    Folder(PathBuf),
}

/// Settings of mail; none is sent without a way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailSettings {
    /// Where it goes.
    pub way: Option<MailWay>,
    /// Whom it is from; an address of the public host when it is not named.
    pub from: Option<Mailbox>,
}

fn smtp(text: &str) -> Result<SmtpSettings, String> {
    let expected = "expected smtps://USER@HOST or smtp://USER@HOST:587".to_owned();
    let url = Url::parse(text).map_err(|_| expected.clone())?;
    let plain = match url.query() {
        None => false,
        Some("tls=none") => true,
        Some(_) => return Err("after ? only tls=none may stand".to_owned()),
    };
    let (tls, port) = match (url.scheme(), plain) {
        ("smtps", false) => (MailTls::Whole, 465),
        ("smtp", false) => (MailTls::StartTls, 587),
        ("smtp", true) => (MailTls::None, 25),
        _ => return Err(expected),
    };
    if url.password().is_some() {
        return Err("the password stands in KROWOC_SMTP_PASSWORD, not in the address".to_owned());
    }
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| expected.clone())?;
    if !matches!(url.path(), "" | "/") {
        return Err(expected);
    }
    let user = percent_encoding::percent_decode_str(url.username()).decode_utf8();
    Ok(SmtpSettings {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(port),
        tls,
        user: user.map_err(|_| expected)?.into_owned(),
        password: Secret::new(""),
    })
}

fn sender(text: &str) -> Result<Mailbox, String> {
    let wrong = |_| {
        "expected an address such as krowoc@example.org or Krowoc <krowoc@example.org>".to_owned()
    };
    text.parse().map_err(wrong)
}

/// Takes them.
pub(super) fn take(take: &mut Take<'_>) -> Result<MailSettings, Vec<String>> {
    let server = take.optional("smtp_url", smtp)?;
    let password = take.optional("smtp_password", |text| Ok(Secret::new(text)))?;
    let folder = take.optional("mail_folder", |text| Ok(PathBuf::from(text)))?;
    let from = take.optional("mail_from", sender)?;
    let is_public = take
        .written("public_url")
        .is_some_and(|it| !it.text.is_empty());
    let way = match (server, folder) {
        (Some(_), Some(_)) => {
            take.errors
                .push("smtp_url and mail_folder are both set: mail goes to one of them".to_owned());
            None
        }
        (Some(_), None) if !is_public => {
            take.errors
                .push("smtp_url needs public_url: links in mails lead there".to_owned());
            None
        }
        (Some(mut server), None) => {
            server.password = password.unwrap_or_else(|| Secret::new(""));
            if !server.user.is_empty() && server.password.is_empty() {
                take.errors
                    .push("smtp_url names a user: set KROWOC_SMTP_PASSWORD".to_owned());
            }
            Some(MailWay::Smtp(server))
        }
        (None, Some(folder)) => Some(MailWay::Folder(folder)),
        (None, None) => None,
    };
    Ok(MailSettings { way, from })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_the_server_is_spoken_to() {
        let whole = smtp("smtps://ada%40example.org@mail.example.org").unwrap();
        assert_eq!((whole.tls, whole.port), (MailTls::Whole, 465));
        assert_eq!(whole.user, "ada@example.org");
        let started = smtp("smtp://mail.example.org").unwrap();
        assert_eq!((started.tls, started.port), (MailTls::StartTls, 587));
        let plain = smtp("smtp://localhost:2525?tls=none").unwrap();
        assert_eq!((plain.tls, plain.port), (MailTls::None, 2525));
    }

    #[test]
    fn what_is_no_address_of_a_mail_server_is_refused() {
        for bad in [
            "mail.example.org",
            "http://mail.example.org",
            "smtp://a:b@c",
            "smtp://c?tls=maybe",
            "smtps://c?tls=none",
            "smtp://c/inbox",
        ] {
            assert!(smtp(bad).is_err(), "{bad}");
        }
        let password = smtp("smtp://a:hunter2@c").unwrap_err();
        assert!(password.contains("KROWOC_SMTP_PASSWORD") && !password.contains("hunter2"));
    }
}
