//! Icons of the shared set, drawn as elements. Not as markup: nothing here sets inner HTML.

use super::dom::{El, div, svg};
use crate::icons::{Glyph, MARK};

/// An element of an icon: its tag and its attributes.
type Shape<'a> = (&'a str, Vec<(&'a str, &'a str)>);

/// Reads `<path d="…"/><circle …/>`: the set is ours and has nothing else.
fn shapes(markup: &str) -> impl Iterator<Item = Shape<'_>> {
    let elements = markup.split('<').filter_map(|piece| piece.split_once(' '));
    elements.map(|(tag, rest)| {
        let mut parts = rest.split('"');
        let mut attributes = Vec::new();
        while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            attributes.push((name.trim().trim_end_matches('='), value));
        }
        (tag, attributes)
    })
}

fn draw(frame: El, markup: &str) -> El {
    frame.children(shapes(markup).map(|(tag, attributes)| {
        attributes
            .into_iter()
            .fold(svg(tag), |shape, (name, value)| shape.attr(name, value))
    }))
}

fn frame(view: &str) -> El {
    svg("svg").attr("viewBox", view).attr("aria-hidden", "true")
}

/// An icon.
#[must_use]
pub fn icon(glyph: Glyph) -> El {
    icon_as(glyph, "i")
}

/// An icon with classes of its own.
#[must_use]
pub fn icon_as(glyph: Glyph, class: &str) -> El {
    draw(frame("0 0 16 16").attr("class", class), glyph.markup())
}

/// The mark.
#[must_use]
pub fn mark() -> El {
    div("span", "brand")
        .attr("title", "Krowoc")
        .child(draw(frame("0 0 24 24"), MARK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_of_the_set_can_be_drawn() {
        for glyph in Glyph::ALL {
            assert!(shapes(glyph.markup()).next().is_some(), "{glyph:?}");
            for (tag, attributes) in shapes(glyph.markup()) {
                let wanted: &[&str] = match tag {
                    "path" => &["d"],
                    "circle" => &["cx", "cy", "r"],
                    "ellipse" => &["cx", "cy", "rx", "ry"],
                    "rect" => &["x", "y", "width", "height"],
                    other => panic!("{glyph:?} has <{other}>"),
                };
                for name in wanted {
                    let value = attributes.iter().find(|(own, _)| own == name);
                    assert!(
                        value.is_some_and(|(_, value)| !value.is_empty()),
                        "{glyph:?}: {name}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_mark_keeps_its_two_strokes_and_their_class() {
        let shapes: Vec<_> = shapes(MARK).collect();
        assert_eq!(shapes.len(), 2);
        assert_eq!(shapes[0].1[0], ("class", "mirror"));
    }
}
