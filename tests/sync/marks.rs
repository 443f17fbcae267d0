//! What one person alone put on a document is as that person left it: tags, metadata, and its place in the archive. Not texts and fields.

use crate::oracle::{Act, Broken, Saved};
use krowoc_shared::library::document::Document;
use std::collections::{BTreeMap, BTreeSet};

/// A tag that only one person ever touched is as that person left it, and so is a place in the archive.
pub fn check(document: &Document, acts: &[Saved]) -> Result<(), Broken> {
    let mut last: BTreeMap<&str, (BTreeSet<usize>, bool)> = BTreeMap::new();
    let mut archive: (BTreeSet<usize>, bool) = Default::default();
    for saved in acts {
        if let Act::Archive { away } = saved.act {
            archive.0.insert(saved.client);
            archive.1 = away;
        }
        if let Act::Tag { tag, present } = saved.act {
            let entry = last.entry(tag).or_default();
            entry.0.insert(saved.client);
            entry.1 = present;
        }
    }
    let mut meta: BTreeMap<&str, (BTreeSet<usize>, Option<&str>)> = BTreeMap::new();
    for saved in acts {
        if let Act::Meta { name, value } = &saved.act {
            let entry = meta.entry(name).or_default();
            entry.0.insert(saved.client);
            entry.1 = value.as_deref();
        }
    }
    for (name, (clients, value)) in meta {
        let is = document.metadata().find(|(known, _)| *known == name);
        let is = is.map(|(_, value)| value);
        if clients.len() == 1 && is != value {
            return Err(format!("{}: {name} is {is:?}", document.id));
        }
    }
    let away = document.lifecycle.is_archived();
    if archive.0.len() == 1 && away != archive.1 {
        return Err(format!("{}: archived is {away}", document.id));
    }
    for (tag, (clients, present)) in last {
        let is = document.present_tags().any(|other| other == tag);
        if clients.len() == 1 && is != present {
            return Err(format!("{}: the tag {tag} is {is}", document.id));
        }
    }
    Ok(())
}
