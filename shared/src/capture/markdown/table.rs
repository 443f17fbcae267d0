//! Tables as GFM. A table that only lays out a page is written as the blocks in its cells.

use super::super::dom::NodeId;
use super::{Block, Writer};

/// A wider table is layout or data that nobody reads as Markdown.
const MAX_COLUMNS: usize = 64;

impl Writer<'_> {
    /// Writes a table.
    pub(super) fn table(&mut self, id: NodeId, out: &mut Vec<Block>) {
        let dom = self.dom;
        if let Some(caption) = dom
            .children(id)
            .find(|&child| dom.tag(child) == "caption" && !self.mask.hides(child))
        {
            out.extend(self.blocks_of(caption));
        }
        let rows = self.rows(id);
        if self.is_layout(id, &rows) {
            for row in rows {
                for cell in self.cells(row) {
                    out.extend(self.blocks_of(cell));
                }
            }
            return;
        }
        let mut lines: Vec<Vec<String>> = Vec::new();
        for row in rows {
            let mut line = Vec::new();
            for cell in self.cells(row) {
                let span = dom
                    .attr(cell, "colspan")
                    .and_then(|span| span.trim().parse::<usize>().ok())
                    .unwrap_or(1);
                let text = self.inline_string(cell);
                line.push(cell_text(&text));
                line.extend(std::iter::repeat_n(String::new(), span.clamp(1, 16) - 1));
            }
            if line.iter().any(|cell| !cell.is_empty()) {
                lines.push(line);
            }
        }
        let width = lines
            .iter()
            .map(Vec::len)
            .max()
            .unwrap_or(0)
            .min(MAX_COLUMNS);
        let mut lines = lines.into_iter();
        let Some(header) = lines.next() else {
            return;
        };
        let mut text = row_text(&header, width);
        text.push('\n');
        text.push_str(&row_text(&vec!["---".to_owned(); width], width));
        for line in lines {
            text.push('\n');
            text.push_str(&row_text(&line, width));
        }
        out.push(Block::new(text));
    }

    /// The rows of this table, not of tables in it.
    fn rows(&self, table: NodeId) -> Vec<NodeId> {
        let dom = self.dom;
        let mut rows = Vec::new();
        for child in dom.children(table).filter(|&child| !self.mask.hides(child)) {
            match dom.tag(child) {
                "tr" => rows.push(child),
                "thead" | "tbody" | "tfoot" => {
                    rows.extend(
                        dom.children(child)
                            .filter(|&row| dom.tag(row) == "tr" && !self.mask.hides(row)),
                    );
                }
                _ => {}
            }
        }
        rows
    }

    fn cells(&self, row: NodeId) -> Vec<NodeId> {
        let dom = self.dom;
        dom.children(row)
            .filter(|&cell| matches!(dom.tag(cell), "td" | "th") && !self.mask.hides(cell))
            .collect()
    }

    fn is_layout(&self, table: NodeId, rows: &[NodeId]) -> bool {
        let dom = self.dom;
        if dom
            .attr(table, "role")
            .is_some_and(|role| matches!(role, "presentation" | "none"))
        {
            return true;
        }
        let widest = rows
            .iter()
            .map(|&row| self.cells(row).len())
            .max()
            .unwrap_or(0);
        if !(2..=MAX_COLUMNS).contains(&widest) {
            return true;
        }
        let mut at = dom.following(table, table, false);
        let mut paragraphs = 0;
        while let Some(node) = at {
            let hidden = self.mask.hides(node);
            if !hidden {
                match dom.tag(node) {
                    "table" | "pre" | "h1" | "h2" | "article" | "section" | "blockquote" => {
                        return true;
                    }
                    "p" => paragraphs += 1,
                    _ => {}
                }
            }
            at = dom.following(node, table, hidden);
        }
        let cells: usize = rows.iter().map(|&row| self.cells(row).len()).sum();
        paragraphs > cells.saturating_mul(2)
    }
}

fn cell_text(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(flat.len());
    for c in flat.chars() {
        // GFM splits cells before it reads anything else, code spans included.
        if c == '|' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn row_text(cells: &[String], width: usize) -> String {
    let mut out = String::from("|");
    for index in 0..width {
        let cell = cells.get(index).map_or("", String::as_str);
        out.push(' ');
        out.push_str(cell);
        out.push_str(if cell.is_empty() { "|" } else { " |" });
    }
    out
}
