//! What of a query is looked at before it is parsed: how long it is, and how deep its brackets go. Not what it asks for.

/// Longest text of a query, in bytes. Texts of documents belong in variables, which may be longer.
pub const QUERY_BYTES: usize = 64 * 1024;
/// Most brackets inside one another.
const BRACKETS: usize = 48;

/// Checks a query before it is parsed, which takes more stack with each bracket.
///
/// # Errors
/// A sentence that says which limit it is over.
pub fn readable(query: &str) -> Result<(), String> {
    if query.len() > QUERY_BYTES {
        let most = QUERY_BYTES / 1024;
        return Err(format!(
            "Write a query of at most {most} kB. Texts belong in variables."
        ));
    }
    if brackets(query) > BRACKETS {
        return Err(format!(
            "Put at most {BRACKETS} brackets inside one another."
        ));
    }
    Ok(())
}

/// How many brackets stand inside one another, outside texts and comments.
fn brackets(query: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    let mut rest = query;
    while let Some(letter) = rest.chars().next() {
        let end = match letter {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' => literal(rest),
            _ => letter.len_utf8(),
        };
        match letter {
            '{' | '[' | '(' => open = open.saturating_add(1),
            '}' | ']' | ')' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
        rest = rest.get(end..).unwrap_or_default();
    }
    most
}

/// The length of the text that begins here.
fn literal(rest: &str) -> usize {
    let (quote, skipped) = match rest.starts_with("\"\"\"") {
        true => ("\"\"\"", "\\\"\"\""),
        false => ("\"", "\\"),
    };
    let mut at = quote.len();
    while let Some(now) = rest.get(at..).filter(|now| !now.is_empty()) {
        if now.starts_with(quote) {
            return at.saturating_add(quote.len());
        }
        let escaped = now.starts_with(skipped);
        let step = now.chars().next().map_or(1, char::len_utf8);
        at = at.saturating_add(step);
        if escaped {
            // What follows the backslash ends nothing.
            let more = match quote.len() {
                1 => now.chars().nth(1).map_or(0, char::len_utf8),
                _ => quote.len(),
            };
            at = at.saturating_add(more);
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_and_comments_are_none() {
        for (query, most) in [
            ("", 0),
            ("{ a { b } c { d(e: [1]) } }", 4),
            ("{ a(text: \"{{{{{\") }", 2),
            ("{ a(text: \"\\\"{{{\") }", 2),
            ("{ a(text: \"\\\\\") { b } }", 2),
            ("{ a(text: \"\"\"{{{ \\\"\"\" {{{\"\"\") { b } }", 2),
            ("{ # {{{{\n a }", 1),
            ("{ a(text: \"gr\u{fc}n\") }", 2),
            ("{ \"{{{", 1),
            ("}}}{", 1),
        ] {
            assert_eq!(brackets(query), most, "{query}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_not_read() {
        assert_eq!(readable(&"{".repeat(BRACKETS)), Ok(()));
        assert!(
            readable(&"{".repeat(BRACKETS + 1))
                .unwrap_err()
                .contains("48")
        );
        assert!(
            readable(&" ".repeat(QUERY_BYTES + 1))
                .unwrap_err()
                .contains("64 kB")
        );
    }
}
