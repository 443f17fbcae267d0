//! Sends mail: through an SMTP server, or into files of a folder. Not what it says, and not when: mails are sent by jobs.

mod folder;
mod message;
mod smtp;

use crate::config::Config;
use crate::config::mail::MailWay;
use krowoc_shared::accounts::letters::Written;
use krowoc_shared::ids::{JobId, Millis};
use lettre::Address;
use lettre::message::Mailbox;

/// A letter on its way.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The job that sends it: the message has the same id each time it is tried.
    pub id: JobId,
    /// Whom it goes to.
    pub to: String,
    /// What it says.
    pub written: Written,
    /// When.
    pub at: Millis,
}

/// Why a letter was not sent; never what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailError {
    /// It would be refused again: the address does not exist, say.
    pub permanent: bool,
    /// What happened.
    pub why: String,
}

impl MailError {
    fn passing(why: impl std::fmt::Display) -> Self {
        Self {
            permanent: false,
            why: why.to_string(),
        }
    }

    fn permanent(why: impl std::fmt::Display) -> Self {
        Self {
            permanent: true,
            why: why.to_string(),
        }
    }
}

impl std::fmt::Display for MailError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for MailError {}

/// What the log says of a server that sends no mail.
pub const OFF: &str = "no mail is sent: addresses are not verified and forgotten passwords cannot be set anew; set smtp_url, or mail_folder to try it out";

/// Sends.
#[derive(Debug)]
pub struct Mailer {
    way: Option<MailWay>,
    from: Option<Mailbox>,
    host: String,
}

impl Mailer {
    /// The mailer of a configuration. Nothing is opened before the first letter.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let host = config.public_url.as_ref().and_then(|url| url.host_str());
        let host = host.unwrap_or("localhost").to_owned();
        let from = config.mail.from.clone().or_else(|| {
            let address = Address::new("noreply", &host).ok()?;
            Some(Mailbox::new(Some("Krowoc".to_owned()), address))
        });
        Self {
            way: config.mail.way.clone(),
            from,
            host,
        }
    }

    /// Whether mail is sent at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.way.is_some()
    }

    /// Sends a letter.
    ///
    /// # Errors
    /// [`MailError`], by which one knows whether to try again.
    pub async fn send(&self, letter: &Outgoing) -> Result<(), MailError> {
        let from = self.from.clone();
        let from = from.ok_or_else(|| MailError::passing("set mail_from: mails need a sender"))?;
        let message = message::build(from, &self.host, letter)?;
        match &self.way {
            None => Err(MailError::passing(OFF)),
            Some(MailWay::Smtp(server)) => smtp::send(server, &self.host, message).await,
            Some(MailWay::Folder(folder)) => {
                folder::write(folder, letter, message.formatted()).await
            }
        }
    }
}
