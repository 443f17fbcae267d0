//! Escapes that keep text from being read as Markdown, and no more than that: what is captured goes into prompts. Not for HTML.

/// Appends text to a line of inline Markdown, blanks collapsed, syntax escaped.
pub(super) fn push_text(out: &mut String, text: &str) {
    // One alone strikes nothing out, and `~/path` should stay as it is.
    let tildes = text.matches('~').count() > 1;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() && c != '\u{a0}' {
            if !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
            continue;
        }
        let c = if c == '\u{a0}' { ' ' } else { c };
        let next = chars.peek().copied();
        let before = out.chars().next_back();
        match c {
            '\\' if next.is_none_or(|n| n.is_ascii_punctuation()) => out.push_str("\\\\"),
            '`' => out.push_str("\\`"),
            '*' if !(is_gap(before) && is_gap(next)) => out.push_str("\\*"),
            '_' if !(is_word(before) && is_word(next) || is_gap(before) && is_gap(next)) => {
                out.push_str("\\_")
            }
            '~' if tildes => out.push_str("\\~"),
            '<' if next.is_none_or(|n| n.is_ascii_alphabetic() || matches!(n, '/' | '!' | '?')) => {
                out.push_str("\\<")
            }
            '&' if next.is_some_and(|n| n.is_ascii_alphanumeric() || n == '#')
                && is_entity(&chars) =>
            {
                out.push_str("\\&")
            }
            '(' | '[' | ':' if before == Some(']') => {
                out.pop();
                out.push_str("\\]");
                out.push(c);
            }
            _ => out.push(c),
        }
    }
}

fn is_gap(c: Option<char>) -> bool {
    c.is_none_or(char::is_whitespace)
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// True when what follows `&` reads as a character reference.
fn is_entity(rest: &std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    rest.clone()
        .take(32)
        .find(|c| !c.is_ascii_alphanumeric() && *c != '#')
        .is_some_and(|c| c == ';')
}

/// Escapes what would make a line of a paragraph another block: headings, quotes, list markers, rules, fences.
pub(super) fn line_starts(paragraph: &str) -> String {
    let mut out = String::with_capacity(paragraph.len() + 2);
    for (index, line) in paragraph.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let line = if index > 0 { line.trim_start() } else { line };
        out.push_str(&one_line_start(line));
    }
    out
}

fn one_line_start(line: &str) -> String {
    let marks = |mark: char| line.chars().take_while(|&c| c == mark).count();
    let after = |n: usize| is_gap(line.chars().nth(n));
    let hashes = marks('#');
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let rule = |mark: char| {
        !line.is_empty()
            && line.chars().all(|c| c == mark || c == ' ')
            && (marks(mark) > 2 || mark == '=')
    };
    let escaped = (1..=6).contains(&hashes) && after(hashes)
        || line.starts_with('>')
        || line.starts_with(['-', '+']) && after(1)
        || rule('-')
        || rule('=')
        || rule('_')
        || line.starts_with("~~~")
        || is_delimiter_row(line);
    if escaped {
        return format!("\\{line}");
    }
    if (1..=9).contains(&digits)
        && line
            .chars()
            .nth(digits)
            .is_some_and(|c| c == '.' || c == ')')
        && after(digits + 1)
    {
        let (number, rest) = line.split_at_checked(digits).unwrap_or((line, ""));
        return format!("{number}\\{rest}");
    }
    if line.starts_with('*') && after(1) {
        return format!("\\{line}");
    }
    line.to_owned()
}

/// True for the second line of a GFM table, which would turn the line before it into a header.
fn is_delimiter_row(line: &str) -> bool {
    line.starts_with(['|', ':', '-'])
        && line.contains('-')
        && line.chars().all(|c| matches!(c, '|' | ':' | '-' | ' '))
}

/// A link destination: characters that would end it are percent-encoded.
pub(super) fn destination(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            ' ' => out.push_str("%20"),
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            '`' => out.push_str("%60"),
            '*' => out.push_str("%2A"),
            '&' => out.push('&'),
            c if c.is_control() || c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

/// A code span around `code`, with a fence longer than any run of backticks in it.
pub(super) fn code_span(code: &str) -> String {
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    if code.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&code, '`') + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{code}{pad}{fence}")
}

/// Length of the longest run of a character.
pub(super) fn longest_run(text: &str, mark: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == mark { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
