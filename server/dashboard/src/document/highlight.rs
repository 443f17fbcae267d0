//! Lines of a text with their placeholders marked, and which lines changed. Not the drawing.

use krowoc_shared::prompts::{Segment, analyse};
use std::ops::Range;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Text.
    Plain,
    /// A placeholder.
    Variable,
    /// A placeholder that cannot be read.
    Broken,
}

/// A line in pieces.
pub type Line = Vec<(Mark, String)>;

/// The lines of a text; always at least one. Without `variables` nothing is marked.
#[must_use]
pub fn lines(text: &str, variables: bool) -> Vec<Line> {
    let mut out = vec![Line::new()];
    if !variables || !text.contains("{{") {
        push(&mut out, Mark::Plain, text);
        return out;
    }
    let analysis = analyse(text);
    let mut errors = analysis.errors.iter().map(|error| error.span).peekable();
    for segment in analysis.template.segments() {
        let span = segment.span();
        if matches!(segment, Segment::Placeholder { .. }) {
            push(&mut out, Mark::Variable, span.of(text));
            continue;
        }
        let mut at = span.start;
        while let Some(error) = errors.next_if(|error| error.start < span.end) {
            let (start, end) = (error.start.max(at), error.end.min(span.end));
            push(
                &mut out,
                Mark::Plain,
                text.get(at..start).unwrap_or_default(),
            );
            push(
                &mut out,
                Mark::Broken,
                text.get(start..end).unwrap_or_default(),
            );
            at = end.max(at);
        }
        push(
            &mut out,
            Mark::Plain,
            text.get(at..span.end).unwrap_or_default(),
        );
    }
    out
}

fn push(out: &mut Vec<Line>, mark: Mark, text: &str) {
    for (i, part) in text.split('\n').enumerate() {
        if i > 0 {
            out.push(Line::new());
        }
        if let Some(line) = out.last_mut().filter(|_| !part.is_empty()) {
            line.push((mark, part.to_owned()));
        }
    }
}

/// Which old lines to replace by which new ones: everything between the lines that are equal at both ends.
#[must_use]
pub fn changed(old: &[Line], new: &[Line]) -> (Range<usize>, Range<usize>) {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (rest_old, rest_new) = (
        old.get(start..).unwrap_or_default(),
        new.get(start..).unwrap_or_default(),
    );
    let end = rest_old
        .iter()
        .rev()
        .zip(rest_new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    (
        start..old.len().saturating_sub(end),
        start..new.len().saturating_sub(end),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(lines: &[Line]) -> String {
        let line = |line: &Line| {
            line.iter()
                .map(|(_, piece)| piece.as_str())
                .collect::<String>()
        };
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_lines_are_the_text_whatever_it_holds() {
        let texts = [
            "",
            "\n",
            "a\nb\n",
            "{{x}} and {{y:\ndefault}}\nz",
            "{{ broken\n{{}} {{ok}}",
            "\\{{literal}}",
            "Ł 担任 {{名}}\r\n\t",
        ];
        for text in texts {
            for variables in [false, true] {
                assert_eq!(joined(&lines(text, variables)), text, "{text:?}");
            }
        }
    }

    #[test]
    fn placeholders_are_marked_also_over_two_lines() {
        let lines = lines("a {{x:1\n2}} b", true);
        assert_eq!(
            lines[0],
            [
                (Mark::Plain, "a ".to_owned()),
                (Mark::Variable, "{{x:1".to_owned())
            ]
        );
        assert_eq!(
            lines[1],
            [
                (Mark::Variable, "2}}".to_owned()),
                (Mark::Plain, " b".to_owned())
            ]
        );
    }

    #[test]
    fn a_broken_placeholder_is_marked_as_such() {
        let marks: Vec<Mark> = lines("a {{}} b", true)
            .concat()
            .into_iter()
            .map(|(mark, _)| mark)
            .collect();
        assert!(marks.contains(&Mark::Broken), "{marks:?}");
    }

    #[test]
    fn only_lines_between_equal_ends_are_replaced() {
        let (old, new) = (lines("a\nb\nc\nd", false), lines("a\nB\nx\nc\nd", false));
        assert_eq!(changed(&old, &new), (1..2, 1..3));
        assert_eq!(changed(&old, &old), (4..4, 4..4));
        assert_eq!(
            changed(&lines("a\na", false), &lines("a\na\na", false)),
            (2..2, 2..3)
        );
    }
}
