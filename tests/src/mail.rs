//! Mails as a test reads them: from a folder or from an SMTP server, decoded. Not their sending.

use crate::app::{Options, TestApp};
use crate::database::folder;
use std::path::{Path, PathBuf};

/// The address that links in the mails of tests begin with.
pub const PUBLIC: &str = "http://krowoc.test";

/// A mail, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whom it goes to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Everything, with quoted-printable taken away.
    pub text: String,
}

impl Mail {
    /// Reads a message.
    #[must_use]
    pub fn read(raw: &str) -> Self {
        let header = |name: &str| {
            let line = raw.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        Self {
            to: header("To:"),
            subject: header("Subject:"),
            text: unquote(raw),
        }
    }

    /// The token that its link carries.
    ///
    /// # Panics
    /// When it carries none.
    #[must_use]
    pub fn token(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("#token=")
            .expect("a link with a token");
        rest.chars().take(43).collect()
    }
}

/// Undoes quoted-printable (RFC 2045, section 6.7) where it was done.
fn unquote(raw: &str) -> String {
    let joined = raw.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) if part[..2].bytes().all(|it| !it.is_ascii_lowercase()) => {
                out.push(byte);
                out.extend_from_slice(&part.as_bytes()[2..]);
            }
            _ => {
                out.push(b'=');
                out.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A folder that a server writes its mails into; gone when it is dropped.
pub struct Inbox(PathBuf);

impl Default for Inbox {
    fn default() -> Self {
        Self(folder().expect("a folder"))
    }
}

impl Inbox {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Settings of a server that writes into it.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("mail_folder", self.0.display().to_string()),
            ("public_url", PUBLIC.to_owned()),
        ]
    }

    /// A server that writes into it.
    pub async fn server(&self) -> TestApp {
        TestApp::start_with(Options {
            settings: self.settings(),
            seed: None,
        })
        .await
    }

    /// The mails that wait, in no order; they are taken away.
    ///
    /// # Panics
    /// When the folder cannot be read.
    #[must_use]
    pub fn take(&self) -> Vec<Mail> {
        let mut mails = Vec::new();
        for entry in std::fs::read_dir(&self.0).expect("the folder") {
            let path = entry.expect("an entry").path();
            let raw = std::fs::read_to_string(&path).expect("a mail");
            mails.push(Mail::read(&raw));
            std::fs::remove_file(&path).expect("a mail that can be removed");
        }
        mails
    }

    /// Sends what waits in the queue of a server, and takes the one mail that came of it.
    ///
    /// # Panics
    /// When there is not exactly one.
    pub async fn only(&self, app: &TestApp) -> Mail {
        app.work().await;
        let mut mails = self.take();
        assert_eq!(mails.len(), 1, "{mails:?}");
        mails.remove(0)
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
