//! What mails say, in English: subject, plain text, and the same as simple HTML. Not how they are sent, and not to whom.

use std::fmt::Write;

/// Minutes in which the link of a reset must be used.
pub const RESET_MINUTES: i64 = 30;
/// Days in which the link of a verification must be used.
pub const VERIFY_DAYS: i64 = 3;

/// Days in which a deletion can be taken back.
pub const LEAVE_DAYS: i64 = 7;

/// A letter with what it needs; `server` is the address that people type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    /// Proves that somebody reads the mail of an address.
    Verify {
        /// Where the proof is given.
        link: String,
    },
    /// Sets a forgotten password anew.
    Reset {
        /// Where it is set.
        link: String,
    },
    /// The password was changed.
    PasswordChanged {
        /// What the passkeys are called that sign in as before.
        passkeys: Vec<String>,
    },
    /// The address of the account is another one now; this goes to the old one.
    EmailChanged {
        /// The new one.
        to: String,
    },
    /// A provider lets the owner in from now on.
    WayAdded {
        /// The provider's name.
        provider: String,
    },
    /// A provider lets nobody in any more.
    WayRemoved {
        /// The provider's name.
        provider: String,
    },
    /// Signing in has a second step from now on, or has none any more.
    SecondStep {
        /// It has.
        on: bool,
    },
    /// A recovery code stood in for the authenticator.
    RecoveryUsed {
        /// How many are left.
        left: i64,
    },
    /// Many wrong codes were typed at the second step.
    WrongCodes,
    /// A passkey lets the owner in from now on.
    PasskeyAdded {
        /// What it is called.
        name: String,
    },
    /// A passkey lets nobody in any more.
    PasskeyRemoved {
        /// What it was called.
        name: String,
    },
    /// The account will be erased.
    Leaving,
    /// The account was erased.
    Gone,
    /// Somebody is asked into a team.
    Invitation {
        /// The team.
        team: String,
        /// The address of who asks.
        by: String,
        /// What they would be, with its article.
        role: String,
        /// Where they accept.
        link: String,
        /// Days in which they must.
        days: i64,
    },
}

/// A letter in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML that needs nothing from elsewhere.
    pub html: String,
}

enum Part {
    Text(String),
    Link(&'static str, String),
}

/// Writes a letter from the server at `server`, such as `https://krowoc.example.org`.
#[must_use]
pub fn write(letter: &Letter, server: &str) -> Written {
    let text = |text: &str| Part::Text(text.to_owned());
    let alarm = || {
        Part::Text(format!(
            "If that was not you: set a new password at {server}/forgot, then look at your ways to sign in, devices and tokens in the settings."
        ))
    };
    let (subject, mut parts) = match letter {
        Letter::Verify { link } => (
            "Confirm your e-mail address",
            vec![
                Part::Text(format!(
                    "Somebody, most likely you, gave this address to the Krowoc server at {server}."
                )),
                Part::Link("Confirm the address", link.clone()),
                Part::Text(format!(
                    "The link works for {VERIFY_DAYS} days. If it was not you, do nothing: without the link the address is not confirmed."
                )),
            ],
        ),
        Letter::Reset { link } => (
            "Set a new password",
            vec![
                Part::Text(format!(
                    "Somebody, most likely you, asked for a new password on the Krowoc server at {server}."
                )),
                Part::Link("Set a new password", link.clone()),
                Part::Text(format!(
                    "The link works once, for {RESET_MINUTES} minutes. If it was not you, do nothing: your password stays as it is."
                )),
            ],
        ),
        Letter::PasswordChanged { passkeys } => {
            let mut parts = vec![Part::Text(format!(
                "The password of your account on the Krowoc server at {server} was changed, and its other sessions were ended."
            ))];
            if !passkeys.is_empty() {
                let names: Vec<String> = passkeys.iter().map(|it| format!("“{it}”")).collect();
                parts.push(Part::Text(format!(
                    "These passkeys sign in as before: {}. Remove those that are not yours in the settings, under Security.",
                    names.join(", ")
                )));
            }
            parts.push(alarm());
            ("Your password was changed", parts)
        }
        Letter::EmailChanged { to } => (
            "Your e-mail address was changed",
            vec![
                Part::Text(format!(
                    "Your account on the Krowoc server at {server} has a new address: {to}. Mails go there from now on."
                )),
                text(
                    "If that was not you: ask who looks after that server at once. Somebody knows your password.",
                ),
            ],
        ),
        Letter::WayAdded { provider } => (
            "Another way to sign in",
            vec![
                Part::Text(format!(
                    "Your account on the Krowoc server at {server} can be signed in to with {provider} from now on."
                )),
                alarm(),
            ],
        ),
        Letter::WayRemoved { provider } => (
            "A way to sign in was removed",
            vec![
                Part::Text(format!(
                    "Your account on the Krowoc server at {server} cannot be signed in to with {provider} any more."
                )),
                alarm(),
            ],
        ),
        Letter::SecondStep { on: true } => (
            "Two-step sign-in is on",
            vec![
                Part::Text(format!(
                    "Signing in to your account on the Krowoc server at {server} asks for a code of your authenticator from now on. Keep the recovery codes where you find them without it."
                )),
                alarm(),
            ],
        ),
        Letter::SecondStep { on: false } => (
            "Two-step sign-in is off",
            vec![
                Part::Text(format!(
                    "Signing in to your account on the Krowoc server at {server} asks for no code any more."
                )),
                alarm(),
            ],
        ),
        Letter::RecoveryUsed { left } => (
            "A recovery code was used",
            vec![
                Part::Text(format!(
                    "A recovery code stood in for your authenticator at the Krowoc server at {server}. Unused codes: {left}. New ones can be made in the settings."
                )),
                alarm(),
            ],
        ),
        Letter::WrongCodes => (
            "Wrong codes at your sign-in",
            vec![
                Part::Text(format!(
                    "Ten wrong codes in a row, or more, were typed at the second step of signing in to your account on the Krowoc server at {server}. None was let in. Whoever typed them had passed the first step: they know your password, or come through a provider that is yours."
                )),
                alarm(),
            ],
        ),
        Letter::PasskeyAdded { name } => (
            "A passkey was added",
            vec![
                Part::Text(format!(
                    "Your account on the Krowoc server at {server} can be signed in to with the passkey “{name}” from now on."
                )),
                alarm(),
            ],
        ),
        Letter::PasskeyRemoved { name } => (
            "A passkey was removed",
            vec![
                Part::Text(format!(
                    "The passkey “{name}” does not sign in to your account on the Krowoc server at {server} any more."
                )),
                alarm(),
            ],
        ),
        Letter::Leaving => (
            "Your account will be deleted",
            vec![
                Part::Text(format!(
                    "Your account on the Krowoc server at {server} will be erased in {LEAVE_DAYS} days, with its library and everything else. Its devices and tokens are disconnected already."
                )),
                text("To keep it: sign in before then and press Keep my account in the settings."),
                alarm(),
            ],
        ),
        Letter::Gone => (
            "Your account was deleted",
            vec![
                Part::Text(format!(
                    "Your account on the Krowoc server at {server} was erased, with its library and everything else. This is the last mail."
                )),
                text(
                    "If that was not you: ask who looks after that server whether there is a backup.",
                ),
            ],
        ),
        Letter::Invitation {
            team,
            by,
            role,
            link,
            days,
        } => (
            "An invitation to a team",
            vec![
                Part::Text(format!(
                    "{by} invites you to the team “{team}” on the Krowoc server at {server}, as {role}."
                )),
                Part::Link("Look at the invitation", link.clone()),
                Part::Text(format!(
                    "The link works once, for {days} days, with the account of this address. If the one who is meant was not you, do nothing: without the link nobody joins."
                )),
            ],
        ),
    };
    parts.insert(0, text("Hello,"));
    Written {
        subject: format!("{subject} – Krowoc"),
        text: plain(&parts),
        html: html(subject, &parts),
    }
}

fn plain(parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        // Writing into a text cannot fail.
        let _ = match part {
            Part::Text(text) => write!(out, "{text}\n\n"),
            Part::Link(label, link) => write!(out, "{label}:\n{link}\n\n"),
        };
    }
    out.push_str("Krowoc\n");
    out
}

fn html(title: &str, parts: &[Part]) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\
         <body style=\"font-family:sans-serif;line-height:1.5;max-width:36em;margin:2em auto;padding:0 1em\"><h1 style=\"font-size:1.25em\">{0}</h1>\n",
        escape(title)
    );
    for part in parts {
        let _ = match part {
            Part::Text(text) => writeln!(out, "<p>{}</p>", escape(text)),
            Part::Link(label, link) => writeln!(
                out,
                "<p><a href=\"{0}\">{1}</a></p>\n<p style=\"word-break:break-all\">{0}</p>",
                escape(link),
                escape(label)
            ),
        };
    }
    out.push_str("<p>Krowoc</p></body></html>\n");
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://krowoc.example.org";

    #[test]
    fn a_letter_says_the_same_in_both_forms() {
        let link = format!("{SERVER}/reset#token=abc");
        let written = write(&Letter::Reset { link: link.clone() }, SERVER);
        assert_eq!(written.subject, "Set a new password – Krowoc");
        for form in [&written.text, &written.html] {
            assert!(
                form.contains(&link) && form.contains("30 minutes"),
                "{form}"
            );
        }
    }

    #[test]
    fn another_password_names_the_passkeys_that_stay() {
        let passkeys = vec!["Laptop".to_owned(), "<Phone>".to_owned()];
        let written = write(&Letter::PasswordChanged { passkeys }, SERVER);
        assert!(written.text.contains("“Laptop”, “<Phone>”"));
        assert!(written.html.contains("“&lt;Phone&gt;”"));
        let passkeys = Vec::new();
        let written = write(&Letter::PasswordChanged { passkeys }, SERVER);
        assert!(!written.text.contains("These passkeys"));
    }

    #[test]
    fn what_a_person_chose_cannot_become_markup() {
        let to = "<b>&\"x@example.org".to_owned();
        let written = write(&Letter::EmailChanged { to }, SERVER);
        assert!(written.html.contains("&lt;b&gt;&amp;&quot;x@example.org"));
        assert!(!written.html.contains("<b>"));
    }

    #[test]
    fn every_letter_has_a_subject_of_one_line_and_says_what_to_do_when_it_was_not_you() {
        let link = String::from("x");
        for letter in [
            Letter::Verify { link: link.clone() },
            Letter::Reset { link },
            Letter::PasswordChanged {
                passkeys: Vec::new(),
            },
            Letter::EmailChanged {
                to: "new@example.org".to_owned(),
            },
            Letter::WayAdded {
                provider: "GitHub".to_owned(),
            },
            Letter::WayRemoved {
                provider: "GitHub".to_owned(),
            },
            Letter::SecondStep { on: true },
            Letter::SecondStep { on: false },
            Letter::RecoveryUsed { left: 9 },
            Letter::WrongCodes,
            Letter::PasskeyAdded {
                name: "Laptop".to_owned(),
            },
            Letter::PasskeyRemoved {
                name: "Laptop".to_owned(),
            },
            Letter::Leaving,
            Letter::Gone,
            Letter::Invitation {
                team: "Ours\r\nBcc: x".to_owned(),
                by: "ada@example.org".to_owned(),
                role: "an editor".to_owned(),
                link: "y".to_owned(),
                days: 7,
            },
        ] {
            let written = write(&letter, SERVER);
            assert!(!written.subject.contains(['\r', '\n']));
            assert!(written.text.contains("was not you"), "{}", written.text);
        }
    }
}
