//! Whose library is read, and how a prompt is named in it. Not the answers' shapes.

use super::message::RpcError;
use crate::store::slugs::{Named, Slugs};
use crate::store::{Conn, StoreError, library, versions};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::{Document, Field, Kind};
use krowoc_shared::prompts::{Variable, asked};

/// Who asks, and where names are looked up.
pub struct Desk {
    /// The library.
    pub space: SpaceId,
    /// The prompts by slug.
    pub slugs: Slugs,
}

/// A prompt of the library, at the version that was asked for.
pub struct Prompt {
    /// The document.
    pub document: Document,
    /// Its text at that version.
    pub text: String,
    /// The number of the version, counted from 1; of the current text when none was asked for.
    pub version: u64,
}

impl Prompt {
    /// The variables that its text asks for; none when it is no template, which rendering tells.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        variables(&self.document, &self.text)
    }
}

/// What a text of a document asks for.
#[must_use]
pub fn variables(document: &Document, text: &str) -> Vec<Variable> {
    let described = Variable::list(document.value(Field::Variables));
    asked(text, &described).unwrap_or_default()
}

impl Desk {
    /// The prompt of a name: a slug or an id, with `@` and the number of a version or without.
    ///
    /// # Errors
    /// Why there is none, in a sentence that tells what to do.
    pub fn prompt(&self, conn: &mut Conn, name: &str) -> Result<Prompt, RpcError> {
        let none = || {
            RpcError::params(
                "There is no prompt of this name. Names come from prompts/list or search_prompts.",
            )
        };
        let (id, rev) = match self.slugs.named(conn, self.space, name)? {
            Named::Found { id, rev } => (id, rev),
            Named::NoPrompt => return Err(none()),
            Named::NoVersion(number) => {
                let why = format!("The prompt has no version {number}.");
                return Err(RpcError::params(why));
            }
            Named::NotANumber => {
                let why = "After @ stands the number of a version, such as my-prompt@3.";
                return Err(RpcError::params(why));
            }
        };
        let found = self.get(conn, id)?.ok_or_else(none)?;
        let versions = found.versions;
        let document = found.document;
        if document.kind != Kind::Prompt {
            return Err(none());
        }
        match rev {
            Some(rev) if rev.rev != document.body.rev => Ok(Prompt {
                text: text_at(conn, self.space, id, rev.rev)?.ok_or_else(none)?,
                version: rev.number,
                document,
            }),
            _ => Ok(Prompt {
                text: document.body.text.clone(),
                version: rev.map_or(versions, |rev| rev.number),
                document,
            }),
        }
    }

    /// A document outside the trash.
    fn get(&self, conn: &mut Conn, id: DocId) -> Result<Option<library::Stored>, StoreError> {
        match library::get(conn, self.space, id) {
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
            Ok(found) => {
                let there =
                    !found.document.purged && found.document.value(Field::DeletedAt).is_null();
                Ok(there.then_some(found))
            }
        }
    }
}

/// The text of exactly this revision: a side of a conflict has one too.
fn text_at(
    conn: &mut Conn,
    space: SpaceId,
    id: DocId,
    rev: u64,
) -> Result<Option<String>, StoreError> {
    let newest = versions::list(conn, space, id, rev.saturating_add(1), 1)?;
    let found = newest.into_iter().find(|it| it.rev == rev);
    Ok(found.map(|it| it.text))
}
