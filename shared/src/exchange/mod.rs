//! Libraries in and out: CSV, Markdown, and our own JSON, as neutral items. Not the saving of them, and never a deletion.
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
    match detect(name, bytes) {
        ImportFormat::Csv => csv::read(bytes),
        ImportFormat::Library => json::read(bytes),
        ImportFormat::MarkdownZip => zip::read(bytes),
        ImportFormat::Markdown => Ok(markdown::read([(name.to_owned(), bytes)])),
        ImportFormat::Unknown => Err(ImportError::UnknownFormat),
    }
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
