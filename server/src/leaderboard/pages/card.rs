//! The picture that goes with a link to a prompt: the mark, and the runs of its last day. A PNG, drawn here. The words stand beside it,
//! where the link is shown.

use std::io::Write;

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
/// Pixels of one of its 24 parts.
const SCALE: f64 = 10.0;
/// Where the mark stands.
const LEFT: usize = 80;
const TOP: usize = 70;
/// Where the bars stand, and how high they are.
const GROUND: usize = 560;
const HIGHEST: usize = 180;

/// The picture, with runs by the hour.
pub(super) fn draw(hours: &[u64]) -> Vec<u8> {
    let mut pixels = vec![0_u8; WIDTH.saturating_mul(HEIGHT)];
    mark(&mut pixels, &MIRROR, 1);
    mark(&mut pixels, &LETTER, SHADES.saturating_add(1));
    bars(&mut pixels, hours);
    png(&pixels)
}

/// How far a point is from a line.
fn distance((x, y): (f64, f64), ((ax, ay), (bx, by)): Line) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
    let along = along.clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

fn mark(pixels: &mut [u8], lines: &[Line], first: u8) {
    let side = 24 * 10;
    for (y, row) in pixels.chunks_mut(WIDTH).skip(TOP).take(side).enumerate() {
        for (x, pixel) in row.iter_mut().skip(LEFT).take(side).enumerate() {
            let place = ((x as f64 + 0.5) / SCALE, (y as f64 + 0.5) / SCALE);
            let near = lines
                .iter()
                .map(|line| distance(place, *line))
                .fold(f64::MAX, f64::min);
            // One part to each side of the line, and a soft edge of a pixel.
            let shade = ((1.0 - near) * SCALE + 0.5).clamp(0.0, 1.0) * f64::from(SHADES - 1);
            if shade >= 1.0 {
                *pixel = first.saturating_add(shade as u8);
            }
        }
    }
}

fn bars(pixels: &mut [u8], hours: &[u64]) {
    let most = hours.iter().copied().max().unwrap_or(0).max(1);
    for (at, runs) in hours.iter().take(24).enumerate() {
        let high = *runs as f64 / most as f64 * HIGHEST as f64;
        // An hour without runs leaves a thin line, so that the day is seen.
        let high = (high as usize).max(3);
        let left = at.saturating_mul(43).saturating_add(LEFT);
        let top = GROUND.saturating_sub(high);
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

/// W3C, *Portable Network Graphics*: signature, header, palette, rows, end.
fn png(pixels: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let size = |side: usize| u32::try_from(side).unwrap_or(0).to_be_bytes();
    let mut header = [size(WIDTH), size(HEIGHT)].concat();
    // Eight bits, by palette; the usual compression, filters, no interlacing.
    header.extend([8, 3, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"PLTE", &palette());
    chunk(&mut out, b"IDAT", &packed(pixels).unwrap_or_default());
    chunk(&mut out, b"IEND", &[]);
    out
}

fn packed(pixels: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    for row in pixels.chunks(WIDTH) {
        encoder.write_all(&[0])?;
        encoder.write_all(row)?;
    }
    encoder.finish()
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(0);
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    out.extend(length.to_be_bytes());
    out.extend(kind);
    out.extend(data);
    out.extend(sum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the rows back.
    fn rows(png: &[u8]) -> Vec<u8> {
        let at = png.windows(4).position(|it| it == b"IDAT").unwrap();
        let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap());
        let data = &png[at + 4..at + 4 + usize::try_from(length).unwrap()];
        let mut decoder = flate2::write::ZlibDecoder::new(Vec::new());
        decoder.write_all(data).unwrap();
        decoder.finish().unwrap()
    }

    #[test]
    fn the_picture_has_its_size_the_mark_and_a_bar_an_hour() {
        let mut hours = vec![0; 24];
        hours[23] = 9;
        let drawn = draw(&hours);
        assert!(
            drawn.starts_with(b"\x89PNG\r\n\x1a\n") && drawn.ends_with(b"IEND\xae\x42\x60\x82")
        );
        let rows = rows(&drawn);
        assert_eq!(rows.len(), HEIGHT * (WIDTH + 1));
        let pixel = |x: usize, y: usize| rows[y * (WIDTH + 1) + 1 + x];
        assert_eq!(pixel(5, 5), 0, "paper");
        assert_eq!(
            pixel(LEFT + 120, TOP + 100),
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
}
