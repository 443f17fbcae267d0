//! Unpacks a zip of Markdown in memory, within bounds. Nothing is written to a disk, and no entry is trusted about its size.

use super::markdown;
use super::report::{ImportError, ImportReport, ProblemCode};
use crate::library::limits::BODY_BYTES;
use std::io::{Cursor, Read};

/// Most bytes that are unpacked in all.
pub const TOTAL_BYTES: u64 = 256 * 1024 * 1024;
/// Most entries of an archive.
pub const ENTRIES: usize = 100_000;
/// Largest entry that is read: a body and its front matter.
const ENTRY_BYTES: u64 = BODY_BYTES as u64 + 256 * 1024;

/// Reads the Markdown files of an archive.
///
/// # Errors
/// When it is no archive, or unpacks to more than [`TOTAL_BYTES`].
pub fn read(bytes: &[u8]) -> Result<ImportReport, ImportError> {
    read_within(bytes, TOTAL_BYTES)
}

fn read_within(bytes: &[u8], total: u64) -> Result<ImportReport, ImportError> {
    let damaged = |error: ::zip::result::ZipError| ImportError::Damaged(error.to_string());
    let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > ENTRIES {
        return Err(ImportError::TooLarge(format!(
            "the archive has more than {ENTRIES} entries"
        )));
    }
    let mut unpacked = Unpacked {
        total,
        left: total,
        files: Vec::new(),
        problems: ImportReport::default(),
    };
    for index in 0..archive.len() {
        match archive.by_index(index) {
            Ok(entry) => unpacked.take(entry)?,
            Err(error) => unpacked.unreadable(
                &format!("entry {}", index.saturating_add(1)),
                &error.to_string(),
            ),
        }
    }
    let files = unpacked
        .files
        .iter()
        .map(|(path, bytes)| (path.clone(), bytes.as_slice()));
    let mut report = markdown::read(files);
    report.problems.splice(0..0, unpacked.problems.problems);
    Ok(report)
}

struct Unpacked {
    total: u64,
    left: u64,
    files: Vec<(String, Vec<u8>)>,
    problems: ImportReport,
}

impl Unpacked {
    fn unreadable(&mut self, origin: &str, why: &str) {
        self.problems.problem(
            origin,
            ProblemCode::UnreadableEntry,
            format!("{why}; left out"),
        );
    }

    fn take<R: Read>(&mut self, entry: ::zip::read::ZipFile<'_, R>) -> Result<(), ImportError> {
        if entry.is_dir() {
            return Ok(());
        }
        let Some(path) = safe_path(entry.name_raw(), entry.name().ok().as_deref()) else {
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            self.unreadable(&name, "its path leads out of the archive");
            return Ok(());
        };
        if !is_wanted(&path) {
            self.files.push((path, Vec::new()));
            return Ok(());
        }
        match unpack(entry, self.left.min(ENTRY_BYTES)) {
            Ok(Some(bytes)) => {
                self.left = self.left.saturating_sub(bytes.len() as u64);
                self.files.push((path, bytes));
            }
            Ok(None) if self.left < ENTRY_BYTES => {
                let most = self.total / (1024 * 1024);
                return Err(ImportError::TooLarge(format!(
                    "the archive unpacks to more than {most} MiB"
                )));
            }
            Ok(None) => {
                self.left = self.left.saturating_sub(ENTRY_BYTES);
                self.problems.problem(
                    &path,
                    ProblemCode::TooLarge,
                    "the file is larger than a document may be; left out",
                );
            }
            Err(error) => {
                // Some of it was unpacked: a thousand damaged entries are a bomb too.
                self.left = self.left.saturating_sub(ENTRY_BYTES);
                self.unreadable(&path, &error.to_string());
            }
        }
        Ok(())
    }
}

/// The whole entry, or `None` when it is larger than `most`, whatever its header says.
fn unpack(entry: impl Read, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    entry.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

fn is_wanted(path: &str) -> bool {
    let lower = path.to_lowercase();
    [".md", ".markdown", ".txt"]
        .iter()
        .any(|ending| lower.ends_with(ending))
}

/// The path with `/`; `None` when it leads out of the archive. Most writers store UTF-8 without saying so; the declared reading is
/// for those that do not.
fn safe_path(raw: &[u8], declared: Option<&str>) -> Option<String> {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => declared.map_or_else(|| String::from_utf8_lossy(raw).into_owned(), str::to_owned),
    };
    let path = name.replace('\\', "/");
    let drive = path.chars().nth(1) == Some(':');
    let inside = !path.starts_with('/')
        && !drive
        && !path.contains('\0')
        && path.split('/').all(|part| part != "..");
    inside.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::zip::write::SimpleFileOptions;
    use std::io::Write;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in files {
            writer
                .start_file(*path, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn an_archive_is_read_like_a_folder() {
        let report = read(&archive(&[
            ("p/sum_up/system.md", b"Sum up"),
            ("p/logo.png", b"\x89PNG"),
            ("é/x.md", b"x"),
        ]))
        .unwrap();
        assert_eq!(report.items[0].title, "Sum up");
        assert_eq!(report.problems[0].code, ProblemCode::Ignored);
    }

    #[test]
    fn paths_out_of_the_archive_are_left_out() {
        let outside = [
            "../a.md",
            "/etc/a.md",
            "x/../../a.md",
            "C:\\a.md",
            "..\\a.md",
        ];
        let files: Vec<(&str, &[u8])> = outside
            .iter()
            .map(|path| (*path, b"x".as_slice()))
            .chain([("fine.md", b"x".as_slice())])
            .collect();
        let report = read(&archive(&files)).unwrap();
        assert_eq!(report.items.len(), 1);
        assert!(
            report
                .problems
                .iter()
                .filter(|p| p.code == ProblemCode::UnreadableEntry)
                .count()
                >= 4
        );
    }

    #[test]
    fn a_bomb_is_refused_before_it_unpacks() {
        let big = vec![b'a'; 1_000_000];
        let bomb = archive(&[("a.md", &big), ("b.md", &big), ("c.md", &big)]);
        assert!(bomb.len() < 10_000);
        assert!(matches!(
            read_within(&bomb, 2_500_000),
            Err(ImportError::TooLarge(_))
        ));
    }

    #[test]
    fn a_file_larger_than_a_document_is_left_out_alone() {
        let big = vec![b'a'; 2_000_000];
        let report = read(&archive(&[("a.md", &big), ("b.md", b"fine")])).unwrap();
        assert_eq!(report.items.len(), 1);
        assert_eq!(report.problems[0].code, ProblemCode::TooLarge);
    }

    #[test]
    fn names_in_an_old_code_page_are_read() {
        assert_eq!(
            safe_path(b"caf\x82.md", Some("caf\u{e9}.md")).as_deref(),
            Some("café.md")
        );
        assert_eq!(
            safe_path(b"caf\x82.md", None).as_deref(),
            Some("caf\u{FFFD}.md")
        );
    }

    #[test]
    fn a_damaged_archive_is_told_from_a_damaged_entry() {
        let mut bytes = archive(&[("a.md", b"some text here"), ("b.md", b"fine")]);
        assert!(matches!(
            read(bytes.get(..40).unwrap()),
            Err(ImportError::Damaged(_))
        ));
        let at = bytes.windows(4).position(|w| w == b"a.md").unwrap() + 4;
        bytes[at] ^= 0xFF;
        let report = read(&bytes).unwrap();
        assert_eq!(report.items.len(), 1, "{report:?}");
        assert_eq!(report.problems[0].code, ProblemCode::UnreadableEntry);
    }
}
