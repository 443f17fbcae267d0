//! A text that grows: up to where its Markdown can no longer change. Not the parser: what is wrong here is put right at the end.

/// A growing text with the place before which every block is complete.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    text: String,
    settled: usize,
    /// Where complete blocks begin, in their order: a long text may be drawn from one to the next.
    begins: Vec<usize>,
    /// Where the next line begins that was not looked at.
    at: usize,
    block: Option<Kind>,
    blank: bool,
    fence: Option<Fence>,
    html: Option<&'static str>,
    /// The text has line ends of a kind that is not told from a blank here: nothing settles any more.
    strange: bool,
}

/// A block of code that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fence {
    mark: char,
    length: usize,
    /// In an item of a list: a line that is not indented ends both.
    inside: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A list goes on over blank lines.
    List,
    Other,
}

const HTML: [(&str, &str); 6] = [
    ("<!--", "-->"),
    ("<script", "</script>"),
    ("<pre", "</pre>"),
    ("<style", "</style>"),
    ("<textarea", "</textarea>"),
    ("<?", "?>"),
];

impl Blocks {
    /// The whole text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes that are complete blocks: what comes later changes nothing before.
    #[must_use]
    pub fn settled(&self) -> usize {
        self.settled
    }

    /// How far to draw from `from`, where a block begins, to draw about `most` bytes: to the last beginning within them, at least one
    /// block on, and never beyond what is complete.
    #[must_use]
    pub fn reach(&self, from: usize, most: usize) -> usize {
        let end = from.saturating_add(most);
        let next = self.begins.partition_point(|at| *at <= from);
        let beyond = self.begins.partition_point(|at| *at <= end);
        let last = beyond.max(next.saturating_add(1)).saturating_sub(1);
        self.begins.get(last).copied().unwrap_or(self.settled)
    }

    /// Adds to the text.
    pub fn push(&mut self, piece: &str) {
        self.text.push_str(piece);
        while let Some(length) = self.text.get(self.at..).and_then(|rest| rest.find('\n')) {
            let end = self.at.saturating_add(length);
            let line = self.text.get(self.at..end).unwrap_or_default();
            let line = line.strip_suffix('\r').unwrap_or(line).to_owned();
            self.line(&line);
            self.at = end.saturating_add(1);
        }
    }

    fn line(&mut self, line: &str) {
        self.strange |= line.contains('\r');
        if let Some(fence) = self.fence {
            let left = fence.inside && indent(line) < 2 && !line.trim().is_empty();
            if left || closes(line, fence.mark, fence.length) {
                self.fence = None;
            }
            if !left {
                self.blank = line.trim().is_empty();
                return;
            }
        }
        if let Some(end) = self.html {
            if line.to_ascii_lowercase().contains(end) {
                self.html = None;
            }
            return;
        }
        if line.trim().is_empty() {
            self.blank = true;
            return;
        }
        let indent = indent(line);
        let marker = indent < 4 && after_marker(line.trim_start()).is_some();
        let within_list = self.block == Some(Kind::List) && marker;
        let fresh = self.blank && indent < 2 && !within_list && !self.strange;
        if fresh {
            self.settled = self.at;
            self.begins.push(self.at);
            self.block = None;
        }
        self.blank = false;
        if marker {
            self.block = Some(Kind::List);
        } else if self.block.is_none() {
            self.block = Some(Kind::Other);
        }
        let mut inner = line.trim_start();
        if indent >= 4 && self.block != Some(Kind::List) {
            return;
        }
        while let Some(rest) = after_marker(inner) {
            inner = rest.trim_start();
        }
        let inside = self.block == Some(Kind::List) && (marker || indent >= 2);
        self.fence = opens(inner).map(|(mark, length)| Fence {
            mark,
            length,
            inside,
        });
        if indent < 4 {
            let lower = inner.to_ascii_lowercase();
            self.html = HTML
                .iter()
                .find(|(start, end)| {
                    lower
                        .strip_prefix(start)
                        .is_some_and(|rest| !rest.contains(end))
                })
                .map(|(_, end)| *end);
        }
    }
}

fn indent(line: &str) -> usize {
    let mut width = 0usize;
    for c in line.chars() {
        match c {
            ' ' => width = width.saturating_add(1),
            '\t' => width = width.saturating_add(4),
            _ => break,
        }
    }
    width
}

/// What stands behind the marker of a list's item; `None` when there is no marker.
fn after_marker(line: &str) -> Option<&str> {
    let rest = match line.strip_prefix(['-', '+', '*']) {
        Some(rest) => rest,
        None => {
            let digits = line
                .len()
                .saturating_sub(line.trim_start_matches(|c: char| c.is_ascii_digit()).len());
            let rest = line.get(digits..).filter(|_| (1..=9).contains(&digits))?;
            rest.strip_prefix(['.', ')'])?
        }
    };
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(rest)
}

fn opens(line: &str) -> Option<(char, usize)> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let length = line.len().saturating_sub(rest.len());
    let is_fence = length >= 3 && !(mark == '`' && rest.contains('`'));
    is_fence.then_some((mark, length))
}

fn closes(line: &str, mark: char, length: usize) -> bool {
    let line = line.trim_start();
    let rest = line.trim_start_matches(mark);
    line.len().saturating_sub(rest.len()) >= length && rest.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Node, parse, parse_from};
    use super::*;

    /// What a reader sees of the text so far: settled blocks as they were, and the rest.
    struct Seen {
        blocks: Blocks,
        nodes: Vec<Node>,
        at: usize,
        heading: u8,
    }

    impl Seen {
        fn new() -> Self {
            Self {
                blocks: Blocks::default(),
                nodes: Vec::new(),
                at: 0,
                heading: 0,
            }
        }

        fn push(&mut self, piece: &str) -> Vec<Node> {
            self.blocks.push(piece);
            let (text, settled) = (self.blocks.text().to_owned(), self.blocks.settled());
            self.nodes.extend(parse_from(
                &text[self.at..settled],
                false,
                &mut self.heading,
            ));
            self.at = settled;
            let mut heading = self.heading;
            let mut all = self.nodes.clone();
            all.extend(parse_from(&text[settled..], false, &mut heading));
            all
        }
    }

    /// Every way to grow line by line shows at each step what the whole text so far is.
    fn grows_as_one(lines: &[&str]) {
        let mut seen = Seen::new();
        let mut text = String::new();
        for line in lines {
            let piece = format!("{line}\n");
            text.push_str(&piece);
            assert_eq!(seen.push(&piece), parse(&text, false), "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_drawn_in_slices_of_whole_blocks_that_make_the_same() {
        let text: String = (0..400)
            .map(|n| format!("## Part {n}\n\nSome *text* of it.\n\n- one\n- two\n\n```rust\nlet n = {n};\n\nlet m = n;\n```\n\n"))
            .collect();
        let mut blocks = Blocks::default();
        blocks.push(&text);
        let (mut at, mut heading, mut slices) = (0, 0, 0);
        let mut nodes = Vec::new();
        while at < blocks.settled() {
            let end = blocks.reach(at, 1_000);
            assert!(at < end && end.saturating_sub(at) <= 1_000);
            nodes.extend(parse_from(&text[at..end], false, &mut heading));
            (at, slices) = (end, slices + 1);
        }
        nodes.extend(parse_from(&text[at..], false, &mut heading));
        assert!(slices > text.len() / 1_100, "{slices}");
        assert_eq!(nodes, parse(&text, false));
    }

    #[test]
    fn a_block_that_is_longer_than_a_slice_is_a_slice_of_its_own() {
        let mut blocks = Blocks::default();
        blocks.push(&format!("{}\n\nshort\n\nend\n", "long ".repeat(100)));
        let first = blocks.reach(0, 10);
        assert_eq!(&blocks.text()[first..], "short\n\nend\n");
        assert_eq!(blocks.reach(first, 10), blocks.settled());
        assert_eq!(blocks.reach(blocks.settled(), 10), blocks.settled());
        assert_eq!(Blocks::default().reach(0, 10), 0);
    }

    #[test]
    fn paragraphs_headings_and_tables_settle_when_the_next_begins() {
        let mut blocks = Blocks::default();
        blocks
            .push("# One\n\nA paragraph\nof two lines.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nnext");
        assert_eq!(
            &blocks.text()[..blocks.settled()],
            "# One\n\nA paragraph\nof two lines.\n\n"
        );
        blocks.push(" line\n");
        assert_eq!(&blocks.text()[blocks.settled()..], "next line\n");
    }

    #[test]
    fn a_list_is_one_block_over_blank_lines() {
        grows_as_one(&[
            "intro",
            "- one",
            "",
            "- two",
            "",
            "  more of two",
            "",
            "  - inner",
            "",
            "1. other",
            "",
            "end",
            "",
            "# x",
        ]);
        let mut blocks = Blocks::default();
        blocks.push("- one\n\n- two\n\n  text\n");
        assert_eq!(blocks.settled(), 0);
        blocks.push("\nafter\n");
        assert_eq!(&blocks.text()[blocks.settled()..], "after\n");
    }

    #[test]
    fn nothing_settles_within_a_fence() {
        grows_as_one(&[
            "a",
            "",
            "```rust",
            "fn x() {}",
            "",
            "# no heading",
            "~~~",
            "",
            "```",
            "",
            "b",
            "",
            "~~~~",
            "",
            "~~~",
            "",
            "c",
        ]);
        grows_as_one(&[
            "- item", "", "  ```", "", "# code", "", "  ```", "", "- next", "", "end", "", "more",
        ]);
        grows_as_one(&["- ```", "", "  x", "", "  ```", "", "end", "", "more"]);
    }

    #[test]
    fn html_with_blank_lines_stays_whole() {
        grows_as_one(&[
            "<!-- a", "", "# b", "-->", "", "c", "", "<pre>", "", "- x", "</pre>", "", "d", "", "e",
        ]);
    }

    #[test]
    fn any_mixture_of_blocks_grows_as_one() {
        let vocabulary = [
            "",
            "",
            "text",
            "- item",
            "2. two",
            "> quote",
            "# head",
            "### deep",
            "```",
            "```js",
            "~~~",
            "    code",
            "  two in",
            "| a | b |",
            "|---|---|",
            "---",
            "* * *",
            "<b>x</b>",
            "=",
            "\\",
            "a  ",
            "- [x] done",
            "1)",
            "&amp; *em*",
        ];
        let mut seed = 7u64;
        for _ in 0..3_000 {
            let mut lines = Vec::new();
            for _ in 0..10 {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                lines.push(vocabulary[(seed >> 33) as usize % vocabulary.len()]);
            }
            grows_as_one(&lines);
        }
    }

    #[test]
    fn pieces_may_end_anywhere() {
        let text = "# Ü\n\nżółć *a* 担任\n\n```py\nx = 1\n\n```\n\n- a\n- b\n\nend";
        for size in 1..7 {
            let mut seen = Seen::new();
            let letters: Vec<char> = text.chars().collect();
            let mut last = Vec::new();
            for piece in letters.chunks(size) {
                last = seen.push(&piece.iter().collect::<String>());
            }
            assert_eq!(last, parse(text, false), "{size}");
        }
    }
}
