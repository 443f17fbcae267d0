//! How names of the API are spelt in GraphQL: fields in camel case, types in Pascal case, values of enums in capitals. Not what they name.

/// `created_at` as `createdAt`. What is no letter or digit parts words; a digit in front gets an underscore.
#[must_use]
pub fn camel(name: &str) -> String {
    let mut words = words(name);
    let first = words.next().map(|word| lower_first(&word));
    let rest = words.map(|word| upper_first(&word));
    legal(first.into_iter().chain(rest).collect())
}

/// `created_at` as `CreatedAt`.
#[must_use]
pub fn pascal(name: &str) -> String {
    legal(words(name).map(|word| upper_first(&word)).collect())
}

/// `library:read` as `LIBRARY_READ`, `24h` as `_24H`.
#[must_use]
pub fn constant(name: &str) -> String {
    let words: Vec<String> = words(name).map(|word| word.to_ascii_uppercase()).collect();
    legal(words.join("_"))
}

fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_owned)
}

fn lower_first(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

fn upper_first(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// A name begins with a letter or an underscore.
fn legal(name: String) -> String {
    match name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        true => name,
        false => format!("_{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_graphql_spells_them() {
        assert_eq!(camel("created_at"), "createdAt");
        assert_eq!(camel("Idempotency-Key"), "idempotencyKey");
        assert_eq!(camel("p95_ms"), "p95Ms");
        assert_eq!(pascal("dead_letter"), "DeadLetter");
        assert_eq!(pascal("PublicPrompt"), "PublicPrompt");
        assert_eq!(constant("library:read"), "LIBRARY_READ");
        assert_eq!(constant("24h"), "_24H");
        assert_eq!(constant(""), "_");
    }
}
