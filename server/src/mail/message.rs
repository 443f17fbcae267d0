//! A letter as a message of the internet: headers, plain text and HTML beside each other. Not its transport.

use super::{MailError, Outgoing};
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use std::time::{Duration, UNIX_EPOCH};

/// Programs that answer mails by themselves leave this one alone (RFC 3834).
const AUTOMATIC: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Builds it; the same letter gives the same bytes each time.
pub(super) fn build(from: Mailbox, host: &str, letter: &Outgoing) -> Result<Message, MailError> {
    let to = letter
        .to
        .parse()
        .map_err(|_| MailError::permanent("the address is none that mail can be sent to"))?;
    let millis = u64::try_from(letter.at).unwrap_or_default();
    let parts = MultiPart::alternative()
        .boundary(format!("krowoc-{}", letter.id))
        .singlepart(SinglePart::plain(letter.written.text.clone()))
        .singlepart(SinglePart::html(letter.written.html.clone()));
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(letter.written.subject.clone())
        .date(UNIX_EPOCH + Duration::from_millis(millis))
        .message_id(Some(format!("<{}@{host}>", letter.id)))
        .raw_header(HeaderValue::new(AUTOMATIC, "auto-generated".to_owned()))
        .multipart(parts)
        .map_err(MailError::permanent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::accounts::letters::{Letter, write};
    use krowoc_shared::ids::JobId;

    fn letter(to: &str) -> Outgoing {
        let link = "https://krowoc.example.org/reset#token=abc".to_owned();
        Outgoing {
            id: JobId::mint(1_000, [7; 10]),
            to: to.to_owned(),
            written: write(&Letter::Reset { link }, "https://krowoc.example.org"),
            at: 1_795_219_200_000,
        }
    }

    fn text(to: &str) -> Result<String, MailError> {
        let from = "Krowoc <noreply@krowoc.example.org>".parse().unwrap();
        let message = build(from, "krowoc.example.org", &letter(to))?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn a_message_says_who_when_and_that_nobody_wrote_it() {
        let text = text("ada@example.org").unwrap();
        for line in [
            "From: Krowoc <noreply@krowoc.example.org>",
            "To: ada@example.org",
            "Date: Sat, 21 Nov 2026 00:00:00 +0000",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in {text}");
        }
        assert!(text.contains("text/plain") && text.contains("text/html"));
        assert!(text.contains("@krowoc.example.org>"));
    }

    #[test]
    fn a_letter_that_is_sent_again_is_the_same_message() {
        assert_eq!(text("ada@example.org"), text("ada@example.org"));
    }

    #[test]
    fn an_address_cannot_add_a_header() {
        let refused = text("ada@example.org\r\nBcc: eve@example.org").unwrap_err();
        assert!(refused.permanent);
    }
}
