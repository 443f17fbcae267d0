//! What a picture of an account may be: one of four kinds, known by its first bytes, and no larger than a screen. Nothing is decoded: it is
//! given back as it came.

/// Most pixels of a side: a small file may be of so many that showing it takes the reader's memory.
const SIDE: u32 = 4_096;

/// Why a file is no picture here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPicture {
    /// It is of no kind that is taken, or broken at its beginning.
    Kind,
    /// It has too many pixels, or none.
    Size,
}

impl NoPicture {
    /// What is to be done.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Kind => "Give a PNG, JPEG, WebP or GIF.",
            Self::Size => "Give a picture of at most 4,096 pixels a side.",
        }
    }
}

/// The media type of a picture.
///
/// # Errors
/// When it is none, or too large.
pub fn kind(bytes: &[u8]) -> Result<&'static str, NoPicture> {
    let (kind, size) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ("image/png", png(bytes))
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        ("image/jpeg", jpeg(bytes))
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        ("image/gif", gif(bytes))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        ("image/webp", webp(bytes))
    } else {
        return Err(NoPicture::Kind);
    };
    let (width, height) = size.ok_or(NoPicture::Kind)?;
    let fits = |side| (1..=SIDE).contains(&side);
    (fits(width) && fits(height))
        .then_some(kind)
        .ok_or(NoPicture::Size)
}

/// So many bytes from a place on, as one number, the highest first.
fn big(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let some = bytes.get(at..at.checked_add(count)?)?;
    Some(some.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// As [`big`], the lowest first.
fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let some = bytes.get(at..at.checked_add(count)?)?;
    let number = |sum, byte: &u8| sum << 8 | u32::from(*byte);
    Some(some.iter().rev().fold(0, number))
}

/// The header chunk comes first (PNG, section 5.6).
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((big(bytes, 16, 4)?, big(bytes, 20, 4)?))
}

/// The screen, or what its first frame takes where that is more: browsers make room for both (GIF89a, sections 18 and 20).
fn gif(bytes: &[u8]) -> Option<(u32, u32)> {
    let table = |at: usize| {
        let flags = *bytes.get(at)?;
        Some(if flags & 0x80 == 0 {
            0
        } else {
            6_usize << (flags & 7)
        })
    };
    let mut at = 13_usize.checked_add(table(10)?)?;
    // Extensions before it are passed over: a label, and blocks until an empty one.
    while *bytes.get(at)? == 0x21 {
        at = at.checked_add(2)?;
        loop {
            let length = usize::from(*bytes.get(at)?);
            at = at.checked_add(1)?.checked_add(length)?;
            if length == 0 {
                break;
            }
        }
    }
    (*bytes.get(at)? == 0x2c).then_some(())?;
    let number = |from: usize| little(bytes, at.checked_add(from)?, 2);
    let wide = number(1)?.checked_add(number(5)?)?;
    let high = number(3)?.checked_add(number(7)?)?;
    let (screen_wide, screen_high) = (little(bytes, 6, 2)?, little(bytes, 8, 2)?);
    Some((screen_wide.max(wide), screen_high.max(high)))
}

/// The frame's segment says it; those before are passed over (T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    loop {
        (*bytes.get(at)? == 0xff).then_some(())?;
        let marker = *bytes.get(at.checked_add(1)?)?;
        match marker {
            // A marker may be filled up with ones before it.
            0xff => at = at.checked_add(1)?,
            // Frames: all of this row but tables of codes and conditions, and what is reserved.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let height = big(bytes, at.checked_add(5)?, 2)?;
                return Some((big(bytes, at.checked_add(7)?, 2)?, height));
            }
            // Without a frame there is no picture in what comes.
            0xd8..=0xda => return None,
            _ => {
                let length = usize::try_from(big(bytes, at.checked_add(2)?, 2)?).ok()?;
                at = at.checked_add(2)?.checked_add(length.max(2))?;
            }
        }
    }
}

/// One of three forms (RFC 9649, section 2.5 to 2.7).
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let one_more = |number: u32| number.checked_add(1);
    match bytes.get(12..16)? {
        b"VP8 " => {
            (bytes.get(23..26)? == b"\x9d\x01\x2a").then_some(())?;
            Some((
                little(bytes, 26, 2)? & 0x3fff,
                little(bytes, 28, 2)? & 0x3fff,
            ))
        }
        b"VP8L" => {
            (*bytes.get(20)? == 0x2f).then_some(())?;
            let packed = little(bytes, 21, 4)?;
            Some((one_more(packed & 0x3fff)?, one_more(packed >> 14 & 0x3fff)?))
        }
        b"VP8X" => Some((
            one_more(little(bytes, 24, 3)?)?,
            one_more(little(bytes, 27, 3)?)?,
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    #[test]
    fn the_first_bytes_say_what_it_is_and_how_large() {
        let png = joined(&[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &[0, 0, 1, 0, 0, 0, 0, 64]]);
        assert_eq!(kind(&png), Ok("image/png"));
        let screen = b"GIF89a\x10\x00\x20\x00";
        let (frame, pause) = (b",\0\0\0\0\x10\0\x20\0\0", b"!\xf9\x04\0\0\0\0\0");
        let plain = joined(&[screen, &[0, 0, 0], frame]);
        let coloured = joined(&[screen, &[0x81, 0, 0], &[0; 12], pause, pause, frame]);
        for gif in [plain, coloured] {
            assert_eq!(kind(&gif), Ok("image/gif"), "{gif:?}");
        }
        let jpeg = joined(&[
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08",
            &[0, 16, 0, 32, 3],
        ]);
        assert_eq!(kind(&jpeg), Ok("image/jpeg"));
        let lossy = joined(&[
            b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a",
            &[16, 0, 32, 0],
        ]);
        let lossless = joined(&[b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f", &[15, 0, 4, 0]]);
        let extended = joined(&[
            b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0",
            &[15, 0, 0, 31, 0, 0],
        ]);
        for webp in [lossy, lossless, extended] {
            assert_eq!(kind(&webp), Ok("image/webp"), "{webp:?}");
        }
    }

    #[test]
    fn what_could_run_or_is_cut_short_is_none() {
        for text in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            b"<!doctype html>",
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xd9",
            b"\xff\xd8\xff\xe0\xff\xff",
            b"RIFF\0\0\0\0WEBPVP8 ",
            b"GIF89a",
            b"GIF89a\x10\x00\x20\x00\0\0\0;",
            b"BM",
        ] {
            assert_eq!(kind(text), Err(NoPicture::Kind), "{text:?}");
        }
    }

    #[test]
    fn one_that_unfolds_to_millions_of_pixels_is_refused() {
        let png = |side: [u8; 4]| joined(&[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &side, &[0, 0, 0, 1]]);
        assert_eq!(kind(&png([0, 0, 0x10, 0])), Ok("image/png"));
        assert_eq!(kind(&png([0, 0, 0x10, 1])), Err(NoPicture::Size));
        assert_eq!(kind(&png([0xff; 4])), Err(NoPicture::Size));
        assert_eq!(kind(&png([0; 4])), Err(NoPicture::Size));
        // The screen is small, and what is drawn on it is not.
        let gif = joined(&[
            b"GIF89a\x10\0\x10\0\0\0\0,",
            &[0, 0, 0, 0, 1, 0x10, 1, 0, 0],
        ]);
        assert_eq!(kind(&gif), Err(NoPicture::Size));
    }

    #[test]
    fn no_beginning_of_a_picture_breaks_it() {
        let heads: [&[u8]; 5] = [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0",
            b"GIF89a",
            b"RIFF\0\0\0\0WEBPVP8X",
            b"RIFF\0\0\0\0WEBPVP8L",
        ];
        for head in heads {
            for filler in [0, 1, 0xff] {
                let whole = joined(&[head, &[filler; 40]]);
                for end in 0..whole.len() {
                    let _ = kind(&whole[..end]);
                }
            }
        }
    }
}
