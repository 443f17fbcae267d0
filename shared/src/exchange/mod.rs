//! Libraries in and out: CSV, Markdown, and our own JSON, as neutral items, and what they become. Not the saving, and never a deletion.
//!
//! A reader takes what it can and lists what it could not as a problem with its origin; it fails whole only when nothing of the
//! file can be read.

pub mod csv;
pub mod detect;
pub mod front_matter;
pub mod item;
pub mod json;
pub mod markdown;
pub mod names;
pub mod plan;
pub mod report;
pub mod time;
pub mod write_markdown;
pub mod zip;

pub use detect::{ImportFormat, detect};
pub use item::{ExportItem, ImportItem, ImportKind};
pub use report::{ImportError, ImportProblem, ImportReport, ProblemCode};
pub use write_markdown::MarkdownWriter;

/// Reads a file by what is in it, then by its name.
///
/// # Errors
/// When nothing of the file can be read; the message says what to do.
pub fn import(name: &str, bytes: &[u8]) -> Result<ImportReport, ImportError> {
    if let Some(text) = utf16(bytes) {
        return import(name, text.as_bytes());
    }
    match detect(name, bytes) {
        ImportFormat::Csv => csv::read(bytes),
        ImportFormat::Library => json::read(bytes),
        ImportFormat::MarkdownZip => zip::read(bytes),
        ImportFormat::Markdown => Ok(markdown::read([(name.to_owned(), bytes)])),
        ImportFormat::Unknown => Err(ImportError::UnknownFormat),
    }
}

/// Text in UTF-16 with its mark, which is how spreadsheets save "Unicode text".
fn utf16(bytes: &[u8]) -> Option<String> {
    let (unit, rest): (fn([u8; 2]) -> u16, _) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => (u16::from_be_bytes, rest),
        _ => return None,
    };
    let units = rest.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let text = char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect::<String>();
    // A second mark is an ordinary character; without it the text cannot be taken for UTF-16 again.
    Some(text.trim_start_matches('\u{FEFF}').to_owned())
}

/// Reads the files of a folder by their paths: Markdown only.
#[must_use]
pub fn import_folder(files: &[(String, Vec<u8>)]) -> ImportReport {
    markdown::read(
        files
            .iter()
            .map(|(path, bytes)| (path.clone(), bytes.as_slice())),
    )
}

#[cfg(test)]
mod tests;
