//! Words on a picture: laid out in a box by its width, and drawn in shades. Not which words, nor the rest of the picture.

use super::faces::{FAMILY, Faces, Legible};
use cosmic_text::fontdb::Weight;
use cosmic_text::{
    Attrs, Buffer, Family, FontSystem, Metrics, Shaping, SwashCache, SwashContent, Wrap,
};

/// Lines of a title in the order in which they are tried: size of the letters, and how many lines of it there may be.
const TITLES: [(f32, usize); 3] = [(84.0, 2), (66.0, 3), (54.0, 3)];
/// Height of a line, by the size of its letters.
const LINE: f32 = 1.18;
/// Size of what stands beside a title.
const SMALL: f32 = 34.0;

/// A box of a picture, in pixels. Nothing is drawn beyond it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

/// Lines that are laid out.
pub(super) struct Lines {
    buffer: Buffer,
    system: FontSystem,
    /// How high they are together, in pixels.
    pub height: usize,
}

/// How lines are laid out.
#[derive(Clone, Copy)]
struct Setting {
    size: f32,
    weight: Weight,
    wrap: Wrap,
}

impl Lines {
    /// A title, as large as it fits; one that is too long for all sizes ends in an ellipsis. `None` when a letter of it cannot be drawn.
    pub(super) fn title(faces: &Faces, text: &Legible, width: usize) -> Option<Self> {
        let mut system = faces.system(text, Weight::BOLD);
        for (size, most) in TITLES {
            let setting = Setting {
                size,
                weight: Weight::BOLD,
                wrap: Wrap::Word,
            };
            let buffer = set(&mut system, &text.text, width, setting)?;
            let runs = || buffer.layout_runs();
            if runs().count() <= most && runs().all(|run| run.line_w <= width as f32) {
                return Some(Self::of(buffer, system));
            }
        }
        let (size, most) = TITLES.last().copied()?;
        let setting = Setting {
            size,
            weight: Weight::BOLD,
            // A word that is longer than a line is broken.
            wrap: Wrap::WordOrGlyph,
        };
        Self::cut(system, &text.text, width, setting, most)
    }

    /// A small line, with an ellipsis when it is too long.
    pub(super) fn small(faces: &Faces, text: &Legible, width: usize) -> Option<Self> {
        let setting = Setting {
            size: SMALL,
            weight: Weight::NORMAL,
            wrap: Wrap::WordOrGlyph,
        };
        let system = faces.system(text, Weight::NORMAL);
        Self::cut(system, &text.text, width, setting, 1)
    }

    /// At most so many lines; what is longer ends in an ellipsis.
    fn cut(
        mut system: FontSystem,
        text: &str,
        width: usize,
        setting: Setting,
        most: usize,
    ) -> Option<Self> {
        let buffer = set(&mut system, text, width, setting)?;
        if buffer.layout_runs().count() <= most {
            return Some(Self::of(buffer, system));
        }
        let seen = buffer.layout_runs().take(most);
        let end = seen.flat_map(|run| run.glyphs).map(|it| it.end).max()?;
        let mut kept = text.get(..end)?.trim_end();
        // The ellipsis takes the place of a letter or two, or of more that are thin.
        loop {
            let shown = format!("{kept}\u{2026}");
            let buffer = set(&mut system, &shown, width, setting)?;
            if buffer.layout_runs().count() <= most {
                return Some(Self::of(buffer, system));
            }
            let (last, _) = kept.char_indices().next_back()?;
            kept = kept.get(..last)?.trim_end();
        }
    }

    fn of(buffer: Buffer, system: FontSystem) -> Self {
        let height = buffer.layout_runs().map(|run| run.line_height).sum::<f32>();
        Self {
            buffer,
            system,
            height: height as usize,
        }
    }

    /// Draws them from a row on: `ink` is told column, row and how much of a pixel is covered, of 255.
    pub(super) fn draw(&mut self, place: Place, top: usize, mut ink: impl FnMut(usize, usize, u8)) {
        let mut cache = SwashCache::new();
        let inside = |at: i32, from: usize, length: usize| {
            let at = usize::try_from(at).ok()?;
            (at >= from && at < from.saturating_add(length)).then_some(at)
        };
        for run in self.buffer.layout_runs() {
            let origin = (place.left as f32, top as f32 + run.line_y);
            for glyph in run.glyphs {
                let glyph = glyph.physical(origin, 1.0);
                let Some(image) = cache.get_image_uncached(&mut self.system, glyph.cache_key)
                else {
                    continue;
                };
                // Of what has colours, its shape is drawn.
                let depth = match image.content {
                    SwashContent::Mask => 1,
                    SwashContent::Color | SwashContent::SubpixelMask => 4,
                };
                let columns = (image.placement.width as usize).max(1);
                let rows = image.data.chunks(columns.saturating_mul(depth));
                for (row, y) in rows.zip(0_i32..) {
                    let y = glyph
                        .y
                        .saturating_sub(image.placement.top)
                        .saturating_add(y);
                    let Some(y) = inside(y, place.top, place.height) else {
                        continue;
                    };
                    for (pixel, x) in row.chunks(depth).zip(0_i32..) {
                        let x = glyph
                            .x
                            .saturating_add(image.placement.left)
                            .saturating_add(x);
                        let covered = pixel.last().copied().unwrap_or(0);
                        if let Some(x) = inside(x, place.left, place.width)
                            && covered > 0
                        {
                            ink(x, y, covered);
                        }
                    }
                }
            }
        }
    }
}

/// Lays a text out. `None` when a letter of it has no shape.
fn set(system: &mut FontSystem, text: &str, width: usize, setting: Setting) -> Option<Buffer> {
    let line = (setting.size * LINE).round();
    let mut buffer = Buffer::new(system, Metrics::new(setting.size, line));
    buffer.set_wrap(setting.wrap);
    buffer.set_size(Some(width as f32), None);
    let attrs = Attrs::new()
        .family(Family::Name(FAMILY))
        .weight(setting.weight);
    buffer.set_text(text, &attrs, Shaping::Advanced, None);
    buffer.shape_until_scroll(system, false);
    let mut glyphs = buffer.layout_runs().flat_map(|run| run.glyphs);
    let whole = glyphs.all(|glyph| glyph.glyph_id > 0);
    whole.then_some(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITHIN: usize = 1_040;

    /// What is on each line, and how wide it is.
    fn laid_out(lines: &Lines) -> Vec<(String, f32)> {
        let runs = lines.buffer.layout_runs();
        let line = |run: cosmic_text::LayoutRun<'_>| {
            let begin = run.glyphs.iter().map(|it| it.start).min().unwrap();
            let end = run.glyphs.iter().map(|it| it.end).max().unwrap();
            (run.text[begin..end].to_owned(), run.line_w)
        };
        runs.map(line).collect()
    }

    fn without_spaces(text: &str) -> String {
        text.split_whitespace().collect()
    }

    fn title(text: &str) -> Vec<(String, f32)> {
        let bare = Faces::new(false);
        let legible = bare.legible(text).unwrap();
        laid_out(&Lines::title(&bare, &legible, WITHIN).unwrap())
    }

    #[test]
    fn a_title_has_three_lines_at_most_and_what_is_longer_ends_in_an_ellipsis() {
        let sentence = "Review a pull request for correctness, safety and taste, ";
        let long = sentence.repeat(5);
        let word = "Donaudampfschifffahrtsgesellschaft".repeat(8);
        let thin = "i".repeat(299);
        for (text, whole, most) in [
            ("Lawyer", true, 1),
            ("Review a pull request for taste", true, 2),
            (sentence, true, 3),
            (&long, false, 3),
            (&word, false, 3),
            (&thin, false, 3),
        ] {
            let lines = title(text);
            assert!(!lines.is_empty() && lines.len() <= most, "{lines:?}");
            assert!(whole || lines.len() == 3, "{lines:?}");
            assert!(
                lines.iter().all(|(_, width)| *width <= WITHIN as f32),
                "{lines:?}"
            );
            let shown: String = lines.into_iter().map(|(line, _)| line).collect();
            let (shown, text) = (without_spaces(&shown), without_spaces(text));
            match shown.strip_suffix('\u{2026}') {
                Some(kept) => assert!(!whole && text.starts_with(kept), "{shown}"),
                None => assert!(whole && shown == text, "{shown}"),
            }
        }
    }

    #[test]
    fn a_word_that_is_longer_than_a_line_is_broken_and_others_are_not() {
        let word = "Donaudampfschifffahrtsgesellschaft".repeat(3);
        let lines = title(&word);
        assert!(lines.len() > 1 && lines.iter().all(|(line, _)| line.chars().count() > 1));
        let text = "Explain what this contract asks of a small company";
        let lines = title(text);
        assert!(lines.len() > 1);
        let lines: Vec<&str> = lines.iter().map(|(line, _)| line.trim()).collect();
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn a_small_line_is_one_line() {
        let bare = Faces::new(false);
        for text in ["by Ann", &"by Ann ".repeat(30), &"w".repeat(200)] {
            let legible = bare.legible(text).unwrap();
            let lines = laid_out(&Lines::small(&bare, &legible, WITHIN).unwrap());
            let [(line, width)] = lines.as_slice() else {
                panic!("{lines:?}");
            };
            assert!(*width <= WITHIN as f32);
            assert_eq!(line.ends_with('\u{2026}'), text != "by Ann", "{line}");
        }
    }
}
