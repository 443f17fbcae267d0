//! Takes a key out of texts: providers quote keys in their errors, whole or in parts. Not a search for other people's secrets.

use crate::vault::Secret;

/// So many bytes of a key in a row give it away.
const PIECE: usize = 8;

/// A text without the key: every word that holds a piece of it, or the whole of a shorter one, is blotted out.
pub(super) fn blot(key: &Secret, text: &str) -> String {
    let key = key.expose().as_bytes();
    if key.is_empty() {
        return text.to_owned();
    }
    let size = PIECE.min(key.len());
    let holds = |word: &str| {
        let mut windows = word.as_bytes().windows(size);
        windows.any(|window| key.windows(size).any(|piece| piece == window))
    };
    let parts = text.split_inclusive(char::is_whitespace);
    parts
        .map(|part| {
            let word = part.trim_end_matches(char::is_whitespace);
            if holds(word) {
                part.replacen(word, "…", 1)
            } else {
                part.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_quotes_a_key_loses_it_and_nothing_else() {
        let blotted = |key: &str, text: &str| blot(&Secret::new(key.to_owned()), text);
        let key = "sk-abcdefghijkl";
        assert_eq!(
            blotted(key, "Incorrect API key: 'sk-abcdefghijkl'. See\nthe page."),
            "Incorrect API key: … See\nthe page."
        );
        assert_eq!(blotted(key, "sk-abcde*****ijkl is wrong"), "… is wrong");
        assert_eq!(
            blotted(key, "sk-*****ijkl is wrong"),
            "sk-*****ijkl is wrong"
        );
        assert_eq!(blotted("abc", "xabcx y"), "… y");
        assert_eq!(blotted("", "all of it"), "all of it");
    }
}
