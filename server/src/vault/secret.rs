//! A secret text in memory: overwritten when the last holder lets go of it, never shown. Not how it is stored.

use std::sync::Arc;
use zeroize::Zeroizing;

/// A secret; clones share it.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

/// Shortest secret whose end may be shown: of a shorter one four characters would be too much.
const SHOWN_FROM: usize = 12;

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(text.into())))
    }

    /// The text, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The end of it, such as `…a1b2`; `…` for a short one; empty for none.
    #[must_use]
    pub fn hint(&self) -> String {
        let count = self.0.chars().count();
        let shown = if count >= SHOWN_FROM { 4 } else { 0 };
        if count == 0 {
            return String::new();
        }
        let end = self.0.chars().skip(count.saturating_sub(shown));
        std::iter::once('…').chain(end).collect()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Compares without telling by time where two secrets differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        crate::web::token::same(self.expose(), other.expose())
    }
}
impl Eq for Secret {}

/// Never shows it.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_shows_the_end_of_a_long_secret_only() {
        let hint = |text: &str| Secret::new(text.to_owned()).hint();
        assert_eq!(hint("sk-proj-0123456789a1b2"), "…a1b2");
        assert_eq!(hint("elevenchars"), "…");
        assert_eq!(hint("twelve-chars"), "…hars");
        assert_eq!(hint("ąęśćżźółńłżąę"), "…łżąę");
        assert_eq!(hint(""), "");
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new("planted-in-memory".to_owned());
        assert!(!format!("{secret:?} {:?}", Some(&secret)).contains("planted"));
        assert_eq!(secret, Secret::new("planted-in-memory".to_owned()));
        assert_ne!(secret, Secret::new("planted-in-memorz".to_owned()));
    }
}
