//! Where a prompt stands: draft, published, archived. Not its versions: those are its history, of which publishing fixes one.
//!
//! Publishing is the server's to decide, for it names a text that the server has; archiving is a register like a tag. Both ride in
//! members of their own beside the fields: a client that does not know them passes them by and takes nothing away.

use super::document::{Document, Field, TagRegister};
use crate::hlc::Hlc;
use crate::ids::{Millis, OpId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where a prompt stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Never published, or edited since.
    #[default]
    Draft,
    /// As its published version has it.
    Published,
    /// Put away: kept, and not in use.
    Archived,
}

impl Status {
    /// Every status, in the order of a prompt's life.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Archived];

    /// The name on the wire and in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The latest publication of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Published {
    /// The revision of the version that was published.
    pub rev: u64,
    /// When.
    pub hlc: Hlc,
    /// By which operation.
    pub op: OpId,
}

/// Where a prompt stands, as far as it was ever published or archived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lifecycle {
    /// The latest publication; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    /// What a version holds was edited since the latest publication: this is the next draft.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// Whether it is put away, with the stamp that decides; absent when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<TagRegister>,
}

impl Lifecycle {
    /// True when it was never published nor archived.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is put away.
    #[must_use]
    pub fn is_archived(&self) -> bool {
        self.archived.is_some_and(|mark| mark.present)
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.published {
            _ if self.is_archived() => Status::Archived,
            Some(_) if !self.edited => Status::Published,
            _ => Status::Draft,
        }
    }

    /// The latest stamp in it.
    #[must_use]
    pub fn stamp(&self) -> Option<Hlc> {
        let published = self.published.map(|published| published.hlc);
        published.max(self.archived.map(|mark| mark.hlc))
    }

    /// Puts it away or takes it back, unless a newer mark is there; true when the mark changed.
    pub fn mark(&mut self, present: bool, hlc: Hlc, op: OpId) -> bool {
        let older = |old: &TagRegister| (old.hlc, old.op) >= (hlc, op);
        if self.archived.as_ref().is_some_and(older) {
            return false;
        }
        self.archived = Some(TagRegister { present, hlc, op });
        true
    }
}

/// A step in the life of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Fixes the present text and what it is run with as a version that never changes.
    Publish {
        /// `Body::rev` of the text that the person saw: another text is not published unseen.
        body_rev: u64,
        /// What is new in it; may be empty.
        #[serde(default)]
        note: String,
    },
    /// Puts it away.
    Archive,
    /// Takes it back.
    Unarchive,
}

/// What a published version holds besides its title and text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snapshot {
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its typed variables (`prompts::Variable`), or null.
    #[serde(default)]
    pub variables: Value,
    /// How it is run (`execution::ExecutionSettings`), or null.
    #[serde(default)]
    pub execution: Value,
}

impl Snapshot {
    /// Of a document as it is.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        Self {
            description: document.text(Field::Description).to_owned(),
            variables: document.value(Field::Variables).clone(),
            execution: document.value(Field::Execution).clone(),
        }
    }
}

/// A version of a document, as an export has it and an import brings it. Sides of conflicts are not among them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PastVersion {
    /// The title then.
    pub title: String,
    /// The text.
    pub text: String,
    /// Its number among the document's versions, from 1; absent: one more than that of the version before. Numbers rise, and one that
    /// is left out stays so: each version keeps the number by which programs call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// When it was written, in milliseconds since 1970; a time to come is that of the import.
    pub at: Millis,
    /// Who wrote it, as a plain name: an import takes it for a text, and for no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// It is published.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub published: bool,
    /// When it was published; absent: when it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Millis>,
    /// What is new in a published one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What else it holds, where it holds more than title and text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Snapshot>,
}

/// Whether two states differ in what a version holds: text, title, description, variables, and how it is run. Tags, collection,
/// note and the like are for finding it, and make no draft.
#[must_use]
pub fn differs(before: &Document, after: &Document) -> bool {
    before.body.text != after.body.text
        || before.title() != after.title()
        || Snapshot::of(before) != Snapshot::of(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::DocId;
    use crate::library::document::Kind;

    fn hlc(at: i64) -> Hlc {
        Hlc {
            at,
            count: 0,
            node: 1,
        }
    }

    fn op(number: u8) -> OpId {
        OpId::mint(1, [number; 10])
    }

    #[test]
    fn the_later_of_two_marks_decides_in_any_order() {
        let marks = [(true, hlc(1), op(1)), (false, hlc(2), op(2))];
        for order in [[0, 1], [1, 0]] {
            let mut lifecycle = Lifecycle::default();
            for at in order {
                let (present, hlc, op) = marks[at];
                lifecycle.mark(present, hlc, op);
            }
            assert!(!lifecycle.is_archived());
        }
    }

    #[test]
    fn a_published_prompt_is_a_draft_again_once_it_is_edited_and_the_archive_hides_both() {
        let mut lifecycle = Lifecycle::default();
        assert_eq!(lifecycle.status(), Status::Draft);
        lifecycle.published = Some(Published {
            rev: 3,
            hlc: hlc(1),
            op: op(1),
        });
        assert_eq!(lifecycle.status(), Status::Published);
        lifecycle.edited = true;
        assert_eq!(lifecycle.status(), Status::Draft);
        lifecycle.mark(true, hlc(2), op(2));
        assert_eq!(lifecycle.status(), Status::Archived);
        assert_eq!(lifecycle.stamp(), Some(hlc(2)));
    }

    #[test]
    fn a_tag_makes_no_draft_and_a_description_does() {
        let id = DocId::mint(1, [1; 10]);
        let before = Document::new(id, Kind::Prompt);
        let mut after = before.clone();
        let (present, op) = (true, op(1));
        let mark = TagRegister {
            present,
            hlc: hlc(1),
            op,
        };
        after.tags.insert("law".into(), mark);
        assert!(!differs(&before, &after));
        let register = crate::library::document::Register {
            value: "what it is for".into(),
            hlc: hlc(1),
            op,
        };
        after.fields.insert(Field::Description, register);
        assert!(differs(&before, &after));
    }

    #[test]
    fn each_status_is_known_by_its_name() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("gone"), None);
    }
}
