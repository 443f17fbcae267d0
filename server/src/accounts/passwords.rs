//! Hashes and verifies passwords with Argon2id, off the async threads, a few at a time. Not which password is whose.

use crate::aside::Aside;
use crate::web::problem::{Fault, Reply};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use krowoc_shared::accounts::wire::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use krowoc_shared::error::ErrorCode;

/// Memory in KiB, passes, lanes: OWASP Password Storage Cheat Sheet, Argon2id, first choice.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Verified when there is no account, or one without a password, so that the answer takes as long; no password has this hash.
pub(super) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$a3Jvd29jL25vYm9keSEh$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether a stored hash is of a password at all: an account that a provider made has none.
#[must_use]
pub(super) fn is_set(hash: &str) -> bool {
    hash != NOBODY
}

/// The hasher of a server.
pub struct Hasher {
    aside: Aside,
}

impl Hasher {
    /// At most `concurrency` passwords at a time.
    #[must_use]
    pub fn new(concurrency: usize) -> Self {
        Self {
            aside: Aside::new(concurrency),
        }
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when hashing fails.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Reply<String> {
        self.aside
            .run(move || {
                let hash: PasswordHash = argon2()?
                    .hash_password_with_salt(password.as_bytes(), &salt)
                    .map_err(|_| internal())?;
                Ok(hash.to_string())
            })
            .await
    }

    /// Whether the password is the hash's; without a hash the same work is done for nothing.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when the hash is not a PHC string.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Reply<bool> {
        self.aside
            .run(move || {
                let known = hash.is_some();
                let text = hash.unwrap_or_else(|| NOBODY.to_owned());
                let parsed = PasswordHash::new(&text).map_err(|_| internal())?;
                let right = argon2()?.verify_password(password.as_bytes(), &parsed);
                Ok(right.is_ok() && known)
            })
            .await
    }
}

fn argon2() -> Reply<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| internal())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn internal() -> Fault {
    Fault::new(ErrorCode::Internal)
}

/// The rules of a new password: long enough, not absurdly long, not the address itself. No composition rules (NIST SP 800-63B).
///
/// # Errors
/// [`ErrorCode::WeakPassword`].
pub fn check(password: &str, email: &str) -> Reply<()> {
    let weak = |detail: String| {
        Err(Fault::new(ErrorCode::WeakPassword)
            .field("/password")
            .detail(detail))
    };
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return weak(format!("Use at least {PASSWORD_MIN_CHARS} characters."));
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return weak(format!("Use at most {PASSWORD_MAX_BYTES} bytes."));
    }
    if password.to_lowercase() == email {
        return weak("The password must not be the e-mail address.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_has_the_recommended_cost_and_verifies_its_password_only() {
        let hasher = Hasher::new(2);
        let hash = hasher
            .hash("correct horse".to_owned(), [7; 16])
            .await
            .unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let check =
            |password: &str, hash: &str| hasher.verify(password.to_owned(), Some(hash.to_owned()));
        assert!(check("correct horse", &hash).await.unwrap());
        assert!(!check("wrong horse", &hash).await.unwrap());
        assert!(
            !hasher
                .verify("correct horse".to_owned(), None)
                .await
                .unwrap()
        );
    }

    #[test]
    fn the_stand_in_for_unknown_accounts_costs_the_same() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), COST);
    }

    #[test]
    fn a_password_needs_ten_characters_and_must_not_be_the_address() {
        assert!(check("ten chars!", "a@example.org").is_ok());
        assert_eq!(
            check("nine char", "a@example.org").unwrap_err().code,
            ErrorCode::WeakPassword
        );
        assert!(check("Alice@Example.org", "alice@example.org").is_err());
        assert!(check(&"x".repeat(1025), "a@example.org").is_err());
        assert!(check("zażółć gęś", "a@example.org").is_ok());
    }
}
