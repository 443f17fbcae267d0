//! Lists: bulleted, numbered, nested, checked, and definitions as bulleted terms. Not tables of links.

use super::super::dom::NodeId;
use super::{Block, Writer, escape, indent, join};

impl Writer<'_> {
    /// Writes `ul`, `ol` and their like. A list right inside a list belongs to the item before it.
    pub(super) fn list(&mut self, id: NodeId, out: &mut Vec<Block>) {
        let dom = self.dom;
        let ordered = dom.tag(id) == "ol";
        let mut number: u64 = dom
            .attr(id, "start")
            .and_then(|start| start.trim().parse().ok())
            .unwrap_or(1);
        number = number.min(999_999_999);
        // Two lists in a row would read as one: in CommonMark another marker starts another list.
        let again = out
            .last()
            .is_some_and(|block| follows(&block.text, ordered));
        let mut items: Vec<(String, bool)> = Vec::new();
        for child in dom.children(id).collect::<Vec<_>>() {
            if self.mask.hides(child) || !dom.is_element(child) {
                continue;
            }
            let is_item = dom.tag(child) == "li";
            let blocks = if is_item {
                self.item(child)
            } else {
                self.stray(child)
            };
            if blocks.is_empty() {
                continue;
            }
            let tight = blocks.len() == 1 || blocks.iter().skip(1).all(|block| block.tight);
            let text = join_item(&blocks);
            if !is_item && let Some((held, _)) = items.last_mut() {
                held.push('\n');
                held.push_str(&indent(&text, "  ", "  "));
                continue;
            }
            let marker = marker(ordered.then_some(number), again);
            number += 1;
            items.push((indent(&text, &marker, &" ".repeat(marker.len())), tight));
        }
        let tight = items.iter().all(|(_, tight)| *tight);
        let text: Vec<String> = items.into_iter().map(|(text, _)| text).collect();
        if text.is_empty() {
            return;
        }
        let list = text.join(if tight { "\n" } else { "\n\n" });
        out.push(Block {
            text: list,
            tight,
            item: false,
        });
    }

    fn stray(&mut self, id: NodeId) -> Vec<Block> {
        let mut blocks = Vec::new();
        if matches!(self.dom.tag(id), "ul" | "ol" | "menu" | "dir") {
            self.list(id, &mut blocks);
        } else {
            blocks = self.blocks_of(id);
        }
        blocks
    }

    /// The blocks of one item; a checkbox at its start becomes a task mark.
    fn item(&mut self, id: NodeId) -> Vec<Block> {
        let dom = self.dom;
        let checkbox = dom.descendants(id).take(8).find(|&node| {
            dom.tag(node) == "input"
                && dom
                    .attr(node, "type")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox"))
        });
        let mut blocks = self.blocks_of(id);
        if let (Some(checkbox), Some(first)) = (checkbox, blocks.first_mut()) {
            let mark = if dom.attr(checkbox, "checked").is_some() {
                "[x] "
            } else {
                "[ ] "
            };
            first.text.insert_str(0, mark);
        }
        blocks
    }

    /// An item outside any list, as in a selection.
    pub(super) fn loose_item(&mut self, id: NodeId, out: &mut Vec<Block>) {
        let blocks = self.item(id);
        if !blocks.is_empty() {
            out.push(Block {
                text: indent(&join_item(&blocks), "- ", "  "),
                tight: false,
                item: blocks.len() == 1,
            });
        }
    }

    /// Definitions: each term in bold with its descriptions behind it, as one list.
    pub(super) fn definitions(&mut self, id: NodeId, out: &mut Vec<Block>) {
        let dom = self.dom;
        let mut items: Vec<String> = Vec::new();
        let mut term = String::new();
        let entries: Vec<NodeId> = dom
            .children(id)
            .flat_map(|child| {
                // Pairs may be wrapped in a div.
                let wrapped = dom.tag(child) == "div";
                let inner: Vec<NodeId> = if wrapped {
                    dom.children(child).collect()
                } else {
                    vec![child]
                };
                inner
            })
            .filter(|&entry| !self.mask.hides(entry) && dom.is_element(entry))
            .collect();
        for entry in entries {
            match dom.tag(entry) {
                "dt" => {
                    push_term(&mut items, &mut term);
                    term = self
                        .inline_string(entry)
                        .replace("  \n", " ")
                        .replace('\n', " ");
                }
                _ => {
                    let text = join_item(&self.blocks_of(entry));
                    if text.is_empty() {
                        continue;
                    }
                    let lead = bold(&std::mem::take(&mut term));
                    let lead = if lead.is_empty() {
                        lead
                    } else {
                        format!("{lead}: ")
                    };
                    items.push(indent(&format!("{lead}{text}"), "- ", "  "));
                }
            }
        }
        push_term(&mut items, &mut term);
        if !items.is_empty() {
            out.push(Block::new(items.join(
                "
",
            )));
        }
    }
}

fn marker(number: Option<u64>, again: bool) -> String {
    match (number, again) {
        (Some(number), false) => format!("{number}. "),
        (Some(number), true) => format!("{number}) "),
        (None, false) => "- ".to_owned(),
        (None, true) => "* ".to_owned(),
    }
}

/// True when a block is a list whose first choice of marker a list right after it must not repeat.
fn follows(text: &str, ordered: bool) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if ordered {
        digits > 0
            && text
                .get(digits..)
                .is_some_and(|rest| rest.starts_with(". "))
    } else {
        text.starts_with("- ")
    }
}

fn push_term(items: &mut Vec<String>, term: &mut String) {
    let text = bold(&std::mem::take(term));
    if !text.is_empty() {
        items.push(format!("- {text}"));
    }
}

fn bold(term: &str) -> String {
    match term.trim().trim_end_matches(':') {
        "" => String::new(),
        term if term.contains('*') => escape::line_starts(term),
        term => format!("**{term}**"),
    }
}

/// An item's blocks: a nested tight list follows its paragraph without a blank line.
fn join_item(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut rest = blocks.iter().peekable();
    if let Some(first) = rest.next() {
        out.push_str(&first.text);
    }
    if rest.peek().is_some() && rest.clone().all(|block| block.tight) {
        for block in rest {
            out.push('\n');
            out.push_str(&block.text);
        }
        return out;
    }
    join(blocks)
}
