//! The lines of a difference. Not their making: that is `model::diff`.

use crate::messages::{DiffLine, Side};
use crate::page::dom::{El, div, el};
use crate::page::t;

/// A box with the lines that differ; `label` names it.
pub(super) fn difference(label: &str, lines: &[DiffLine]) -> El {
    div("div", "preview preview--flush preview--scroll")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", label)
        .child(div("div", "diff").children(lines.iter().map(line)))
}

fn line(line: &DiffLine) -> El {
    let (class, spoken) = match line.side {
        Side::Both => ("", None),
        Side::Old => ("del", Some("diffRemoved")),
        Side::New => ("add", Some("diffAdded")),
        Side::Gap => ("gap", None),
    };
    let mut text = el("span");
    if let Some(key) = spoken {
        text = text.child(div("span", "sr").text(&(t(key) + " ")));
    }
    if line.side == Side::Gap {
        text = text.text("⋯");
    }
    for (marked, piece) in &line.pieces {
        text = match line.side {
            Side::New if *marked => text.child(el("ins").text(piece)),
            Side::Old if *marked => text.child(el("del").text(piece)),
            _ => text.text(piece),
        };
    }
    div("div", class).child(text)
}
