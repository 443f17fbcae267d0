//! The block of fields at the head of a Markdown file. Not YAML: the small part of it that such blocks use in practice.
//!
//! Understood: `key: value` with plain, 'single' and "double" quoted texts, `[a, b]` and `- a` lists, JSON objects, and `|` and
//! `>` blocks. Written: one line a field, its value as JSON, which every YAML reader takes.

use serde_json::Value;
use std::collections::BTreeMap;

/// Longest block, in bytes: what does not end by then is text.
const BLOCK_BYTES: usize = 256 * 1024;

/// Fields by name, in lower case.
pub type Fields = BTreeMap<String, Value>;

/// Parts a file into its fields and its text. A blank line after the block belongs to the block. Without a block: `None` and all of
/// it.
#[must_use]
pub fn split(text: &str) -> (Option<Fields>, &str) {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let Some(rest) = text
        .strip_prefix("---\n")
        .or_else(|| text.strip_prefix("---\r\n"))
    else {
        return (None, text);
    };
    let mut end = 0usize;
    let mut lines: Vec<&str> = Vec::new();
    for line in rest.split_inclusive('\n') {
        end = end.saturating_add(line.len());
        let line = line.trim_end_matches(['\n', '\r']);
        if matches!(line, "---" | "...") {
            let body = rest.get(end..).unwrap_or_default();
            let body = body
                .strip_prefix("\r\n")
                .or_else(|| body.strip_prefix('\n'))
                .unwrap_or(body);
            // Text between two rules is no block, and must not get lost.
            if !lines.iter().all(|line| is_field_line(line)) {
                return (None, text);
            }
            return (Some(fields(&lines)), body);
        }
        if end > BLOCK_BYTES {
            break;
        }
        lines.push(line);
    }
    (None, text)
}

/// A field, or what may stand between and below fields: blanks, comments, indented lines and list items.
fn is_field_line(line: &str) -> bool {
    let key = line.split_once(':').map(|(key, _)| key.chars().count());
    line.trim().is_empty()
        || line.starts_with([' ', '\t', '#', '-', ']', '}'])
        || key.is_some_and(|chars| (1..=40).contains(&chars))
}

fn fields(lines: &[&str]) -> Fields {
    let mut out = Fields::new();
    let mut lines = lines.iter().copied().peekable();
    while let Some(line) = lines.next() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let key = key.trim().trim_matches('"').to_lowercase();
        if key.is_empty() || line.starts_with([' ', '\t', '#', '-']) {
            continue;
        }
        // What is indented belongs to the field, and so do list items at the margin.
        let mut block = Vec::new();
        while let Some(next) = lines.next_if(|next| {
            next.starts_with([' ', '\t']) || next.starts_with("- ") || next.trim().is_empty()
        }) {
            block.push(next);
        }
        out.insert(key, value_of(value.trim(), &block));
    }
    out
}

fn value_of(value: &str, block: &[&str]) -> Value {
    match value {
        "" => {
            let items = block
                .iter()
                .filter_map(|line| line.trim().strip_prefix("- "))
                .map(scalar);
            let items: Vec<Value> = items.collect();
            if items.is_empty() {
                Value::String(join(block, " "))
            } else {
                Value::Array(items)
            }
        }
        "|" | "|-" | "|+" => Value::String(join(block, "\n")),
        ">" | ">-" | ">+" => Value::String(join(block, " ")),
        _ => scalar(value),
    }
}

fn join(block: &[&str], with: &str) -> String {
    let indent = block
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len().saturating_sub(line.trim_start().len()))
        .min();
    let cut = |line: &&str| {
        line.get(indent.unwrap_or(0)..)
            .unwrap_or_default()
            .to_owned()
    };
    block
        .iter()
        .map(cut)
        .collect::<Vec<_>>()
        .join(with)
        .trim_end()
        .to_owned()
}

fn scalar(text: &str) -> Value {
    let text = text.trim();
    if text.starts_with(['"', '[', '{'])
        && let Ok(value) = serde_json::from_str(text)
    {
        return value;
    }
    if let Some(inner) = text
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
    {
        return Value::String(inner.replace("''", "'"));
    }
    if let Some(inner) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let items = inner
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        return Value::Array(items.map(scalar).collect());
    }
    let plain = text.split(" #").next().unwrap_or(text).trim_end();
    let unquoted = plain
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    Value::String(unquoted.unwrap_or(plain).to_owned())
}

/// Text of a field; numbers and truth values as they are written.
#[must_use]
pub fn text(fields: &Fields, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match fields.get(*name)? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        Value::Array(items) => Some(
            items
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(", "),
        ),
        other => Some(other.to_string()),
    })
}

/// Texts of a field: a list, or a text parted by commas.
#[must_use]
pub fn list(fields: &Fields, names: &[&str]) -> Vec<String> {
    let Some(value) = names.iter().find_map(|name| fields.get(*name)) else {
        return Vec::new();
    };
    match value {
        Value::Array(items) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Value::String(text) => text
            .split(',')
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Appends a field to a block.
pub fn push(out: &mut String, key: &str, value: &Value) {
    // Line ends inside of texts are escapes in JSON: a field is one line.
    out.push_str(&format!("{key}: {value}\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_of_all_forms_are_read() {
        let file = "---\r\ntitle: \"A: \\\"b\\\"\"\nName: it's # not this\nquoted: 'it''s'\ntags: [a, 'b c', \"d\"]\nmore:\n  - x\n- y\nempty:\ntext: |\n  one\n    two\n\nfolded: >\n  a\n  b\nobj: {\"a\": [1]}\n---\n\nBody\n---\nend";
        let (fields, body) = split(file);
        let fields = fields.unwrap();
        assert_eq!(body, "Body\n---\nend");
        assert_eq!(text(&fields, &["title"]).unwrap(), "A: \"b\"");
        assert_eq!(text(&fields, &["missing", "name"]).unwrap(), "it's");
        assert_eq!(text(&fields, &["quoted"]).unwrap(), "it's");
        assert_eq!(list(&fields, &["tags"]), ["a", "b c", "d"]);
        assert_eq!(list(&fields, &["more"]), ["x", "y"]);
        assert_eq!(text(&fields, &["empty"]).unwrap(), "");
        assert_eq!(text(&fields, &["text"]).unwrap(), "one\n  two");
        assert_eq!(text(&fields, &["folded"]).unwrap(), "a b");
        assert_eq!(fields["obj"], serde_json::json!({"a": [1]}));
    }

    #[test]
    fn text_without_a_whole_block_is_text() {
        for file in [
            "no block",
            "---\nA paragraph between rules\n---\nmore",
            "---\nnever: ends\n",
            "--- \na: b\n---\n",
            "",
        ] {
            assert_eq!(split(file), (None, file));
        }
        let endless = format!("---\n{}---\n", "a: b\n".repeat(100_000));
        assert!(split(&endless).0.is_none());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in any::<String>(), items in prop::collection::vec(any::<String>(), 0..4), body in any::<String>()) {
            let mut file = "---\n".to_owned();
            push(&mut file, "a", &value.clone().into());
            push(&mut file, "b", &items.clone().into());
            file.push_str("---\n\n");
            file.push_str(&body);
            let (fields, read) = split(&file);
            let fields = fields.unwrap();
            prop_assert_eq!(&fields["a"], &Value::from(value));
            prop_assert_eq!(&fields["b"], &Value::from(items));
            prop_assert_eq!(read, body);
        }

        #[test]
        fn no_text_makes_it_panic(text in "(---|\n|: |- |[a'\"\\[{|> é]){0,40}") {
            let _ = split(&format!("---\n{text}\n---\n"));
        }
    }
}
