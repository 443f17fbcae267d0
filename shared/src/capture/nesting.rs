//! Flattens markup nested beyond a depth before it reaches the parser, whose work grows with the square of depth. Not a parser:
//! it only pairs tags, and leaves ordinary pages untouched.

use std::borrow::Cow;

/// Elements without content.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements whose end tag may be left out: an open one says nothing about depth.
const OPTIONAL_END: [&str; 17] = [
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "rp",
    "rt", "html", "head", "body",
];
/// Elements whose content is not markup.
const RAW: [&str; 7] = [
    "script", "style", "textarea", "title", "xmp", "iframe", "noscript",
];

/// A tag as found in the text.
struct Tag<'a> {
    name: &'a str,
    closing: bool,
    /// Ends with `/>`.
    slash: bool,
    /// Byte after `>`.
    end: usize,
}

/// Counts how far start tags run ahead of end tags.
#[derive(Default)]
struct Depth {
    open: usize,
    /// Open `svg` and `math` elements: only inside them does `/>` close an element.
    foreign: usize,
}

impl Depth {
    /// Takes a tag in; the depth of its element, or `None` for an element that cannot hold others.
    fn take(&mut self, tag: &Tag<'_>) -> Option<usize> {
        let foreign = is_in(&["svg", "math"], tag.name);
        let single = is_in(&VOID, tag.name)
            || tag.name.starts_with(['!', '?'])
            || (tag.slash && (foreign || self.foreign > 0));
        if single || is_in(&OPTIONAL_END, tag.name) {
            return None;
        }
        if tag.closing {
            let depth = self.open;
            self.open = depth.saturating_sub(1);
            self.foreign = self.foreign.saturating_sub(usize::from(foreign));
            return Some(depth);
        }
        self.open += 1;
        self.foreign += usize::from(foreign);
        Some(self.open)
    }
}

/// `html` without the tags of elements that lie deeper than `max`; their text stays. Borrowed when nothing does.
pub(crate) fn flatten(html: &str, max: usize) -> Cow<'_, str> {
    if deepest(html) <= max {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len());
    let mut depth = Depth::default();
    let mut at = 0;
    while let Some(start) = find(html, at, '<') {
        out.push_str(html.get(at..start).unwrap_or_default());
        let Some(tag) = read_tag(html, start) else {
            out.push('<');
            at = start + 1;
            continue;
        };
        let keep = depth.take(&tag).unwrap_or(depth.open) <= max;
        let end = content_start(html, &tag);
        out.push_str(if keep {
            html.get(start..end).unwrap_or_default()
        } else {
            " "
        });
        at = end;
    }
    out.push_str(html.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

fn deepest(html: &str) -> usize {
    let (mut depth, mut deepest, mut at) = (Depth::default(), 0, 0);
    while let Some(start) = find(html, at, '<') {
        let Some(tag) = read_tag(html, start) else {
            at = start + 1;
            continue;
        };
        depth.take(&tag);
        deepest = deepest.max(depth.open);
        at = content_start(html, &tag);
    }
    deepest
}

/// Where markup goes on: after the tag, or after the content when that is not markup.
fn content_start(html: &str, tag: &Tag<'_>) -> usize {
    if !tag.closing && is_in(&RAW, tag.name) {
        raw_end(html, tag.end, tag.name)
    } else {
        tag.end
    }
}

fn find(html: &str, from: usize, wanted: char) -> Option<usize> {
    html.get(from..)?.find(wanted).map(|at| from + at)
}

/// The tag that starts at `start`; a comment or declaration counts as a void tag. `None` when it is text.
fn read_tag(html: &str, start: usize) -> Option<Tag<'_>> {
    let rest = html.get(start + 1..)?;
    if let Some(comment) = rest.strip_prefix("!--") {
        let end = comment
            .find("-->")
            .map_or(html.len(), |at| start + 4 + at + 3);
        return Some(Tag {
            name: "!--",
            closing: false,
            slash: false,
            end,
        });
    }
    let closing = rest.starts_with('/');
    let name_at = start + 1 + usize::from(closing);
    let tail = html.get(name_at..)?;
    if !tail.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?') {
        return None;
    }
    let length = tail
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
        .unwrap_or(tail.len());
    let name = tail.get(..length)?;
    let end = tag_end(html, name_at + length);
    let slash = html.get(..end).is_some_and(|until| until.ends_with("/>"));
    Some(Tag {
        name,
        closing,
        slash,
        end,
    })
}

/// The byte after the `>` that closes a tag, quotes respected.
fn tag_end(html: &str, from: usize) -> usize {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in html.bytes().enumerate().skip(from) {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'>' => return at + 1,
            None if after_equals && matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None => {}
        }
        if quote.is_none() && !byte.is_ascii_whitespace() {
            after_equals = byte == b'=';
        }
    }
    html.len()
}

/// Where the end tag of a raw-text element begins.
fn raw_end(html: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(start) = find(html, at, '<') {
        let after = html.get(start + 1..).unwrap_or_default();
        let closes = after
            .strip_prefix('/')
            .and_then(|tail| tail.get(..name.len()))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(name));
        if closes {
            return start;
        }
        at = start + 1;
    }
    html.len()
}

fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|item| item.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_page_is_left_alone() {
        let html = "<div><p>a<p>b<ul><li>c<li>d</ul><br><img src='>'></div><!-- <div> --><script>'<div>'</script>";
        assert!(matches!(flatten(html, 3), Cow::Borrowed(_)));
    }

    #[test]
    fn tags_beyond_the_depth_go_and_their_text_stays() {
        let html = "<div><b><i>deep</i> less</b></div><p>after</p>";
        assert_eq!(
            flatten(html, 2),
            "<div><b> deep  less</b></div><p>after</p>"
        );
    }

    #[test]
    fn a_hundred_thousand_levels_become_few() {
        let html = format!("{}x{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
        let flat = flatten(&html, 256);
        assert_eq!(flat.matches("<div>").count(), 256);
        assert_eq!(flat.matches("</div>").count(), 256);
    }

    #[test]
    fn an_icon_with_many_shapes_is_not_deep() {
        let html = format!("<div><svg>{}</svg></div>", "<path d='M0'/>".repeat(50));
        assert!(matches!(flatten(&html, 3), Cow::Borrowed(_)));
    }

    #[test]
    fn broken_markup_is_survived() {
        for html in [
            "<",
            "</",
            "<div",
            "<div a='",
            "<!--",
            "<div><div><div",
            "<script><div>",
            "<é>",
        ] {
            assert!(flatten(html, 0).len() <= html.len() + 8, "{html}");
        }
    }
}
