//! Runs of text within one block: emphasis, code, links, images, breaks. Not blocks.

use super::super::dom::NodeId;
use super::super::url;
use super::{MAX_LEVEL, Writer, escape, is_silent};

/// A `data:` image longer than this is left out: it belongs into no document.
const MAX_DATA_IMAGE: usize = 4096;

impl Writer<'_> {
    /// Writes one node and what is below it into `out`.
    pub(super) fn inline(&mut self, id: NodeId, out: &mut String) {
        if self.mask.hides(id) {
            return;
        }
        if let Some(text) = self.dom.text(id) {
            escape::push_text(out, text);
            return;
        }
        let tag = self.dom.tag(id);
        if is_silent(tag) || self.level > MAX_LEVEL * 2 {
            return;
        }
        self.level += 1;
        match tag {
            "br" => {
                let end = out.trim_end_matches(' ').len();
                out.truncate(end);
                out.push_str("  \n");
            }
            "b" | "strong" => self.wrapped(id, "**", out),
            "i" | "em" | "cite" | "dfn" | "var" => self.wrapped(id, "*", out),
            "del" | "s" | "strike" => self.wrapped(id, "~~", out),
            "code" | "kbd" | "samp" | "tt" => self.code(id, out),
            "a" => self.link(id, out),
            "img" => self.image(id, out),
            "picture" => self.inline_children(id, out),
            "sup" => self.script(id, '^', out),
            "sub" => self.script(id, '_', out),
            "q" => self.between(id, "“", "”", out),
            "rt" => self.between(id, "(", ")", out),
            "math" => self.math(id, out),
            "wbr" => {}
            _ if self.is_katex_copy(id) => {}
            _ => self.inline_children(id, out),
        }
        self.level -= 1;
    }

    pub(super) fn inline_children(&mut self, id: NodeId, out: &mut String) {
        let dom = self.dom;
        for child in dom.children(id) {
            // Blocks inside a cell or a heading become words of it, and must not stick together.
            let apart = super::is_block(dom.tag(child));
            if apart {
                escape::push_text(out, " ");
            }
            self.inline(child, out);
            if apart {
                escape::push_text(out, " ");
            }
        }
    }

    /// The children as a string of their own, trimmed.
    pub(super) fn inline_string(&mut self, id: NodeId) -> String {
        let mut inner = String::new();
        self.inline_children(id, &mut inner);
        trim_breaks(&inner).to_owned()
    }

    fn wrapped(&mut self, id: NodeId, mark: &str, out: &mut String) {
        let mut inner = String::new();
        self.inline_children(id, &mut inner);
        let core = trim_breaks(&inner);
        let touches =
            out.ends_with(char::is_alphanumeric) && !inner.starts_with(char::is_whitespace);
        // Marks right after a letter, or against marks of the same kind, would not be read as emphasis.
        let single = core.starts_with('*')
            && core.ends_with('*')
            && core.matches('*').count() == 2
            && mark == "**";
        let clash = !single && (core.starts_with('*') || core.ends_with('*'));
        if core.is_empty() || clash || core.contains('\n') || out.ends_with(['*', '~']) || touches {
            push_inner(out, &inner);
            return;
        }
        push_inner(out, &around(&inner, &format!("{mark}{core}{mark}")));
    }

    fn between(&mut self, id: NodeId, open: &str, close: &str, out: &mut String) {
        let inner = self.inline_string(id);
        if !inner.is_empty() {
            out.push_str(open);
            out.push_str(&inner);
            out.push_str(close);
        }
    }

    fn script(&mut self, id: NodeId, mark: char, out: &mut String) {
        let inner = self.inline_string(id);
        if inner.is_empty() {
            return;
        }
        // A footnote's number is a link or stands in brackets already.
        if !inner.starts_with(['[', '('])
            && out.ends_with(|c: char| c.is_alphanumeric() || c == ')')
        {
            out.push(mark);
        }
        out.push_str(&inner);
    }

    fn code(&mut self, id: NodeId, out: &mut String) {
        let span = escape::code_span(&self.visible_text(id));
        if !span.is_empty() {
            if out.ends_with('`') {
                out.push(' ');
            }
            out.push_str(&span);
        }
    }

    fn link(&mut self, id: NodeId, out: &mut String) {
        let mut inner = String::new();
        self.inline_children(id, &mut inner);
        let core = trim_breaks(&inner);
        let target = self
            .dom
            .attr(id, "href")
            .and_then(|href| self.destination(href));
        let Some(target) = target.filter(|_| self.options.links && !core.is_empty()) else {
            push_inner(out, &inner);
            return;
        };
        if core.contains("](") && !core.starts_with("![") {
            push_inner(out, &inner);
            return;
        }
        if out.ends_with('!') {
            out.pop();
            out.push_str("\\!");
        }
        push_inner(out, &around(&inner, &link_to(core, &target)));
    }

    /// Where a link leads, absolute; `None` for places within this page and for what must not be followed.
    pub(super) fn destination(&self, href: &str) -> Option<String> {
        if href.trim().starts_with('#') || href.trim().is_empty() {
            return None;
        }
        let url = url::resolve(self.base, href)?;
        Some(if self.options.strip_tracking {
            url::clean(&url)
        } else {
            url
        })
    }

    fn image(&mut self, id: NodeId, out: &mut String) {
        if !self.options.images {
            return;
        }
        let Some(source) = self.image_source(id) else {
            return;
        };
        let mut alt = String::new();
        escape::push_text(&mut alt, self.dom.attr(id, "alt").unwrap_or_default());
        let alt = alt.replace('[', "\\[").replace(']', "\\]");
        out.push_str(&format!(
            "![{}]({})",
            alt.trim(),
            escape::destination(&source)
        ));
    }

    fn image_source(&self, id: NodeId) -> Option<String> {
        let lazy = ["data-src", "data-lazy-src", "data-original"];
        let src = self
            .dom
            .attr(id, "src")
            .filter(|src| !src.trim().is_empty());
        let placeholder = src.is_none_or(|src| src.trim_start().starts_with("data:"));
        let better = lazy
            .iter()
            .find_map(|name| self.dom.attr(id, name))
            .or_else(|| {
                self.dom
                    .attr(id, "srcset")
                    .and_then(|set| set.split_whitespace().next())
            })
            .or_else(|| {
                self.dom
                    .attr(id, "data-srcset")
                    .and_then(|set| set.split_whitespace().next())
            });
        let chosen = if placeholder { better.or(src) } else { src }?;
        let trimmed = chosen.trim();
        if let Some(rest) = trimmed.strip_prefix("data:") {
            let raster = ["image/png", "image/jpeg", "image/gif", "image/webp"]
                .iter()
                .any(|kind| rest.starts_with(kind));
            return (raster && trimmed.len() <= MAX_DATA_IMAGE).then(|| trimmed.to_owned());
        }
        url::resolve(self.base, trimmed).filter(|url| url.starts_with("http"))
    }

    fn math(&mut self, id: NodeId, out: &mut String) {
        let dom = self.dom;
        let source = dom.descendants(id).find(|&node| {
            dom.tag(node) == "annotation"
                && dom
                    .attr(node, "encoding")
                    .is_some_and(|kind| kind.contains("tex"))
        });
        match source {
            Some(node) => {
                let tex = dom.text_of(node);
                let tex = tex.trim();
                if !tex.is_empty() {
                    out.push_str(&format!("${}$", tex.replace(['\n', '<'], " ")));
                }
            }
            None => self.inline_children(id, out),
        }
    }

    /// KaTeX writes each formula twice: as MathML and as positioned boxes.
    fn is_katex_copy(&self, id: NodeId) -> bool {
        self.dom
            .attr(id, "class")
            .is_some_and(|class| class.split_whitespace().any(|word| word == "katex-html"))
    }

    /// Text below a node as it stands, less what is hidden; `br` gives a line end.
    pub(super) fn visible_text(&self, id: NodeId) -> String {
        let mut out = String::new();
        let mut at = Some(id);
        while let Some(node) = at {
            let tag = self.dom.tag(node);
            let skip = self.mask.hides(node) || is_silent(tag) || self.is_line_number(node);
            if !skip {
                if let Some(text) = self.dom.text(node) {
                    out.push_str(text);
                } else if tag == "br"
                    || (matches!(tag, "tr" | "div" | "li")
                        && !out.is_empty()
                        && !out.ends_with('\n'))
                {
                    out.push('\n');
                }
            }
            at = self.dom.following(node, id, skip);
        }
        out
    }

    fn is_line_number(&self, id: NodeId) -> bool {
        self.dom.attr(id, "class").is_some_and(|class| {
            class.split_whitespace().any(|word| {
                matches!(
                    word,
                    "lineno"
                        | "linenos"
                        | "linenumber"
                        | "line-number"
                        | "line-numbers"
                        | "line-numbers-rows"
                        | "gutter"
                        | "hljs-ln-numbers"
                        | "blob-num"
                )
            })
        })
    }
}

/// A link whose text is `text` (Markdown already).
pub(super) fn link_to(text: &str, target: &str) -> String {
    let flat = text.replace("  \n", " ").replace('\n', " ");
    let mut label = String::with_capacity(flat.len());
    if flat.starts_with("![") {
        label = flat;
    } else {
        let mut escaped = false;
        for c in flat.chars() {
            if !escaped && matches!(c, '[' | ']') {
                label.push('\\');
            }
            escaped = c == '\\' && !escaped;
            label.push(c);
        }
    }
    format!("[{label}]({})", escape::destination(target))
}

/// Without blanks and hard breaks at both ends.
pub(super) fn trim_breaks(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace())
}

/// `core` with the blanks that `inner` has at its ends: a mark must touch the text it marks.
fn around(inner: &str, core: &str) -> String {
    let lead = if inner.starts_with(char::is_whitespace) {
        " "
    } else {
        ""
    };
    let trail = if inner.ends_with(char::is_whitespace) {
        " "
    } else {
        ""
    };
    format!("{lead}{core}{trail}")
}

/// Appends inline Markdown that begins like text: its first blank merges with one that is there.
fn push_inner(out: &mut String, inner: &str) {
    let inner = if out.ends_with([' ', '\n']) {
        inner.trim_start_matches(' ')
    } else {
        inner
    };
    out.push_str(inner);
}
