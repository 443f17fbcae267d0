//! The way into a folder: a file a letter, as it would have been sent. They hold links that let somebody in: for the owner's eyes only.

use super::{MailError, Outgoing};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes a letter; a reader never sees half of it.
pub(super) async fn write(
    folder: &Path,
    letter: &Outgoing,
    bytes: Vec<u8>,
) -> Result<(), MailError> {
    let (folder, id) = (folder.to_path_buf(), letter.id);
    let written = tokio::task::spawn_blocking(move || put(&folder, &id.to_string(), &bytes)).await;
    match written {
        Ok(Ok(path)) => {
            tracing::info!(path = %path.display(), "a mail was written");
            Ok(())
        }
        Ok(Err(error)) => Err(MailError::passing(format!("the folder of mails: {error}"))),
        Err(_) => Err(MailError::passing(
            "the folder of mails: writing was interrupted",
        )),
    }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let draft = folder.join(format!("{name}.part"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(&draft)?.write_all(bytes)?;
    let path = folder.join(format!("{name}.eml"));
    std::fs::rename(&draft, &path)?;
    Ok(path)
}
