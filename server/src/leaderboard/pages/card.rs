//! The picture that goes with a link to a prompt: the mark, its title, who made it and where it is, and the runs of its last day.
//! Drawn here, in shades. Not how words are laid out, nor how pixels are written to a file.

use super::faces::{FACES, Faces, Legible};
use super::png::png;
use super::words::{Lines, Place};
use crate::web::token;
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Changes whenever a look is drawn in another way: its picture is then known by another tag.
const DRAWING: u8 = 1;
/// Its width.
const WIDTH: usize = 1_200;
/// Its height.
const HEIGHT: usize = 630;
/// Shades between paper and ink.
const SHADES: u8 = 15;

/// Paper, petrol and ink, as the pages have them in the light.
const PAPER: [u8; 3] = [0xfd, 0xfc, 0xfb];
const PETROL: [u8; 3] = [0x2a, 0x8f, 0xa3];
const INK: [u8; 3] = [0x23, 0x20, 0x1d];

/// A line with round ends, in a square of 24.
type Line = ((f64, f64), (f64, f64));
/// The reflection.
const MIRROR: [Line; 2] = [((9.5, 12.0), (4.0, 4.5)), ((9.5, 12.0), (4.0, 19.5))];
/// The letter.
const LETTER: [Line; 3] = [
    ((14.5, 12.0), (20.0, 4.5)),
    ((14.5, 12.0), (20.0, 19.5)),
    ((12.0, 4.0), (12.0, 20.0)),
];
/// Where everything begins and how wide it is.
const LEFT: usize = 80;
const WITHIN: usize = 1_040;
/// Of a picture without words: where the mark stands, and the pixels of one of its 24 parts.
const ALONE: (usize, usize) = (70, 10);
/// The same of one with words.
const ABOVE: (usize, usize) = (64, 4);
/// Where the site's name stands, beside the mark.
const SITE: usize = 200;
/// Where a title begins.
const TITLE: usize = 184;
/// Between a title and who made it, and between these and the bars.
const GAP: usize = 10;
const SPACE: usize = 34;
/// Where the bars stand, without words and with them, and how high they are at most and at least.
const GROUND: usize = 560;
const LOWER: usize = 580;
const HIGHEST: usize = 180;
const LOWEST: usize = 40;
/// How dark what stands beside a title is, of the shades.
const SOFT: u8 = 11;

/// What a picture shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Look {
    /// The title; without one there are no words.
    pub title: String,
    /// Who made it; nobody of a board.
    pub author: Option<String>,
    /// The name of the site.
    pub site: String,
    /// Runs by the hour.
    pub hours: Vec<u64>,
}

impl Look {
    /// The tag by which its picture is known. It is weak: with the fonts of another machine the picture may be another.
    pub(super) fn tag(&self) -> String {
        let mut hash = Sha256::new();
        hash.update([DRAWING]);
        let author = self.author.as_deref();
        for text in [Some(self.title.as_str()), author, Some(self.site.as_str())] {
            // What is not there is no empty text.
            let length = text.map_or(Some(u64::MAX), |it| u64::try_from(it.len()).ok());
            hash.update(length.unwrap_or_default().to_be_bytes());
            hash.update(text.unwrap_or_default());
        }
        for runs in &self.hours {
            hash.update(runs.to_be_bytes());
        }
        format!("W/\"{}\"", token::encode(&hash.finalize()))
    }
}

/// The picture. It takes a processor for a while, and much longer when the first text comes with characters that the server's faces lack:
/// then the fonts of the machine are read, and each of these characters is looked for in all of them once.
pub(super) fn draw(look: &Look) -> Vec<u8> {
    // Words are anybody's, and what sets them is large: when it fails on some, there is the picture without.
    let worded = catch_unwind(AssertUnwindSafe(|| worded(&FACES, look)));
    let pixels = worded.ok().flatten().unwrap_or_else(|| plain(look));
    png(&pixels, (WIDTH, HEIGHT), &palette())
}

fn plain(look: &Look) -> Vec<u8> {
    let mut pixels = vec![0_u8; WIDTH.saturating_mul(HEIGHT)];
    mark(&mut pixels, ALONE);
    bars(&mut pixels, &look.hours, GROUND, HIGHEST);
    pixels
}

/// `None` when the title cannot be drawn. An author that cannot be is left out.
fn worded(faces: &Faces, look: &Look) -> Option<Vec<u8>> {
    let mut pixels = vec![0_u8; WIDTH.saturating_mul(HEIGHT)];
    let title = Lines::title(faces, &faces.legible(&look.title)?, WITHIN)?;
    mark(&mut pixels, ABOVE);
    let (top, scale) = ABOVE;
    let small = |text: &Legible, width| Lines::small(faces, text, width);
    let room = WITHIN.saturating_sub(SITE).saturating_add(LEFT);
    let site = faces.legible(&look.site);
    if let Some(site) = site.and_then(|site| small(&site, room)) {
        let middle = 12_usize.saturating_mul(scale).saturating_add(top);
        let top = middle.saturating_sub(site.height / 2);
        write(&mut pixels, site, (SITE, top), SOFT);
    }
    let mut below = TITLE.saturating_add(title.height);
    write(&mut pixels, title, (LEFT, TITLE), SHADES);
    let author = look.author.as_ref().map(|author| format!("by {author}"));
    let author = author.and_then(|author| faces.legible(&author));
    if let Some(author) = author.and_then(|author| small(&author, WITHIN)) {
        let top = below.saturating_add(GAP);
        below = top.saturating_add(author.height);
        write(&mut pixels, author, (LEFT, top), SOFT);
    }
    let room = LOWER.saturating_sub(below).saturating_sub(SPACE);
    bars(&mut pixels, &look.hours, LOWER, room.clamp(LOWEST, HIGHEST));
    Some(pixels)
}

/// Draws words in ink of a strength.
fn write(pixels: &mut [u8], mut lines: Lines, (left, top): (usize, usize), strength: u8) {
    // What hangs below a line is still seen, and what is piled up on one by many marks ends.
    let place = Place {
        left,
        top: top.saturating_sub(GAP),
        width: WIDTH.saturating_sub(LEFT).saturating_sub(left),
        height: lines.height.saturating_add(GAP.saturating_mul(2)),
    };
    lines.draw(place, top, |x, y, covered| {
        let shade = u16::from(covered).saturating_mul(u16::from(strength)) / 255;
        let shade = u8::try_from(shade).unwrap_or(0);
        let at = y.saturating_mul(WIDTH).saturating_add(x);
        if let Some(pixel) = pixels.get_mut(at)
            && shade > 0
        {
            *pixel = (*pixel).max(SHADES.saturating_add(shade));
        }
    });
}

/// How far a point is from a line.
fn distance((x, y): (f64, f64), ((ax, ay), (bx, by)): Line) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
    let along = along.clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

/// The mark, beginning in a row, with so many pixels for one of its 24 parts.
fn mark(pixels: &mut [u8], (top, scale): (usize, usize)) {
    let side = scale.saturating_mul(24);
    let scale = scale as f64;
    for (lines, first) in [(&MIRROR[..], 1), (&LETTER[..], SHADES.saturating_add(1))] {
        for (y, row) in pixels.chunks_mut(WIDTH).skip(top).take(side).enumerate() {
            for (x, pixel) in row.iter_mut().skip(LEFT).take(side).enumerate() {
                let place = ((x as f64 + 0.5) / scale, (y as f64 + 0.5) / scale);
                let near = lines
                    .iter()
                    .map(|line| distance(place, *line))
                    .fold(f64::MAX, f64::min);
                // One part to each side of the line, and a soft edge of a pixel.
                let shade = ((1.0 - near) * scale + 0.5).clamp(0.0, 1.0) * f64::from(SHADES - 1);
                if shade >= 1.0 {
                    *pixel = first.saturating_add(shade as u8);
                }
            }
        }
    }
}

fn bars(pixels: &mut [u8], hours: &[u64], ground: usize, highest: usize) {
    let most = hours.iter().copied().max().unwrap_or(0).max(1);
    for (at, runs) in hours.iter().take(24).enumerate() {
        let high = *runs as f64 / most as f64 * highest as f64;
        // An hour without runs leaves a thin line, so that the day is seen.
        let high = (high as usize).max(3);
        let left = at.saturating_mul(43).saturating_add(LEFT);
        let top = ground.saturating_sub(high);
        for row in pixels.chunks_mut(WIDTH).skip(top).take(high) {
            for pixel in row.iter_mut().skip(left).take(31) {
                *pixel = SHADES;
            }
        }
    }
}

/// The colours: paper, petrol in its shades, ink in its shades.
fn palette() -> Vec<u8> {
    let mut colours = PAPER.to_vec();
    for ink in [PETROL, INK] {
        for shade in 1..=SHADES {
            let part = f64::from(shade) / f64::from(SHADES);
            for (paper, ink) in PAPER.iter().zip(ink) {
                let mixed = f64::from(*paper) * (1.0 - part) + f64::from(ink) * part;
                colours.push(mixed.round() as u8);
            }
        }
    }
    colours
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Reads the rows back.
    fn rows(png: &[u8]) -> Vec<u8> {
        let at = png.windows(4).position(|it| it == b"IDAT").unwrap();
        let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap());
        let data = &png[at + 4..at + 4 + usize::try_from(length).unwrap()];
        let mut decoder = flate2::write::ZlibDecoder::new(Vec::new());
        decoder.write_all(data).unwrap();
        decoder.finish().unwrap()
    }

    fn look(title: &str, author: &str) -> Look {
        let mut hours = vec![0; 24];
        hours[23] = 9;
        Look {
            title: title.to_owned(),
            author: Some(author.to_owned()),
            site: "prompts.example.org".to_owned(),
            hours,
        }
    }

    fn pixel(pixels: &[u8], x: usize, y: usize) -> u8 {
        pixels[y * WIDTH + x]
    }

    #[test]
    fn the_picture_has_its_size_the_mark_and_a_bar_an_hour() {
        let look = look("", "");
        let drawn = draw(&look);
        assert!(
            drawn.starts_with(b"\x89PNG\r\n\x1a\n") && drawn.ends_with(b"IEND\xae\x42\x60\x82")
        );
        let rows = rows(&drawn);
        assert_eq!(rows.len(), HEIGHT * (WIDTH + 1));
        let pixels: Vec<u8> = rows
            .chunks(WIDTH + 1)
            .flat_map(|row| &row[1..])
            .copied()
            .collect();
        assert_eq!(pixels, plain(&look), "nothing to read, no words");
        let pixel = |x, y| pixel(&pixels, x, y);
        let (top, scale) = ALONE;
        assert_eq!(pixel(5, 5), 0, "paper");
        assert_eq!(
            pixel(LEFT + 12 * scale, top + 10 * scale),
            2 * SHADES,
            "the stem of the letter"
        );
        let high = GROUND - HIGHEST + 2;
        assert_eq!(
            (pixel(LEFT + 5, high), pixel(LEFT + 23 * 43 + 5, high)),
            (0, SHADES)
        );
        assert_eq!(pixel(LEFT + 5, GROUND - 2), SHADES);
        assert_eq!(palette().len(), 3 * (1 + 2 * usize::from(SHADES)));
    }

    /// The rows and columns that words are drawn in, right of the mark or below it.
    fn inked(pixels: &[u8]) -> (usize, usize, usize, usize) {
        let mut found = (WIDTH, HEIGHT, 0, 0);
        for (at, _) in pixels.iter().enumerate().filter(|(_, it)| **it > SHADES) {
            let (x, y) = (at % WIDTH, at / WIDTH);
            if y > TITLE - GAP || x > SITE {
                found = (
                    found.0.min(x),
                    found.1.min(y),
                    found.2.max(x),
                    found.3.max(y),
                );
            }
        }
        found
    }

    #[test]
    fn titles_are_read_and_stay_within_their_box() {
        let bare = Faces::new(false);
        let long =
            "Review a pull request for correctness, safety and taste, and say what to change. "
                .repeat(9);
        let word = "Donaudampfschifffahrtsgesellschaft".repeat(20);
        let piled = format!("Zal{}go", "\u{301}".repeat(200));
        let titles = [
            "Lawyer",
            "Größenwahn überprüfen",
            "Ελληνική περίληψη",
            "Краткое содержание",
            "W",
            "iiiii",
            &long,
            &word,
            &piled,
        ];
        let mut seen = Vec::new();
        for title in titles {
            let pixels = worded(&bare, &look(title, "Ann")).unwrap();
            let (left, top, right, bottom) = inked(&pixels);
            assert!(
                left >= LEFT - 4 && right < WIDTH - LEFT,
                "{title}: {left} to {right}"
            );
            assert!(
                top > ABOVE.0 && bottom < LOWER,
                "{title}: {top} to {bottom}"
            );
            assert!(!seen.contains(&pixels), "{title}");
            seen.push(pixels);
        }
    }

    #[test]
    fn author_and_site_are_shown_and_an_author_who_cannot_be_is_left_out() {
        let bare = Faces::new(false);
        let ann = worded(&bare, &look("Lawyer", "Ann")).unwrap();
        let ben = worded(&bare, &look("Lawyer", "Ben")).unwrap();
        assert_ne!(ann, ben);
        let mut elsewhere = look("Lawyer", "Ann");
        elsewhere.site = "krowoc.example".to_owned();
        assert_ne!(worded(&bare, &elsewhere).unwrap(), ann);
        let mut nobody = look("Lawyer", "");
        nobody.author = None;
        let unreadable = worded(&bare, &look("Lawyer", "山田")).unwrap();
        assert_eq!(unreadable, worded(&bare, &nobody).unwrap());
    }

    #[test]
    fn a_title_that_cannot_be_read_is_not_drawn() {
        let bare = Faces::new(false);
        for title in ["要約", "🚀", "تلخيص", "Lawyer 法"] {
            assert_eq!(worded(&bare, &look(title, "Ann")), None, "{title}");
        }
    }

    #[test]
    fn a_picture_is_known_by_all_that_it_shows() {
        let shown = look("Lawyer", "Ann");
        assert_eq!(shown.tag(), look("Lawyer", "Ann").tag());
        let mut others = vec![shown.clone(); 4];
        others[0].title = "Lawyer A".to_owned();
        others[0].author = Some("nn".to_owned());
        others[1].author = None;
        others[2].site = "prompts.example.com".to_owned();
        others[3].hours[0] = 1;
        others.push(look("Lawyer", ""));
        let mut tags: Vec<String> = others.iter().map(Look::tag).collect();
        tags.push(shown.tag());
        assert!(tags.iter().all(|tag| tag.starts_with("W/\"")));
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), others.len() + 1);
    }

    /// Whatever this machine has.
    #[test]
    fn every_title_makes_a_picture() {
        for title in [
            "تلخيص العقود خطوة بخطوة",
            "שלום Krowoc 2 שלום",
            "契約書を条項ごとに読む",
            "नमस्ते दुनिया",
            "👩‍🚀\u{202e}\u{0}\u{fffd}",
            "a\u{2028}b\u{85}c",
        ] {
            for times in [1, 40] {
                let look = look(&title.repeat(times), title);
                // Not behind what catches a panic.
                let pixels = worded(&FACES, &look).unwrap_or_else(|| plain(&look));
                let shown = png(&pixels, (WIDTH, HEIGHT), &palette());
                assert_eq!(rows(&shown).len(), HEIGHT * (WIDTH + 1), "{title}");
                assert_eq!(draw(&look), shown, "{title}");
            }
        }
    }
}
