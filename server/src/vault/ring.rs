//! The key-encryption keys of this server: from a setting, or from a file that is read again when it may have changed. Not what is sealed.

use super::VaultError;
use super::seal::Kek;
use super::secret::Secret;
use crate::platform::{Random, random};
use crate::store::DatabaseUrl;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The keys: the first seals, all open.
#[derive(Debug)]
pub struct Ring {
    file: Option<PathBuf>,
    keys: Mutex<Arc<Vec<Kek>>>,
}

/// Reads keys: base64 of 32 bytes each, parted by white space or commas; a line that begins with `#` is a comment.
fn parse(text: &str) -> Result<Vec<Kek>, &'static str> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let words = lines.flat_map(|line| line.split([' ', '\t', '\r', ',']));
    let keys: Option<Vec<Kek>> = words
        .filter(|word| !word.is_empty())
        .map(Kek::parse)
        .collect();
    match keys {
        None => Err("expected keys of 32 bytes in base64, such as `openssl rand -base64 32` makes"),
        Some(keys) if keys.is_empty() => {
            Err("it holds no key; `openssl rand -base64 32` makes one")
        }
        Some(keys) => Ok(keys),
    }
}

fn of_file(path: &Path) -> Result<Vec<Kek>, VaultError> {
    let wrong = |why: String| VaultError::File(path.to_owned(), why);
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    parse(&zeroize::Zeroizing::new(text)).map_err(|why| wrong(why.to_owned()))
}

/// Writes a file that only its owner may read, all or nothing. An existing one stays unless `replace`; then this gives false.
fn write(path: &Path, text: &str, replace: bool, source: &dyn Random) -> std::io::Result<bool> {
    let mut name = path.as_os_str().to_owned();
    let mark = u64::from_be_bytes(random(source));
    name.push(format!(".{mark:016x}"));
    let staged = PathBuf::from(name);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&staged)?;
    file.write_all(text.as_bytes())?;
    // A key that is lost with the power takes everything with it that was sealed.
    file.sync_all()?;
    if replace {
        std::fs::rename(&staged, path)?;
        sync_folder(path)?;
        return Ok(true);
    }
    let linked = std::fs::hard_link(&staged, path);
    std::fs::remove_file(&staged)?;
    match linked {
        Ok(()) => sync_folder(path).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Where the key of a SQLite database is, when no other place is named: beside it.
#[must_use]
pub fn beside(url: &DatabaseUrl) -> Option<PathBuf> {
    match url {
        DatabaseUrl::Sqlite(path) => Some(path.with_file_name("krowoc.key")),
        DatabaseUrl::Postgres(_) => None,
    }
}

impl Ring {
    /// The keys of a setting.
    ///
    /// # Errors
    /// [`VaultError::Setting`].
    pub fn of_text(text: &Secret) -> Result<Self, VaultError> {
        let keys = parse(text.expose()).map_err(|why| VaultError::Setting(why.to_owned()))?;
        Ok(Self {
            file: None,
            keys: Mutex::new(Arc::new(keys)),
        })
    }

    /// The keys of a file.
    ///
    /// # Errors
    /// [`VaultError::File`].
    pub fn of_file(path: &Path) -> Result<Self, VaultError> {
        let keys = of_file(path)?;
        Ok(Self {
            file: Some(path.to_owned()),
            keys: Mutex::new(Arc::new(keys)),
        })
    }

    /// The keys of a file that is made, with one new key, when it is not there.
    ///
    /// # Errors
    /// [`VaultError::File`].
    pub fn of_file_or_new(path: &Path, source: &dyn Random) -> Result<Self, VaultError> {
        let wrong = |error: std::io::Error| VaultError::File(path.to_owned(), error.to_string());
        if !path.try_exists().map_err(wrong)? {
            let text = zeroize::Zeroizing::new(format!(
                "# Krowoc: provider keys in the database are sealed with the first key here. Keep a copy apart from the database's.\n{}\n",
                *Kek::mint(source).text()
            ));
            if write(path, &text, false, source).map_err(wrong)? {
                tracing::warn!(
                    file = %path.display(),
                    "made a key that provider keys are sealed with: keep a copy of the file apart from the database's backup"
                );
            }
        }
        Self::of_file(path)
    }

    /// Where the keys are read from; `None` for a setting.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    fn keys(&self) -> Arc<Vec<Kek>> {
        Arc::clone(&self.keys.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the file again; gives the keys.
    fn again(&self) -> Result<Arc<Vec<Kek>>, VaultError> {
        if let Some(path) = &self.file {
            let keys = Arc::new(of_file(path)?);
            *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = keys;
        }
        Ok(self.keys())
    }

    /// The key that seals now. Blocking: it reads the file, for another process may have put a new key first.
    ///
    /// # Errors
    /// [`VaultError::File`].
    pub fn current(&self) -> Result<Kek, VaultError> {
        self.again()?.first().cloned().ok_or(VaultError::NoKey)
    }

    /// The key of an id, when it is known in memory.
    #[must_use]
    pub fn known(&self, id: &str) -> Option<Kek> {
        self.keys().iter().find(|key| key.id() == id).cloned()
    }

    /// The key of an id. Blocking: it reads the file.
    ///
    /// # Errors
    /// [`VaultError::UnknownKek`], or the file's.
    pub fn find(&self, id: &str) -> Result<Kek, VaultError> {
        let keys = self.again()?;
        let found = keys.iter().find(|key| key.id() == id).cloned();
        found.ok_or_else(|| VaultError::UnknownKek(id.to_owned()))
    }

    /// Puts a new key first in the file; gives its id.
    ///
    /// # Errors
    /// [`VaultError::Setting`] when the keys are a setting, or the file's.
    pub fn add_new(&self, source: &dyn Random) -> Result<String, VaultError> {
        let path = self.file.as_deref().ok_or_else(|| {
            let fix = "the keys are a setting, not a file: put a new one before the others yourself, parted by a comma";
            VaultError::Setting(fix.to_owned())
        })?;
        let wrong = |error: std::io::Error| VaultError::File(path.to_owned(), error.to_string());
        let key = Kek::mint(source);
        let old = zeroize::Zeroizing::new(std::fs::read_to_string(path).map_err(wrong)?);
        parse(&old).map_err(|why| VaultError::File(path.to_owned(), why.to_owned()))?;
        let text = zeroize::Zeroizing::new(format!("{}\n{}", *key.text(), *old));
        write(path, &text, true, source).map_err(wrong)?;
        self.again()?;
        Ok(key.id().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SystemRandom;
    use std::os::unix::fs::PermissionsExt;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("krowoc_ring_{}_{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_file_that_is_made_is_for_its_owner_alone_and_is_made_once() {
        let folder = folder("made");
        let path = folder.join("krowoc.key");
        let ring = Ring::of_file_or_new(&path, &SystemRandom).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = Ring::of_file_or_new(&path, &SystemRandom).unwrap();
        assert_eq!(again.current().unwrap().id(), ring.current().unwrap().id());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_new_key_goes_first_and_other_processes_find_it() {
        let folder = folder("new");
        let path = folder.join("krowoc.key");
        let admin = Ring::of_file_or_new(&path, &SystemRandom).unwrap();
        let server = Ring::of_file(&path).unwrap();
        let old = server.current().unwrap().id().to_owned();
        let new = admin.add_new(&SystemRandom).unwrap();
        assert!(server.known(&new).is_none());
        assert_eq!(server.find(&new).unwrap().id(), new);
        assert_eq!(server.current().unwrap().id(), new);
        assert_eq!(server.known(&old).unwrap().id(), old);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn keys_of_a_setting_are_read_in_order_and_wrong_ones_are_told_without_them() {
        let (one, two) = (Kek::mint(&SystemRandom), Kek::mint(&SystemRandom));
        let text = format!("{}, {}", *one.text(), *two.text());
        let ring = Ring::of_text(&Secret::new(text)).unwrap();
        assert_eq!(ring.current().unwrap().id(), one.id());
        assert_eq!(ring.find(two.id()).unwrap().id(), two.id());
        assert_eq!(
            ring.find("00000000").unwrap_err(),
            VaultError::UnknownKek("00000000".to_owned())
        );
        assert!(ring.add_new(&SystemRandom).is_err());
        let wrong = Ring::of_text(&Secret::new("planted-not-a-key"));
        assert!(!wrong.unwrap_err().to_string().contains("planted"));
        assert!(Ring::of_text(&Secret::new("# nothing")).is_err());
    }
}
