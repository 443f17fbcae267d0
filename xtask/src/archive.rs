//! A folder as a zip that is the same bytes every time: sorted entries, one fixed time, fixed rights. Not a general packer.

use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::files;

/// The zip of everything under a folder, with paths from that folder.
///
/// # Errors
/// When a file cannot be read.
pub fn zip(dir: &Path) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut entries: Vec<(String, _)> = files::under(dir)
        .into_iter()
        .map(|file| {
            (
                file.strip_prefix(dir)
                    .unwrap_or(&file)
                    .to_string_lossy()
                    .replace('\\', "/"),
                file,
            )
        })
        .collect();
    entries.sort();
    for (name, file) in entries {
        writer
            .start_file(name.as_str(), options)
            .with_context(|| format!("{name} cannot be packed"))?;
        writer.write_all(&files::read(&file)?)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_written_in_another_order_at_another_time_give_the_same_zip() {
        let base = std::env::temp_dir().join(format!("krowoc-zip-{}", std::process::id()));
        let names = ["b.txt", "a/c.txt", "a.txt"];
        for name in names {
            files::write(&base.join("one").join(name), name).unwrap();
        }
        for name in names.iter().rev() {
            files::write(&base.join("two").join(name), name).unwrap();
        }
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(86_400);
        std::fs::File::options()
            .write(true)
            .open(base.join("two/a.txt"))
            .unwrap()
            .set_modified(later)
            .unwrap();
        let one = zip(&base.join("one")).unwrap();
        let two = zip(&base.join("two")).unwrap();
        files::write(&base.join("two/a.txt"), "changed").unwrap();
        let changed = zip(&base.join("two")).unwrap();
        files::remove_dir(&base).unwrap();
        assert_eq!(one, two);
        assert_ne!(one, changed);
        let archive = zip::ZipArchive::new(Cursor::new(one)).unwrap();
        assert_eq!(
            archive.file_names().map(Result::unwrap).collect::<Vec<_>>(),
            ["a.txt", "a/c.txt", "b.txt"]
        );
    }
}
