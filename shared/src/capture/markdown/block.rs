//! Blocks: paragraphs, headings, quotes, code, figures, and the walk that finds them. Lists and tables are next door.

use super::super::dom::NodeId;
use super::inline::{link_to, trim_breaks};
use super::{Block, MAX_LEVEL, Writer, escape, indent, is_block, is_silent, join};

impl Writer<'_> {
    /// The blocks below a node.
    pub(super) fn blocks_of(&mut self, id: NodeId) -> Vec<Block> {
        let mut out = Vec::new();
        if self.level > MAX_LEVEL {
            let mut line = String::new();
            escape::push_text(&mut line, &self.visible_text(id));
            self.paragraph(&line, &mut out);
            return out;
        }
        self.level += 1;
        let mut run = String::new();
        let dom = self.dom;
        for child in dom.children(id) {
            if self.mask.hides(child) {
                continue;
            }
            let block = is_block(dom.tag(child))
                || self
                    .holds_block
                    .get(child.index())
                    .copied()
                    .unwrap_or(false);
            if block && !is_silent(dom.tag(child)) {
                self.flush(&mut run, &mut out);
                self.block(child, &mut out);
            } else {
                self.inline(child, &mut run);
            }
        }
        self.flush(&mut run, &mut out);
        self.level -= 1;
        out
    }

    fn flush(&mut self, run: &mut String, out: &mut Vec<Block>) {
        let text = std::mem::take(run);
        self.paragraph(&text, out);
    }

    /// Adds a paragraph, linked when a link around blocks waits for its text.
    fn paragraph(&mut self, text: &str, out: &mut Vec<Block>) {
        let text = trim_breaks(text);
        if text.is_empty() {
            return;
        }
        let linked = self.take_link(text);
        out.push(Block::new(escape::line_starts(&linked)));
    }

    fn take_link(&mut self, text: &str) -> String {
        match self.link.take_if(|_| !text.contains("](")) {
            Some(target) => link_to(text, &target),
            None => text.to_owned(),
        }
    }

    fn block(&mut self, id: NodeId, out: &mut Vec<Block>) {
        match self.dom.tag(id) {
            tag @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => {
                let level = tag
                    .chars()
                    .nth(1)
                    .and_then(|digit| digit.to_digit(10))
                    .unwrap_or(1);
                self.heading(id, usize::try_from(level).unwrap_or(1), out);
            }
            "hr" => out.push(Block::new("---".to_owned())),
            "blockquote" => self.quote(id, out),
            "pre" => self.code_block(id, out),
            "ul" | "ol" | "menu" | "dir" => self.list(id, out),
            "li" => self.loose_item(id, out),
            "dl" => self.definitions(id, out),
            "table" => self.table(id, out),
            "summary" => self.strong_line(id, out),
            "figcaption" | "caption" => self.caption(id, out),
            "a" => self.linked_blocks(id, out),
            _ => out.extend(self.blocks_of(id)),
        }
    }

    fn heading(&mut self, id: NodeId, level: usize, out: &mut Vec<Block>) {
        let text = self
            .inline_string(id)
            .replace("  \n", " ")
            .replace('\n', " ");
        let text = self.take_link(trim_breaks(&text));
        let text = text.trim_end_matches('#').trim();
        if !text.is_empty() {
            out.push(Block::new(format!("{} {text}", "#".repeat(level))));
        }
    }

    fn quote(&mut self, id: NodeId, out: &mut Vec<Block>) {
        let inner = join(&self.blocks_of(id));
        if !inner.is_empty() {
            out.push(Block::new(indent(&inner, "> ", "> ")));
        }
    }

    fn code_block(&mut self, id: NodeId, out: &mut Vec<Block>) {
        let code = self.visible_text(id);
        let code = code.trim_matches(['\n', '\r']).trim_end();
        if code.trim().is_empty() {
            return;
        }
        let fence = "`".repeat(escape::longest_run(code, '`').max(2) + 1);
        let language = self.language(id).unwrap_or_default();
        out.push(Block::new(format!("{fence}{language}\n{code}\n{fence}")));
    }

    /// The language named by the usual classes on `pre`, its `code`, or the wrapper around them.
    fn language(&self, pre: NodeId) -> Option<String> {
        let inner = self.dom.find(pre, "code");
        let around = self.dom.ancestors(pre).take(2);
        let named = inner
            .into_iter()
            .chain([pre])
            .chain(around)
            .find_map(|id| {
                let attr = self
                    .dom
                    .attr(id, "data-lang")
                    .or_else(|| self.dom.attr(id, "data-language"));
                let class = || {
                    let class = self.dom.attr(id, "class")?;
                    let mut words = class.split_whitespace();
                    words.find_map(|word| {
                        ["language-", "lang-", "highlight-source-", "brush:"]
                            .iter()
                            .find_map(|lead| word.strip_prefix(lead))
                    })
                };
                attr.or_else(class)
            })?;
        let plain: String = named
            .trim_end_matches(';')
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '.' | '_'))
            .take(24)
            .collect();
        let none = ["none", "plaintext", "plain", "text", "txt", ""];
        (!none.contains(&plain.as_str())).then(|| plain.to_ascii_lowercase())
    }

    fn strong_line(&mut self, id: NodeId, out: &mut Vec<Block>) {
        if self.holds_block.get(id.index()).copied().unwrap_or(false) {
            out.extend(self.blocks_of(id));
            return;
        }
        let text = self.inline_string(id).replace("  \n", " ");
        if text.contains('*') {
            self.paragraph(&text, out);
        } else if !text.is_empty() {
            out.push(Block::new(format!("**{text}**")));
        }
    }

    fn caption(&mut self, id: NodeId, out: &mut Vec<Block>) {
        let text = self
            .inline_string(id)
            .replace("  \n", " ")
            .replace('\n', " ");
        if text.contains('*') {
            self.paragraph(&text, out);
        } else if !text.is_empty() {
            out.push(Block::new(format!("*{text}*")));
        }
    }

    /// A link around blocks (a card): its first heading or paragraph carries the link.
    fn linked_blocks(&mut self, id: NodeId, out: &mut Vec<Block>) {
        let target = self
            .dom
            .attr(id, "href")
            .and_then(|href| self.destination(href));
        let outer = std::mem::replace(&mut self.link, target.filter(|_| self.options.links));
        out.extend(self.blocks_of(id));
        self.link = outer;
    }
}
