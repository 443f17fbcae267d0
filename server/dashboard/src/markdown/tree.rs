//! From Markdown to a tree of known elements. What is not known becomes text, never markup.

use krowoc_shared::prompts::{Segment, analyse};
use pulldown_cmark::{
    CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream,
};

/// Deepest nesting that is drawn; deeper content is drawn at that depth.
const DEPTH: usize = 24;

/// An element that holds others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph,
    /// A heading; 1 to 4, without gaps.
    Heading(u8),
    /// A list without numbers.
    List,
    /// A list that counts from here.
    Numbers(u64),
    /// An item of a list.
    Item,
    /// A quotation.
    Quote,
    /// Emphasis.
    Emphasis,
    /// Strong emphasis.
    Strong,
    /// Struck out.
    Struck,
    /// A table.
    Table,
    /// A row of a table; true for the head.
    Row(bool),
    /// A cell; true in the head.
    Cell(bool),
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Plain.
    Text(String),
    /// A placeholder, braces included.
    Variable(String),
    /// Code in a line.
    Code(String),
    /// A block of code: its language, which may be empty, and the code.
    CodeBlock(String, String),
    /// An address that may be followed.
    Link(String, Vec<Node>),
    /// An image: its address and its words. Not loaded unless it is within the text itself.
    Image(String, String),
    /// A line across.
    Rule,
    /// A new line.
    Break,
    /// The box of a task.
    Task(bool),
    /// An element.
    Element(Block, Vec<Node>),
}

/// Reads Markdown. With `variables`, `{{placeholders}}` are marked.
#[must_use]
pub fn parse(text: &str, variables: bool) -> Vec<Node> {
    parse_from(text, variables, &mut 0)
}

/// Reads a part of a text, after a heading of this level; the last one is left there for the next part.
#[must_use]
pub fn parse_from(text: &str, variables: bool, heading: &mut u8) -> Vec<Node> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder {
        open: vec![(Open::Root, Vec::new())],
        skipped: 0,
        heading: *heading,
        head: false,
        variables,
    };
    for event in TextMergeStream::new(Parser::new_ext(text, options)) {
        builder.take(event);
    }
    *heading = builder.heading;
    builder.finish()
}

/// An address a person may follow from here.
#[must_use]
pub fn safe_link(href: &str) -> Option<&str> {
    let href = href.trim();
    let lower: String = href
        .chars()
        .take(12)
        .collect::<String>()
        .to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme));
    (known && !href.contains(char::is_control)).then_some(href)
}

/// An image that is within the text itself, in a format that cannot hold a script.
#[must_use]
pub fn inline_image(src: &str) -> bool {
    [
        "data:image/png;base64,",
        "data:image/jpeg;base64,",
        "data:image/gif;base64,",
        "data:image/webp;base64,",
    ]
    .iter()
    .any(|start| src.starts_with(start))
}

enum Open {
    Root,
    Block(Block),
    Link(String),
    Image(String),
    Code(String),
    /// Known to the parser, drawn as what it holds.
    Plain,
}

struct Builder {
    open: Vec<(Open, Vec<Node>)>,
    /// Elements that were opened beyond the depth.
    skipped: usize,
    heading: u8,
    head: bool,
    variables: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) => self.text(&text),
            Event::Html(text) | Event::InlineHtml(text) => {
                self.push(Node::Text(text.into_string()))
            }
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.push(Node::Code(text.into_string()))
            }
            Event::SoftBreak => self.push(Node::Text("\n".to_owned())),
            Event::HardBreak => self.push(Node::Break),
            Event::Rule => self.push(Node::Rule),
            Event::TaskListMarker(done) => self.push(Node::Task(done)),
            Event::FootnoteReference(name) => self.push(Node::Text(format!("[{name}]"))),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        if self.open.len() > DEPTH {
            self.skipped = self.skipped.saturating_add(1);
            return;
        }
        let open = match tag {
            Tag::Paragraph => Open::Block(Block::Paragraph),
            Tag::Heading { level, .. } => Open::Block(self.heading(level)),
            Tag::List(None) => Open::Block(Block::List),
            Tag::List(Some(from)) => Open::Block(Block::Numbers(from)),
            Tag::Item => Open::Block(Block::Item),
            Tag::BlockQuote(_) => Open::Block(Block::Quote),
            Tag::Emphasis => Open::Block(Block::Emphasis),
            Tag::Strong => Open::Block(Block::Strong),
            Tag::Strikethrough => Open::Block(Block::Struck),
            Tag::Table(_) => Open::Block(Block::Table),
            Tag::TableHead => {
                self.head = true;
                Open::Block(Block::Row(true))
            }
            Tag::TableRow => Open::Block(Block::Row(false)),
            Tag::TableCell => Open::Block(Block::Cell(self.head)),
            Tag::Link { dest_url, .. } => match safe_link(&dest_url) {
                Some(href) => Open::Link(href.to_owned()),
                None => Open::Plain,
            },
            Tag::Image { dest_url, .. } => Open::Image(dest_url.into_string()),
            Tag::CodeBlock(CodeBlockKind::Fenced(language)) => Open::Code(language.into_string()),
            Tag::CodeBlock(CodeBlockKind::Indented) => Open::Code(String::new()),
            _ => Open::Plain,
        };
        self.open.push((open, Vec::new()));
    }

    /// A heading may be one level deeper than the one before, so that an outline has no gaps.
    fn heading(&mut self, level: HeadingLevel) -> Block {
        let wanted = match level {
            HeadingLevel::H1 => 1,
            HeadingLevel::H2 => 2,
            HeadingLevel::H3 => 3,
            _ => 4,
        };
        self.heading = wanted.min(self.heading.saturating_add(1));
        Block::Heading(self.heading)
    }

    fn end(&mut self, end: TagEnd) {
        if self.skipped > 0 {
            self.skipped = self.skipped.saturating_sub(1);
            return;
        }
        if end == TagEnd::TableHead {
            self.head = false;
        }
        if self.open.len() < 2 {
            return;
        }
        let Some((open, children)) = self.open.pop() else {
            return;
        };
        match open {
            Open::Block(block) => self.push(Node::Element(block, children)),
            Open::Link(href) => self.push(Node::Link(href, children)),
            Open::Image(src) => self.push(Node::Image(src, words(&children))),
            Open::Code(language) => self.push(Node::CodeBlock(language, words(&children))),
            Open::Root | Open::Plain => children.into_iter().for_each(|child| self.push(child)),
        }
    }

    fn text(&mut self, text: &str) {
        let in_code = matches!(self.open.last(), Some((Open::Code(_), _)));
        if !self.variables || in_code || !text.contains("{{") {
            self.push(Node::Text(text.to_owned()));
            return;
        }
        for segment in analyse(text).template.segments() {
            let piece = segment.span().of(text).to_owned();
            self.push(if matches!(segment, Segment::Placeholder { .. }) {
                Node::Variable(piece)
            } else {
                Node::Text(piece)
            });
        }
    }

    fn push(&mut self, node: Node) {
        if let Some((_, children)) = self.open.last_mut() {
            children.push(node);
        }
    }

    fn finish(mut self) -> Vec<Node> {
        while self.open.len() > 1 {
            self.skipped = 0;
            self.end(TagEnd::Paragraph);
        }
        self.open
            .pop()
            .map(|(_, children)| children)
            .unwrap_or_default()
    }
}

/// The words of some nodes.
fn words(nodes: &[Node]) -> String {
    nodes
        .iter()
        .map(|node| match node {
            Node::Text(text)
            | Node::Variable(text)
            | Node::Code(text)
            | Node::CodeBlock(_, text) => text.clone(),
            Node::Link(_, children) | Node::Element(_, children) => words(children),
            Node::Image(_, alt) => alt.clone(),
            Node::Break => "\n".to_owned(),
            Node::Rule | Node::Task(_) => String::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn markup_in_the_text_stays_text() {
        let tree = parse(
            "a <script>alert(1)</script> b\n\n<img src=x onerror=alert(1)>\n",
            false,
        );
        let drawn = format!("{tree:?}");
        assert!(
            drawn.contains("<script>") && drawn.contains("onerror"),
            "{drawn}"
        );
        assert!(
            !drawn.contains("Image(") && !drawn.contains("Link("),
            "{drawn}"
        );
    }

    #[test]
    fn only_plain_addresses_can_be_followed() {
        assert_eq!(
            safe_link(" https://example.org/a "),
            Some("https://example.org/a")
        );
        assert_eq!(
            safe_link("MAILTO:ada@example.org"),
            Some("MAILTO:ada@example.org")
        );
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "/settings",
            "//evil.example",
            "https://a\nb",
        ] {
            assert_eq!(safe_link(bad), None, "{bad}");
        }
        assert_eq!(
            parse("[x](javascript:alert(1))", false),
            [Node::Element(Block::Paragraph, vec![text("x")])]
        );
    }

    #[test]
    fn an_image_keeps_its_words_and_its_address() {
        let tree = parse("![a *b*](https://example.org/x.png)", false);
        let image = Node::Image("https://example.org/x.png".to_owned(), "a b".to_owned());
        assert_eq!(tree, [Node::Element(Block::Paragraph, vec![image])]);
        assert!(inline_image("data:image/png;base64,AAAA"));
        assert!(!inline_image("data:image/svg+xml;base64,AAAA"));
    }

    #[test]
    fn placeholders_are_marked_outside_code() {
        let tree = parse("Sum up {{title:a b}} now\n\n```\n{{x}}\n```\n", true);
        let Some(Node::Element(Block::Paragraph, children)) = tree.first() else {
            panic!("{tree:?}")
        };
        assert_eq!(children[1], Node::Variable("{{title:a b}}".to_owned()));
        let code = Node::CodeBlock(String::new(), "{{x}}\n".to_owned());
        assert_eq!(tree[1], code);
        assert!(!format!("{:?}", parse("{{x}}", false)).contains("Variable"));
    }

    #[test]
    fn headings_leave_no_gap() {
        let levels: Vec<u8> = parse("### a\n\n###### b\n\n# c\n\n## d", false)
            .into_iter()
            .filter_map(|node| match node {
                Node::Element(Block::Heading(level), _) => Some(level),
                _ => None,
            })
            .collect();
        assert_eq!(levels, [1, 2, 1, 2]);
    }

    #[test]
    fn a_deep_nesting_is_drawn_flat_and_loses_nothing() {
        let deep = format!("{}end", "> ".repeat(5_000));
        let tree = parse(&deep, false);
        fn depth(nodes: &[Node]) -> usize {
            let inner = nodes.iter().map(|node| match node {
                Node::Element(_, children) => depth(children) + 1,
                _ => 0,
            });
            inner.max().unwrap_or(0)
        }
        assert!(depth(&tree) <= DEPTH + 1);
        assert!(words(&tree).contains("end"));
    }

    #[test]
    fn a_table_has_a_head() {
        let tree = parse("| a | b |\n|---|---|\n| 1 | 2 |\n", false);
        let drawn = format!("{tree:?}");
        assert!(
            drawn.contains("Row(true)")
                && drawn.contains("Cell(true)")
                && drawn.contains("Cell(false)"),
            "{drawn}"
        );
    }
}
