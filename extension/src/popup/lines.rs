//! The lines of a difference. Not their making: that is `shared::diff`.

use crate::page::dom::{El, div, el};
use crate::page::t;
use krowoc_shared::diff::{Row, RowKind};

/// A box with the lines that differ; `label` names it.
pub(super) fn difference(label: &str, lines: &[Row]) -> El {
    div("div", "preview preview--flush preview--scroll")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", label)
        .child(div("div", "diff").children(lines.iter().map(line)))
}

fn line(line: &Row) -> El {
    let (class, spoken) = match line.kind {
        RowKind::Same => ("", None),
        RowKind::Del => ("del", Some("diffRemoved")),
        RowKind::Add => ("add", Some("diffAdded")),
        RowKind::Gap => ("gap", None),
    };
    let mut text = el("span");
    if let Some(key) = spoken {
        text = text.child(div("span", "sr").text(&(t(key) + " ")));
    }
    for (marked, piece) in &line.pieces {
        text = match line.kind {
            RowKind::Add if *marked => text.child(el("ins").text(piece)),
            RowKind::Del if *marked => text.child(el("del").text(piece)),
            RowKind::Gap => text.text("⋯"),
            _ => text.text(piece),
        };
    }
    div("div", class).child(text)
}
