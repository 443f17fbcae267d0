//! The way through an SMTP server: one connection a letter. Mails are few, and an idle connection would be closed by the other side.

use super::MailError;
use crate::config::mail::{MailTls, SmtpSettings};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::time::Duration;

/// How long a step of the conversation may take.
const STEP: Duration = Duration::from_secs(20);

/// Sends a message.
pub(super) async fn send(
    server: &SmtpSettings,
    host: &str,
    message: Message,
) -> Result<(), MailError> {
    let transport = open(server, host).map_err(failed)?;
    transport.send(message).await.map(|_| ()).map_err(failed)
}

fn open(
    server: &SmtpSettings,
    host: &str,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
    let parameters = || {
        crate::providers::install_tls();
        TlsParameters::new(server.host.clone())
    };
    let tls = match server.tls {
        MailTls::Whole => Tls::Wrapper(parameters()?),
        MailTls::StartTls => Tls::Required(parameters()?),
        MailTls::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
        .port(server.port)
        .tls(tls)
        .hello_name(ClientId::Domain(host.to_owned()))
        .timeout(Some(STEP));
    if !server.user.is_empty() {
        let password = server.password.expose().to_owned();
        builder = builder.credentials(Credentials::new(server.user.clone(), password));
    }
    Ok(builder.build())
}

/// What a server refused for good it would refuse again; who may not sign in there today may tomorrow, when the setting was mended.
fn failed(error: lettre::transport::smtp::Error) -> MailError {
    let of_settings = error
        .status()
        .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
    if error.is_permanent() && !of_settings {
        MailError::permanent(format!("the mail server refused it: {error}"))
    } else {
        MailError::passing(format!("the mail server: {error}"))
    }
}
