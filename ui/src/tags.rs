//! Tags as they are typed: cut apart, and completed from those that are known. Not the field.

/// Most completions shown.
const MOST: usize = 8;

/// Completions for what is typed: tags that begin with it first, then tags that hold it; tags already there are left out.
#[must_use]
pub fn matching(typed: &str, known: &[String], present: &[String]) -> Vec<String> {
    let typed = small(typed.trim());
    if typed.is_empty() {
        return Vec::new();
    }
    let fits = |tag: &&String| !present.contains(*tag) && small(tag).contains(&typed);
    let (mut first, rest): (Vec<_>, Vec<_>) = known
        .iter()
        .filter(fits)
        .cloned()
        .partition(|tag| small(tag).starts_with(&typed));
    first.extend(rest);
    first.truncate(MOST);
    first
}

/// A text in small letters: the browser knows them, and a page need not carry their table.
#[cfg(target_arch = "wasm32")]
fn small(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

#[cfg(not(target_arch = "wasm32"))]
fn small(text: &str) -> String {
    text.to_lowercase()
}

/// The tags in what was typed or pasted, separated by commas, trimmed.
#[must_use]
pub fn split_tags(typed: &str) -> Vec<String> {
    typed
        .split([',', '\n', '\t'])
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn completion_prefers_beginnings_and_leaves_out_what_is_there() {
        let known = strings(&["unreviewed", "review", "Reviewing", "coding", "rev"]);
        assert_eq!(
            matching("REV", &known, &strings(&["rev"])),
            strings(&["review", "Reviewing", "unreviewed"])
        );
        assert_eq!(matching("  ", &known, &[]), strings(&[]));
    }

    #[test]
    fn pasted_tags_are_cut_at_commas() {
        assert_eq!(split_tags(" a, b c ,,\nd"), strings(&["a", "b c", "d"]));
    }
}
