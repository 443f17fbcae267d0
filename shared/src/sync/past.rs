//! The past of a document that an import brings along: versions with their numbers, times and authors, as the file has them. Not a
//! person's publishing: nothing is decided anew, and two equal publications in a row are two versions all the same.

use super::publishing::Publication;
use super::server::{Change, Context, VersionRow};
use super::wire::Op;
use crate::error::{ErrorCode, Violation};
use crate::hlc::Hlc;
use crate::ids::Millis;
use crate::library::document::{Counter, Document, Field, Kind, TagRegister};
use crate::library::lifecycle::{PastVersion, Published, Snapshot};
use crate::library::{limits, validate as rules};

/// What an import knows of a document besides what it holds now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// Its versions, oldest first, the present text among them when it is one.
    pub versions: Vec<PastVersion>,
    /// When it was last edited, in milliseconds since 1970.
    pub updated_at: Option<Millis>,
    /// Times it was used.
    pub uses: i64,
    /// It was edited since it was published.
    pub edited: bool,
    /// It is in the archive.
    pub archived: bool,
}

/// A version as it is to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRow {
    /// Its text.
    pub version: VersionRow,
    /// Its number among the document's versions, from 1.
    pub number: u64,
    /// Who wrote it by the file, empty when that is not known; `None` for what the importer writes now.
    pub author: Option<String>,
    /// What else it holds.
    pub snapshot: Option<Snapshot>,
    /// That it is published.
    pub published: Option<Publication>,
}

impl PastRow {
    /// A version that its document's writer makes now. The side of a conflict is a text alone: the rest is the document's.
    #[must_use]
    pub fn of_now(version: VersionRow, number: u64, document: &Document) -> Self {
        Self {
            snapshot: (!version.aside).then(|| Snapshot::of(document)),
            version,
            number,
            author: None,
            published: None,
        }
    }
}

fn refuse<T>(field: String, message: &str) -> Result<T, Violation> {
    Err(Violation {
        code: ErrorCode::InvalidField,
        field,
        message: message.to_owned(),
    })
}

/// Versions with their numbers: one that has none follows the one before.
fn numbered(versions: &[PastVersion]) -> impl Iterator<Item = (u64, &PastVersion)> {
    versions.iter().scan(0_u64, |last, version| {
        *last = version.number.unwrap_or(last.saturating_add(1));
        Some((*last, version))
    })
}

/// Checks every value of one version; `place` names it in a refusal.
fn check_version(kind: Kind, place: &str, version: &PastVersion) -> Result<(), Violation> {
    let inside = |violation: Violation| Violation {
        field: format!("{place}{}", violation.field),
        ..violation
    };
    rules::body(kind, &version.text).map_err(inside)?;
    rules::field(Field::Title, &version.title.as_str().into()).map_err(inside)?;
    rules::note("/note", &version.note).map_err(inside)?;
    rules::name("/author", version.author.as_deref().unwrap_or_default()).map_err(inside)?;
    for time in version.published_at.iter().chain([&version.at]) {
        rules::field(Field::CreatedAt, &(*time).into()).map_err(|it| Violation {
            field: format!("{place}/at"),
            ..it
        })?;
    }
    if let Some(held) = &version.snapshot {
        let values = [
            (Field::Description, held.description.as_str().into()),
            (Field::Variables, held.variables.clone()),
            (Field::Execution, held.execution.clone()),
        ];
        for (field, value) in values {
            rules::field(field, &value).map_err(inside)?;
        }
    }
    if version.published && kind != Kind::Prompt {
        return refuse(format!("{place}/published"), "only a prompt is published");
    }
    Ok(())
}

/// Checks versions that an import brings: every value of each, and that their numbers rise. `field` is the list's own name.
///
/// # Errors
/// The first that is wrong, with its place.
pub fn check_versions(kind: Kind, field: &str, versions: &[PastVersion]) -> Result<(), Violation> {
    let mut last = 0_u64;
    for (index, (number, version)) in numbered(versions).enumerate() {
        let place = format!("{field}/{index}");
        if number <= last || number > limits::VERSION_NUMBER {
            let most = limits::VERSION_NUMBER;
            let message = format!("expected numbers that rise, from 1 to {most}");
            return refuse(format!("{place}/number"), &message);
        }
        last = number;
        check_version(kind, &place, version)?;
    }
    Ok(())
}

/// A version as it is kept when the document's first has the revision after `begin`.
#[must_use]
pub fn row(version: &PastVersion, number: u64, begin: u64, context: &Context) -> PastRow {
    let when = |time: Millis| time.clamp(0, context.now);
    let rev = begin.saturating_add(number);
    let at = when(version.at);
    let held = version.snapshot.clone();
    let published = version.published.then(|| Publication {
        rev,
        at: version.published_at.map_or(at, when),
        note: version.note.trim().to_owned(),
        title: version.title.clone(),
        snapshot: held.clone().unwrap_or_default(),
    });
    PastRow {
        version: VersionRow {
            rev,
            text: version.text.clone(),
            title: version.title.clone(),
            hlc: Hlc {
                at,
                count: 0,
                node: 0,
            },
            device: None,
            aside: false,
        },
        number,
        author: Some(version.author.clone().unwrap_or_default()),
        snapshot: held,
        published,
    }
}

impl Past {
    /// Checks every value.
    ///
    /// # Errors
    /// The first that is wrong, with its place.
    pub fn check(&self, kind: Kind) -> Result<(), Violation> {
        if (self.archived || self.edited) && kind != Kind::Prompt {
            let message = "only a prompt is published or archived";
            return refuse("/archived".to_owned(), message);
        }
        if !(0..=limits::USES).contains(&self.uses) {
            let message = format!("expected a count of 0 to {}", limits::USES);
            return refuse("/uses".to_owned(), &message);
        }
        if let Some(time) = self.updated_at {
            rules::field(Field::CreatedAt, &time.into()).map_err(|it| Violation {
                field: "/updated_at".to_owned(),
                ..it
            })?;
        }
        check_versions(kind, "/history", &self.versions)
    }

    /// Whether it takes more than editing: a version is published, or it is put away.
    #[must_use]
    pub fn publishes(&self) -> bool {
        self.archived || self.versions.iter().any(|version| version.published)
    }

    /// The stamp of all that the document holds but its deletion: when it was last edited. Nothing else has a say in it, for it is new.
    #[must_use]
    pub fn stamp(&self, now: Millis) -> Option<Hlc> {
        self.updated_at.map(|at| Hlc {
            at: at.min(now),
            count: 0,
            node: 0,
        })
    }

    /// Puts the past into what making a document came to; gives the versions to keep, in place of the one that it would have had.
    ///
    /// Each version has a revision of its own, the number above the space's last: a missing number leaves its revision free, for the
    /// versions that follow in a later request.
    pub fn place(&self, op: &Op, change: &mut Change, context: &Context) -> Vec<PastRow> {
        let begin = context.next_rev.saturating_sub(1);
        let versions = numbered(&self.versions);
        let mut rows: Vec<PastRow> = versions
            .map(|(number, version)| row(version, number, begin, context))
            .collect();
        let document = &mut change.document;
        if let Some(last) = rows.last() {
            let is_present = last.version.text == document.body.text;
            let number = last.number.saturating_add(u64::from(!is_present));
            let rev = begin.saturating_add(number);
            if !is_present {
                let present = VersionRow {
                    rev,
                    text: document.body.text.clone(),
                    title: document.title().to_owned(),
                    hlc: op.hlc,
                    device: context.device,
                    aside: false,
                };
                rows.push(PastRow::of_now(present, number, document));
            }
            document.body.rev = rev;
            document.rev = rev;
            change.version = None;
        }
        if let Some(register) = document.fields.get_mut(&Field::DeletedAt)
            && !register.value.is_null()
        {
            // Its days in the trash begin here, however old the deletion is.
            let begun = Hlc {
                at: context.now,
                count: 0,
                node: 0,
            };
            register.hlc = register.hlc.max(begun);
        }
        self.stand(op, change, &rows);
        rows
    }

    /// Where the document stands, and how often it was used.
    fn stand(&self, op: &Op, change: &mut Change, rows: &[PastRow]) {
        let document = &mut change.document;
        if self.uses > 0 {
            document.counters.insert(Counter::Uses, self.uses);
        }
        let mut published = rows.iter().filter_map(|row| row.published.as_ref());
        if let Some(last) = published.next_back() {
            let hlc = Hlc {
                at: last.at.min(op.hlc.at),
                count: 0,
                node: 0,
            };
            document.lifecycle.published = Some(Published {
                rev: last.rev,
                hlc,
                op: op.op_id,
            });
            document.lifecycle.edited = self.edited
                || last.rev != document.body.rev
                || last.title != document.title()
                || last.snapshot != Snapshot::of(document);
        }
        if self.archived {
            document.lifecycle.archived = Some(TagRegister {
                present: true,
                hlc: op.hlc,
                op: op.op_id,
            });
        }
    }
}

#[cfg(test)]
#[path = "past_tests.rs"]
mod tests;
