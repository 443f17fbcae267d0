//! The file that pixels become. Not what is drawn.

use std::io::Write;

/// A picture of one byte a pixel, which is a place of its palette: W3C, *Portable Network Graphics*: signature, header, palette, rows, end.
pub(super) fn png(pixels: &[u8], (width, height): (usize, usize), palette: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let size = |side: usize| u32::try_from(side).unwrap_or(0).to_be_bytes();
    let mut header = [size(width), size(height)].concat();
    // Eight bits, by palette; the usual compression, filters, no interlacing.
    header.extend([8, 3, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"PLTE", palette);
    chunk(
        &mut out,
        b"IDAT",
        &packed(pixels, width).unwrap_or_default(),
    );
    chunk(&mut out, b"IEND", &[]);
    out
}

fn packed(pixels: &[u8], width: usize) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    for row in pixels.chunks(width.max(1)) {
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
