//! Markdown as a few blocks to glance at. Not a renderer: no HTML is made, no link is followed, what is unknown stays text.

/// A block of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub shape: Shape,
    /// Its text.
    pub spans: Vec<Span>,
}

/// Shapes of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// An item of a list, at a depth from 0.
    Item(u8),
    /// A quotation.
    Quote,
    /// Code, as it stands.
    Code,
}

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its style.
    pub style: Style,
    /// Its text.
    pub text: String,
}

/// Styles of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// Strong or emphasised.
    Strong,
    /// Code.
    Code,
    /// A variable of a template, in our notation or another.
    Variable,
}

/// Reads the first `most` characters of a Markdown text, up to the end of the block they end in.
#[must_use]
pub fn blocks(markdown: &str, most: usize) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut taken = 0;
    let mut fenced = false;
    let mut open = false;
    for line in markdown.lines() {
        if taken >= most {
            break;
        }
        let trimmed = line.trim();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
            open = false;
            continue;
        }
        if fenced {
            taken = taken.saturating_add(line.len());
            push_code(&mut out, line, open);
            open = true;
            continue;
        }
        let (shape, text) = shape_of(line, trimmed);
        if text.is_empty() || is_rule(trimmed) {
            open = false;
            continue;
        }
        taken = taken.saturating_add(text.len());
        match out.last_mut() {
            Some(last) if open && continues(last.shape, shape) => {
                last.spans.push(Span {
                    style: Style::Plain,
                    text: " ".to_owned(),
                });
                last.spans.extend(spans(text));
            }
            _ => out.push(Block {
                shape,
                spans: spans(text),
            }),
        }
        open = shape != Shape::Heading;
    }
    out
}

fn continues(before: Shape, now: Shape) -> bool {
    match now {
        Shape::Paragraph => before != Shape::Code,
        Shape::Quote => before == Shape::Quote,
        _ => false,
    }
}

fn push_code(out: &mut Vec<Block>, line: &str, open: bool) {
    let text = format!("{line}\n");
    match out.last_mut().and_then(|block| block.spans.first_mut()) {
        Some(span) if open => span.text.push_str(&text),
        _ => out.push(Block {
            shape: Shape::Code,
            spans: vec![Span {
                style: Style::Code,
                text,
            }],
        }),
    }
}

fn is_rule(line: &str) -> bool {
    let bare: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    bare.len() >= 3
        && (bare.chars().all(|c| matches!(c, '-' | '|' | ':'))
            || bare.chars().all(|c| c == '*')
            || bare.chars().all(|c| matches!(c, '=')))
}

fn shape_of<'a>(line: &str, trimmed: &'a str) -> (Shape, &'a str) {
    let hashes = trimmed.chars().take_while(|&c| c == '#').count();
    if (1..=6).contains(&hashes)
        && let Some(rest) = trimmed
            .get(hashes..)
            .and_then(|rest| rest.strip_prefix(' '))
    {
        return (Shape::Heading, rest.trim().trim_end_matches('#').trim_end());
    }
    if let Some(rest) = trimmed.strip_prefix('>') {
        return (Shape::Quote, rest.trim_start_matches(['>', ' ']));
    }
    let indent = line.len().saturating_sub(line.trim_start().len()) / 2;
    let depth = u8::try_from(indent.min(4)).unwrap_or(4);
    for mark in ["- ", "* ", "+ "] {
        if let Some(rest) = trimmed.strip_prefix(mark) {
            return (Shape::Item(depth), rest.trim_start());
        }
    }
    let digits = trimmed.chars().take_while(char::is_ascii_digit).count();
    if (1..=9).contains(&digits)
        && let Some(rest) = trimmed.get(digits..)
        && (rest.starts_with(". ") || rest.starts_with(") "))
    {
        return (
            Shape::Item(depth),
            rest.get(2..).unwrap_or_default().trim_start(),
        );
    }
    (Shape::Paragraph, trimmed)
}

/// Splits a line into runs: code, variables, strong text, the words of links.
fn spans(line: &str) -> Vec<Span> {
    let mut out = Runs::default();
    let mut rest = line;
    let mut strong = false;
    while let Some(first) = rest.chars().next() {
        if let Some((text, after)) = variable(rest) {
            out.push(Style::Variable, text);
            rest = after;
        } else if let Some((text, after)) = code(rest) {
            out.push(Style::Code, text);
            rest = after;
        } else if let Some((text, after)) = link(rest) {
            out.push(if strong { Style::Strong } else { Style::Plain }, text);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**").or_else(|| rest.strip_prefix("__")) {
            strong = !strong;
            rest = after;
        } else {
            let skip = usize::from(first == '\\' && rest.len() > 1);
            let shown = rest.get(skip..).unwrap_or_default();
            let width = shown.chars().next().map_or(0, char::len_utf8);
            let (text, after) = shown.split_at_checked(width).unwrap_or((shown, ""));
            out.push(if strong { Style::Strong } else { Style::Plain }, text);
            rest = after;
        }
    }
    out.0
}

#[derive(Default)]
struct Runs(Vec<Span>);

impl Runs {
    fn push(&mut self, style: Style, text: &str) {
        match self.0.last_mut() {
            Some(last) if last.style == style && style != Style::Variable => {
                last.text.push_str(text)
            }
            _ => self.0.push(Span {
                style,
                text: text.to_owned(),
            }),
        }
    }
}

/// `{{name}}`, `${name}` with anything short and without a line end inside.
fn variable(text: &str) -> Option<(&str, &str)> {
    let (open, close) = if text.starts_with("{{") {
        ("{{", "}}")
    } else if text.starts_with("${") {
        ("${", "}")
    } else {
        return None;
    };
    let inside = text.get(open.len()..)?;
    let end = inside.find(close).filter(|&end| (1..=120).contains(&end))?;
    text.split_at_checked(open.len() + end + close.len())
}

fn code(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('`')?;
    let (code, after) = inside.split_once('`')?;
    (!code.is_empty()).then_some((code, after))
}

/// `[words](target)` and `![words](target)` are their words.
fn link(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("![").or_else(|| text.strip_prefix('['))?;
    let (words, after) = inside.split_once("](")?;
    if words.contains(['[', ']']) {
        return None;
    }
    let (_, after) = after.split_once(')')?;
    Some((words, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(blocks: &[Block]) -> Vec<(Shape, String)> {
        blocks
            .iter()
            .map(|block| {
                let text = block.spans.iter().map(|span| span.text.as_str()).collect();
                (block.shape, text)
            })
            .collect()
    }

    #[test]
    fn blocks_keep_their_shape_and_lose_their_marks() {
        let text = "# Title #\n\nFirst line\nsecond line\n\n- one\n  - two\n3. three\n\n> quoted\n> on\n\n```rust\nlet a = 1;\nlet b = 2;\n```\n---\nend";
        assert_eq!(
            plain(&blocks(text, 9_999)),
            [
                (Shape::Heading, "Title".into()),
                (Shape::Paragraph, "First line second line".into()),
                (Shape::Item(0), "one".into()),
                (Shape::Item(1), "two".into()),
                (Shape::Item(0), "three".into()),
                (Shape::Quote, "quoted on".into()),
                (Shape::Code, "let a = 1;\nlet b = 2;\n".into()),
                (Shape::Paragraph, "end".into()),
            ]
        );
    }

    #[test]
    fn variables_code_strong_text_and_links_are_told_apart() {
        let spans = spans(
            r"Use **all** of `x` in {{lang:English}} or ${b}, see [the *docs*](https://a.example), 2 \* 3",
        );
        let find = |style| {
            spans
                .iter()
                .filter(move |span| span.style == style)
                .map(|span| span.text.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(find(Style::Variable), ["{{lang:English}}", "${b}"]);
        assert_eq!(find(Style::Code), ["x"]);
        assert_eq!(find(Style::Strong), ["all"]);
        assert!(
            spans
                .iter()
                .any(|span| span.text.contains("see the *docs*, 2 * 3"))
        );
    }

    #[test]
    fn only_the_beginning_of_a_long_text_is_read() {
        let text = "word ".repeat(40) + "\n\n";
        let many = text.repeat(10_000);
        assert!(blocks(&many, 600).len() <= 4);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_previewed_without_losing_its_letters(text in "[a-z*_`{}$\\[\\]()!>#\\\\ \\n.-]{0,60}") {
            let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).count();
            let shown: usize = blocks(&text, usize::MAX).iter().flat_map(|block| &block.spans).map(|span| letters(&span.text)).sum();
            proptest::prop_assert!(shown <= letters(&text));
        }
    }
}
