//! E-mail addresses in the one form in which they are compared. Not proof that somebody reads them.

use crate::web::problem::{Fault, Reply};
use krowoc_shared::error::ErrorCode;

/// Longest address, in bytes (RFC 5321, section 4.5.3.1.3).
const LONGEST: usize = 254;

/// Trims, lowers the case, and writes the domain in ASCII.
///
/// # Errors
/// [`ErrorCode::InvalidField`] when it cannot be an address.
pub fn normalise(text: &str) -> Reply<String> {
    let wrong = || {
        Fault::new(ErrorCode::InvalidField)
            .field("/email")
            .detail("Write an e-mail address such as name@example.org.")
    };
    let (local, domain) = text.trim().rsplit_once('@').ok_or_else(wrong)?;
    let sane = |part: &str| {
        !part.is_empty()
            && !part.chars().any(|it| {
                it.is_whitespace()
                    || it.is_control()
                    || matches!(it, '@' | '<' | '>' | '"' | ',' | ';')
            })
    };
    if !sane(local) || !sane(domain) {
        return Err(wrong());
    }
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(domain)) => domain,
        _ => return Err(wrong()),
    };
    let email = format!("{}@{domain}", local.to_lowercase());
    (email.len() <= LONGEST).then_some(email).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_one_address() {
        for text in [
            "alice@example.org",
            " Alice@Example.ORG ",
            "ALICE@EXAMPLE.ORG",
        ] {
            assert_eq!(normalise(text).unwrap(), "alice@example.org");
        }
        assert_eq!(normalise("jan@żółw.pl").unwrap(), "jan@xn--w-uga1v8h.pl");
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for text in [
            "",
            "alice",
            "@example.org",
            "alice@",
            "a b@example.org",
            "a@b@c.org",
            "a@[::1]",
            "<a>@b.org",
        ] {
            assert_eq!(
                normalise(text).unwrap_err().code,
                ErrorCode::InvalidField,
                "{text}"
            );
        }
        assert!(normalise(&format!("{}@example.org", "a".repeat(250))).is_err());
    }
}
