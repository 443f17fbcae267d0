//! Icons of the shared set, drawn as elements. Not as markup: nothing in the package sets inner HTML.

use krowoc_ui::icons::{Glyph, MARK};
use leptos::prelude::*;

/// An element of an icon: its tag and attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shape {
    tag: String,
    attributes: Vec<(String, String)>,
}

impl Shape {
    fn get(&self, name: &str) -> String {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// Reads `<path d="…"/><circle …/>`: the set is ours and has nothing else.
fn shapes(markup: &str) -> Vec<Shape> {
    let elements = markup.split('<').filter_map(|piece| piece.split_once(' '));
    elements
        .map(|(tag, rest)| {
            let mut parts = rest.split('"');
            let mut attributes = Vec::new();
            while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
                attributes.push((
                    name.trim().trim_end_matches('=').to_owned(),
                    value.to_owned(),
                ));
            }
            Shape {
                tag: tag.to_owned(),
                attributes,
            }
        })
        .collect()
}

fn draw(shape: Shape) -> AnyView {
    let get = |name| shape.get(name);
    match shape.tag.as_str() {
        "circle" => view! { <circle cx=get("cx") cy=get("cy") r=get("r") /> }.into_any(),
        "rect" => {
            view! { <rect x=get("x") y=get("y") width=get("width") height=get("height") rx=get("rx") /> }.into_any()
        }
        _ => view! { <path class=get("class") d=get("d") /> }.into_any(),
    }
}

/// An icon.
#[component]
pub fn Icon(
    /// Which.
    glyph: Glyph,
    /// Classes.
    #[prop(default = "i")]
    class: &'static str,
) -> impl IntoView {
    let drawn = shapes(glyph.markup()).into_iter().map(draw).collect_view();
    view! { <svg class=class viewBox="0 0 16 16" aria-hidden="true">{drawn}</svg> }
}

/// The mark.
#[component]
pub fn Mark() -> impl IntoView {
    let drawn = shapes(MARK).into_iter().map(draw).collect_view();
    view! { <span class="brand" title="Krowoc"><svg viewBox="0 0 24 24" aria-hidden="true">{drawn}</svg></span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_of_the_set_can_be_drawn() {
        for glyph in Glyph::ALL {
            let shapes = shapes(glyph.markup());
            assert!(!shapes.is_empty(), "{glyph:?}");
            for shape in shapes {
                let wanted: &[&str] = match shape.tag.as_str() {
                    "path" => &["d"],
                    "circle" => &["cx", "cy", "r"],
                    "rect" => &["x", "y", "width", "height"],
                    other => panic!("{glyph:?} has <{other}>"),
                };
                assert!(
                    wanted.iter().all(|name| !shape.get(name).is_empty()),
                    "{glyph:?}: {shape:?}"
                );
            }
        }
    }

    #[test]
    fn the_mark_keeps_its_two_strokes_and_their_class() {
        let shapes = shapes(MARK);
        assert_eq!(shapes.len(), 2);
        assert_eq!(shapes[0].get("class"), "mirror");
    }
}
