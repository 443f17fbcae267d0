//! The bridge from html5ever's tree builder to the arena of `dom`. Not used after parsing.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::fmt;

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, LocalName, Namespace, ParseOpts, QualName, parse_document};

use super::dom::{Dom, Kind, Node, NodeId};

/// Input is fed in pieces of this many bytes, and the number of nodes is checked between them.
const PIECE: usize = 16 * 1024;

/// Attributes that some step reads; the rest would only cost memory.
const KEPT: [&str; 44] = [
    "alt",
    "aria-hidden",
    "aria-label",
    "charset",
    "class",
    "cite",
    "colspan",
    "content",
    "data-krowoc-concealed",
    "data-krowoc-frame",
    "data-lang",
    "data-language",
    "data-lazy-src",
    "data-original",
    "data-src",
    "datetime",
    "dir",
    "display",
    "hidden",
    "href",
    "hreflang",
    "id",
    "itemprop",
    "itemscope",
    "itemtype",
    "lang",
    "name",
    "open",
    "placeholder",
    "property",
    "rel",
    "reversed",
    "role",
    "rowspan",
    "src",
    "srcset",
    "start",
    "style",
    "title",
    "type",
    "value",
    "checked",
    "data-srcset",
    "encoding",
];

/// Parses `html`, stopping once there are more than `max_nodes` nodes.
pub(crate) fn parse_bounded(html: &str, max_nodes: usize) -> Dom {
    let sink = Sink {
        dom: RefCell::new(Dom {
            nodes: vec![Node::new(Kind::Other)],
        }),
    };
    let mut parser = parse_document(sink, ParseOpts::default());
    let mut rest = html;
    while !rest.is_empty() {
        let mut cut = PIECE.min(rest.len());
        while !rest.is_char_boundary(cut) {
            cut += 1;
        }
        let (piece, tail) = rest.split_at(cut);
        parser.process(StrTendril::from_slice(piece));
        rest = tail;
        if parser.tokenizer.sink.sink.dom.borrow().len() > max_nodes {
            break;
        }
    }
    parser.finish()
}

struct Sink {
    dom: RefCell<Dom>,
}

/// A borrowed element name, as the tree builder wants it.
struct Name<'a>(Ref<'a, QualName>);

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ElemName for Name<'_> {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl Dom {
    fn add(&mut self, kind: Kind) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node::new(kind));
        id
    }

    fn edit(&mut self, id: NodeId, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(id.index()) {
            change(node);
        }
    }

    fn detach(&mut self, id: NodeId) {
        let Some((parent, prev, next)) =
            self.get(id).map(|node| (node.parent, node.prev, node.next))
        else {
            return;
        };
        match prev {
            Some(prev) => self.edit(prev, |node| node.next = next),
            None => {
                if let Some(parent) = parent {
                    self.edit(parent, |node| node.first_child = next);
                }
            }
        }
        match next {
            Some(next) => self.edit(next, |node| node.prev = prev),
            None => {
                if let Some(parent) = parent {
                    self.edit(parent, |node| node.last_child = prev);
                }
            }
        }
        self.edit(id, |node| {
            node.parent = None;
            node.prev = None;
            node.next = None;
        });
    }

    fn append(&mut self, parent: NodeId, child: NodeId) {
        self.detach(child);
        let last = self.get(parent).and_then(|node| node.last_child);
        self.edit(child, |node| {
            node.parent = Some(parent);
            node.prev = last;
        });
        match last {
            Some(last) => self.edit(last, |node| node.next = Some(child)),
            None => self.edit(parent, |node| node.first_child = Some(child)),
        }
        self.edit(parent, |node| node.last_child = Some(child));
    }

    fn insert_before(&mut self, sibling: NodeId, child: NodeId) {
        self.detach(child);
        let Some((parent, prev)) = self.get(sibling).map(|node| (node.parent, node.prev)) else {
            return;
        };
        self.edit(child, |node| {
            node.parent = parent;
            node.prev = prev;
            node.next = Some(sibling);
        });
        self.edit(sibling, |node| node.prev = Some(child));
        match (prev, parent) {
            (Some(prev), _) => self.edit(prev, |node| node.next = Some(child)),
            (None, Some(parent)) => self.edit(parent, |node| node.first_child = Some(child)),
            (None, None) => {}
        }
    }

    /// Adds text to a text node; false when the node is none.
    fn extend_text(&mut self, id: Option<NodeId>, more: &StrTendril) -> bool {
        let Some(Kind::Text(text)) = id
            .and_then(|id| self.nodes.get_mut(id.index()))
            .map(|node| &mut node.kind)
        else {
            return false;
        };
        text.push_tendril(more);
        true
    }

    fn append_either(&mut self, parent: NodeId, child: NodeOrText<NodeId>) {
        match child {
            NodeOrText::AppendNode(node) => self.append(parent, node),
            NodeOrText::AppendText(text) => {
                let last = self.get(parent).and_then(|node| node.last_child);
                if !self.extend_text(last, &text) {
                    let node = self.add(Kind::Text(text));
                    self.append(parent, node);
                }
            }
        }
    }
}

fn kept(attrs: Vec<Attribute>) -> Vec<(LocalName, StrTendril)> {
    attrs
        .into_iter()
        .filter(|attr| KEPT.contains(&&*attr.name.local))
        .map(|attr| (attr.name.local, attr.value))
        .collect()
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Dom;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Dom {
        self.dom.into_inner()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        NodeId::ROOT
    }

    #[expect(
        clippy::panic,
        reason = "the tree builder asks for names of elements that it made here, and of nothing else"
    )]
    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Name<'a> {
        Name(Ref::map(self.dom.borrow(), |dom| {
            match dom.get(*target).map(|node| &node.kind) {
                Some(Kind::Element { name, .. }) => name,
                _ => panic!("not an element"),
            }
        }))
    }

    fn create_element(
        &self,
        name: QualName,
        attrs: Vec<Attribute>,
        _flags: ElementFlags,
    ) -> NodeId {
        self.dom.borrow_mut().add(Kind::Element {
            name,
            attrs: kept(attrs),
        })
    }

    fn create_comment(&self, _text: StrTendril) -> NodeId {
        self.dom.borrow_mut().add(Kind::Other)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> NodeId {
        self.dom.borrow_mut().add(Kind::Other)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.dom.borrow_mut().append_either(*parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        prev_element: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        let has_parent = self.dom.borrow().parent(*element).is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(prev_element, child);
        }
    }

    fn append_doctype_to_document(
        &self,
        _name: StrTendril,
        _public_id: StrTendril,
        _system_id: StrTendril,
    ) {
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        *target
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, new_node: NodeOrText<NodeId>) {
        let mut dom = self.dom.borrow_mut();
        match new_node {
            NodeOrText::AppendNode(node) => dom.insert_before(*sibling, node),
            NodeOrText::AppendText(text) => {
                let prev = dom.get(*sibling).and_then(|node| node.prev);
                if !dom.extend_text(prev, &text) {
                    let node = dom.add(Kind::Text(text));
                    dom.insert_before(*sibling, node);
                }
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, more: Vec<Attribute>) {
        let mut dom = self.dom.borrow_mut();
        if let Some(Kind::Element { attrs, .. }) =
            dom.nodes.get_mut(target.index()).map(|node| &mut node.kind)
        {
            for (name, value) in kept(more) {
                if !attrs.iter().any(|(held, _)| *held == name) {
                    attrs.push((name, value));
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.dom.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut dom = self.dom.borrow_mut();
        while let Some(child) = dom.first_child(*node) {
            dom.append(*new_parent, child);
        }
    }
}
