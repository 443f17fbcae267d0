//! The page as a tree in one arena, parsed by html5ever within bounds on size, depth and nodes. Not a general DOM: read-only
//! once parsed, no selectors, no scripting.

use std::borrow::Cow;

use html5ever::tendril::StrTendril;
use html5ever::{LocalName, QualName};

use super::nesting;

pub(crate) use super::sink::parse_bounded;

/// Elements nested deeper than this are flattened before parsing, as browsers' own parsers do.
pub(crate) const MAX_DEPTH: usize = 512;
/// Parsing stops after this many nodes: more cannot be read by a person either.
pub(crate) const MAX_NODES: usize = 600_000;

/// Index of a node in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

impl NodeId {
    /// The document.
    pub(crate) const ROOT: Self = Self(0);

    /// As an index into a list with one entry a node.
    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// The document, a comment, or a template's contents: structure without text.
    Other,
    /// An element.
    Element {
        /// Qualified name; its local part is lower case for HTML.
        name: QualName,
        /// Attributes that anything here reads. See [`super::sink`].
        attrs: Vec<(LocalName, StrTendril)>,
    },
    /// Text.
    Text(StrTendril),
}

/// A node and its links.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) parent: Option<NodeId>,
    pub(crate) first_child: Option<NodeId>,
    pub(crate) last_child: Option<NodeId>,
    pub(crate) prev: Option<NodeId>,
    pub(crate) next: Option<NodeId>,
}

impl Node {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            parent: None,
            first_child: None,
            last_child: None,
            prev: None,
            next: None,
        }
    }
}

/// A parsed page.
#[derive(Debug)]
pub(crate) struct Dom {
    pub(crate) nodes: Vec<Node>,
}

impl Dom {
    /// Parses any text as HTML; never fails, never exceeds the bounds by more than a constant.
    pub(crate) fn parse(html: &str) -> Self {
        let html: Cow<'_, str> = nesting::flatten(html, MAX_DEPTH);
        parse_bounded(&html, MAX_NODES)
    }

    /// Number of nodes, detached ones included.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    pub(crate) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.get(id)?.parent
    }

    pub(crate) fn next(&self, id: NodeId) -> Option<NodeId> {
        self.get(id)?.next
    }

    pub(crate) fn first_child(&self, id: NodeId) -> Option<NodeId> {
        self.get(id)?.first_child
    }

    /// The tag of an HTML, SVG or MathML element; empty for anything else.
    pub(crate) fn tag(&self, id: NodeId) -> &str {
        match self.get(id).map(|node| &node.kind) {
            Some(Kind::Element { name, .. }) => &name.local,
            _ => "",
        }
    }

    /// The text of a text node.
    pub(crate) fn text(&self, id: NodeId) -> Option<&str> {
        match self.get(id).map(|node| &node.kind) {
            Some(Kind::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_element(&self, id: NodeId) -> bool {
        matches!(
            self.get(id).map(|node| &node.kind),
            Some(Kind::Element { .. })
        )
    }

    /// The value of an attribute.
    pub(crate) fn attr(&self, id: NodeId, wanted: &str) -> Option<&str> {
        match self.get(id).map(|node| &node.kind) {
            Some(Kind::Element { attrs, .. }) => attrs
                .iter()
                .find(|(name, _)| &**name == wanted)
                .map(|(_, value)| &**value),
            _ => None,
        }
    }

    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(id), |&child| self.next(child))
    }

    /// The ancestors, the nearest first.
    pub(crate) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(id), |&node| self.parent(node))
    }

    /// The node after `id` in document order, without entering `id` when `skip` is set, within `top`.
    pub(crate) fn following(&self, id: NodeId, top: NodeId, skip: bool) -> Option<NodeId> {
        if !skip && let Some(child) = self.first_child(id) {
            return Some(child);
        }
        let mut at = id;
        while at != top {
            if let Some(next) = self.next(at) {
                return Some(next);
            }
            at = self.parent(at)?;
        }
        None
    }

    /// All descendants in document order, `id` itself first.
    pub(crate) fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(id), move |&at| self.following(at, id, false))
    }

    /// The text of a subtree as it stands.
    pub(crate) fn text_of(&self, id: NodeId) -> String {
        let mut out = String::new();
        for node in self.descendants(id) {
            if let Some(text) = self.text(node) {
                out.push_str(text);
            }
        }
        out
    }

    /// The first element of a tag below `id`.
    pub(crate) fn find(&self, id: NodeId, tag: &str) -> Option<NodeId> {
        self.descendants(id).find(|&node| self.tag(node) == tag)
    }
}
