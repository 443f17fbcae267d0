//! Whose libraries are read, and how a prompt is named in it. Not the answers' shapes.

use super::message::RpcError;
use crate::store::slugs::{Named, Slugs};
use crate::store::{Conn, StoreError, library, sync, versions};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::{Document, Field, Kind};
use krowoc_shared::library::lifecycle::Snapshot;
use krowoc_shared::library::wire::Version;
use krowoc_shared::prompts::{Variable, asked};
use serde_json::Value;

/// Who asks, and where names are looked up.
#[derive(Clone)]
pub struct Desk {
    /// The libraries that they may read, their own first.
    pub spaces: Vec<SpaceId>,
    /// The prompts by slug.
    pub slugs: Slugs,
}

/// A prompt of the library, at the version that was asked for. A published version has a title and settings of its own; another one
/// has those of the prompt as it is.
pub struct Prompt {
    /// The document.
    pub document: Document,
    /// Its title.
    pub title: String,
    /// Its text at that version.
    pub text: String,
    /// What else it holds.
    pub held: Snapshot,
    /// The number of the version, counted from 1; of the current text when none was asked for.
    pub version: u64,
}

impl Prompt {
    /// As it is.
    fn now(found: library::Stored) -> Self {
        let document = found.document;
        Self {
            title: document.title().to_owned(),
            text: document.body.text.clone(),
            held: Snapshot::of(&document),
            version: found.versions,
            document,
        }
    }

    /// As a version has it.
    fn then(found: library::Stored, kept: Version) -> Self {
        let now = Self::now(found);
        let (title, held) = match kept.as_published() {
            Some(snapshot) => (kept.title.clone(), snapshot.clone()),
            None => (now.title, now.held),
        };
        Self {
            document: now.document,
            title,
            text: kept.text,
            held,
            version: kept.number,
        }
    }

    /// The variables that its text asks for; none when it is no template, which rendering tells.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        variables(&self.held.variables, &self.text)
    }
}

/// What a text asks for, of which this much is described.
#[must_use]
pub fn variables(described: &Value, text: &str) -> Vec<Variable> {
    asked(text, &Variable::list(described)).unwrap_or_default()
}

impl Desk {
    /// The prompt of a name: a slug or an id, with `@` and the number of a version, or `published`, or without.
    ///
    /// # Errors
    /// Why there is none, in a sentence that tells what to do.
    pub fn prompt(&self, conn: &mut Conn, name: &str) -> Result<Prompt, RpcError> {
        let none = || {
            RpcError::params(
                "There is no prompt of this name. Names come from prompts/list or search_prompts.",
            )
        };
        let found = self.slugs.anywhere(conn, &self.spaces, name)?;
        let (space, found) = found.ok_or_else(none)?;
        let (id, rev) = match found {
            Named::Found { id, rev } => (id, rev),
            Named::NoPrompt => return Err(none()),
            Named::NoVersion(number) => {
                let why = format!("The prompt has no version {number}.");
                return Err(RpcError::params(why));
            }
            Named::NotPublished => {
                let why = "No version of the prompt is published. Leave @published out for the text as it is.";
                return Err(RpcError::params(why));
            }
            Named::NotANumber => {
                let why =
                    "After @ stands the number of a version, such as my-prompt@3, or published.";
                return Err(RpcError::params(why));
            }
        };
        let found = get(conn, space, id)?.ok_or_else(none)?;
        if found.document.kind != Kind::Prompt {
            return Err(none());
        }
        let Some(rev) = rev else {
            return Ok(Prompt::now(found));
        };
        let kept = versions::at(conn, space, id, rev.rev)?;
        Ok(Prompt::then(found, kept.ok_or_else(none)?))
    }

    /// The library that a search is about: one's own, or that of a team, by its name or id.
    ///
    /// # Errors
    /// That there is no such team.
    pub fn library(&self, conn: &mut Conn, team: Option<&str>) -> Result<SpaceId, RpcError> {
        let none =
            || RpcError::params("There is no such team; leave team out for your own library.");
        let (own, teams) = self.spaces.split_first().ok_or_else(none)?;
        let Some(team) = team else {
            return Ok(*own);
        };
        for space in teams {
            let name = sync::stand(conn, *space)?.name;
            if team == space.to_string() || team.to_lowercase() == name.to_lowercase() {
                return Ok(*space);
            }
        }
        Err(none())
    }

    /// The name by which a prompt of a library is found: its slug, unless that means another one, else its id.
    ///
    /// # Errors
    /// The store's.
    pub fn name_of(
        &self,
        conn: &mut Conn,
        space: SpaceId,
        id: DocId,
    ) -> Result<String, StoreError> {
        let names = self.slugs.of(conn, space)?;
        let Some(slug) = names.slug_of(id) else {
            return Ok(id.to_string());
        };
        let meant = self.slugs.anywhere(conn, &self.spaces, slug)?;
        let same = matches!(meant, Some((_, Named::Found { id: other, .. })) if other == id);
        Ok(if same {
            slug.to_owned()
        } else {
            id.to_string()
        })
    }
}

/// A document outside the trash.
fn get(conn: &mut Conn, space: SpaceId, id: DocId) -> Result<Option<library::Stored>, StoreError> {
    match library::get(conn, space, id) {
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
        Ok(found) => {
            let there = !found.document.purged && found.document.value(Field::DeletedAt).is_null();
            Ok(there.then_some(found))
        }
    }
}
