//! Small helpers over the file system whose errors name the file. Not a build system.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Reads a text file.
///
/// # Errors
/// When it is missing or not UTF-8; the message names it.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Reads a file.
///
/// # Errors
/// When it is missing; the message names it.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Writes a file and the folders above it.
///
/// # Errors
/// When the disk refuses; the message names the file.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)
            .with_context(|| format!("{} cannot be made", parent.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// Every file under a folder, sorted by path; none when the folder is missing.
pub fn under(dir: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(dir)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files.sort();
    files
}

/// The files directly in a folder with one of these extensions, sorted; none when the folder is missing.
pub fn directly_in(dir: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && has_extension(path, extensions))
        .collect();
    files.sort();
    files
}

/// Whether the file's name ends with one of these extensions.
pub fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension()
        .and_then(|found| found.to_str())
        .is_some_and(|found| extensions.contains(&found))
}

/// The last part of a path as text.
pub fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Copies a whole folder.
///
/// # Errors
/// When the disk refuses; the message names the file.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for file in under(from) {
        let inside = file.strip_prefix(from).unwrap_or(&file);
        write(&to.join(inside), read(&file)?)?;
    }
    Ok(())
}

/// Puts a finished folder in the place of another.
///
/// # Errors
/// When the disk refuses; the message names the folder.
pub fn replace_dir(new: &Path, place: &Path) -> Result<()> {
    remove_dir(place)?;
    fs::rename(new, place).with_context(|| format!("{} cannot be put in place", place.display()))
}

/// Removes a folder with all in it; one that is missing is fine.
///
/// # Errors
/// When the disk refuses; the message names the folder.
pub fn remove_dir(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", dir.display()))
        }
        _ => Ok(()),
    }
}

/// SHA-256 over all parts, in hexadecimal.
pub fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Gives the bytes that were made for the same inputs before, or makes and keeps them.
///
/// # Errors
/// What making them gives.
pub fn cached(dir: &Path, key: &str, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    let kept = dir.join(key);
    if let Ok(bytes) = fs::read(&kept) {
        return Ok(bytes);
    }
    let bytes = make()?;
    // Written apart and renamed: a driver that was killed half way leaves no broken entry, and nobody writes where another does.
    let (process, thread) = (std::process::id(), std::thread::current().id());
    let partial = dir.join(format!("{key}.{process}.{thread:?}"));
    write(&partial, &bytes)?;
    fs::rename(&partial, &kept).with_context(|| format!("{} cannot be kept", kept.display()))?;
    Ok(bytes)
}

/// SHA-256 of the bytes as `sha256sum` prints it.
pub fn plain_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_parts_apart_that_read_the_same_together() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_eq!(
            plain_digest(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn what_was_made_once_is_kept_and_a_failure_is_not() {
        let dir = std::env::temp_dir().join(format!("krowoc-cache-{}", std::process::id()));
        assert!(cached(&dir, "key", || anyhow::bail!("no")).is_err());
        assert_eq!(
            cached(&dir, "key", || Ok(b"made".to_vec())).unwrap(),
            b"made"
        );
        assert_eq!(
            cached(&dir, "key", || anyhow::bail!("made twice")).unwrap(),
            b"made"
        );
        remove_dir(&dir).unwrap();
        remove_dir(&dir).unwrap();
    }
}
