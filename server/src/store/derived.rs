//! What a row and its search entry hold besides the registers, worked out from them: keys, excerpt, terms, JSON. Not the writing.
//!
//! It costs more than the writing does, and needs no database: a batch of new documents is prepared before its transaction begins.

use super::StoreError;
use super::library::{fault, site};
use super::search;
use krowoc_shared::capture::fingerprint::fingerprint;
use krowoc_shared::library::document::{Conflict, Counter, Document, Field, Register, TagRegister};
use krowoc_shared::library::lifecycle::Lifecycle;
use krowoc_shared::text;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest excerpt, in characters.
const EXCERPT_CHARS: usize = 200;
/// Longest key by which titles are sorted, in characters: an entry of an index must stay small.
const TITLE_KEY_CHARS: usize = 120;
/// Bytes of a fingerprint that are stored: enough that two texts do not meet by chance.
const FINGERPRINT_BYTES: usize = 16;

#[derive(Serialize)]
struct State<'a> {
    fields: &'a BTreeMap<Field, Register>,
    tags: &'a BTreeMap<String, TagRegister>,
    counters: &'a BTreeMap<Counter, i64>,
    conflicts: &'a [Conflict],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    meta: &'a BTreeMap<String, Register>,
}

type Written = Result<String, StoreError>;

fn json(value: &impl Serialize) -> Written {
    serde_json::to_string(value).map_err(|_| fault("json"))
}

/// The registers as JSON that goes on with where the document stands in its life: that alone names a revision.
fn registers(document: &Document) -> Written {
    let mut open = json(&State {
        fields: &document.fields,
        tags: &document.tags,
        counters: &document.counters,
        conflicts: &document.conflicts,
        meta: &document.meta,
    })?;
    open.pop();
    Ok(open)
}

/// The whole of what [`registers`] began.
fn whole(open: &str, lifecycle: &Lifecycle) -> Written {
    Ok(match lifecycle.is_empty() {
        true => format!("{open}}}"),
        false => format!("{open},\"lifecycle\":{}}}", json(lifecycle)?),
    })
}

/// Columns that are derived from a document's registers and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// The folded title, cut.
    pub title_key: String,
    /// The first words of the text.
    pub excerpt: String,
    /// Present tags as JSON.
    pub tag_list: String,
    /// The host it came from.
    pub site: String,
    /// Fingerprint of the text; `None` without a text.
    pub fingerprint: Option<Vec<u8>>,
    /// The registers as JSON.
    pub state: String,
    /// What it is found by. It is about as long as the text, and shared where the rest is put together anew.
    pub terms: Arc<str>,
}

impl Derived {
    /// Works it out.
    ///
    /// # Errors
    /// [`StoreError::Fault`] when the registers cannot be written as JSON.
    pub fn of(document: &Document) -> Result<Self, StoreError> {
        Self::with(document, &registers(document)?)
    }

    /// As [`Self::of`], with the registers as they were written.
    fn with(document: &Document, registers: &str) -> Result<Self, StoreError> {
        let tags: Vec<&str> = document.present_tags().collect();
        let text = document.body.text.as_str();
        let print = Some(text).filter(|text| !text.trim().is_empty());
        let title = text::fold(document.title());
        Ok(Self {
            title_key: title.chars().take(TITLE_KEY_CHARS).collect(),
            excerpt: text::excerpt(text, EXCERPT_CHARS),
            tag_list: json(&tags)?,
            site: site(document),
            fingerprint: print.and_then(|text| fingerprint_key(&fingerprint(text))),
            state: whole(registers, &document.lifecycle)?,
            terms: search::terms(document).into(),
        })
    }
}

/// A document with what was derived from it, ahead of its transaction.
#[derive(Clone, Debug)]
pub struct Ahead {
    document: Document,
    derived: Derived,
    /// How many bytes of its state are [`registers`].
    registers: usize,
}

impl Ahead {
    /// Works it out.
    ///
    /// # Errors
    /// As [`Derived::of`].
    pub fn of(document: Document) -> Result<Self, StoreError> {
        let open = registers(&document)?;
        Ok(Self {
            derived: Derived::with(&document, &open)?,
            registers: open.len(),
            document,
        })
    }

    /// What was derived, when the document came out as foreseen. Where it stands in its life is put in as it came: that names a revision,
    /// which a transaction alone knows, and nothing else is derived from it.
    #[must_use]
    pub fn of_same(&self, document: &Document) -> Option<Cow<'_, Derived>> {
        let same = self.document.purged == document.purged
            && self.document.fields == document.fields
            && self.document.tags == document.tags
            && self.document.counters == document.counters
            && self.document.conflicts == document.conflicts
            && self.document.meta == document.meta
            && self.document.body.text == document.body.text;
        if !same {
            return None;
        }
        if self.document.lifecycle == document.lifecycle {
            return Some(Cow::Borrowed(&self.derived));
        }
        let ahead = &self.derived;
        let open = ahead.state.get(..self.registers)?;
        // SQLite's writer waits for this: nothing that is long is copied but what is written otherwise.
        Some(Cow::Owned(Derived {
            state: whole(open, &document.lifecycle).ok()?,
            title_key: ahead.title_key.clone(),
            excerpt: ahead.excerpt.clone(),
            tag_list: ahead.tag_list.clone(),
            site: ahead.site.clone(),
            fingerprint: ahead.fingerprint.clone(),
            terms: Arc::clone(&ahead.terms),
        }))
    }
}

/// The stored form of a hexadecimal fingerprint; `None` when it is none.
#[must_use]
pub fn fingerprint_key(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .bytes()
        .map(|byte| {
            char::from(byte)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        })
        .collect::<Option<_>>()?;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    (bytes.len() >= FINGERPRINT_BYTES).then(|| bytes.into_iter().take(FINGERPRINT_BYTES).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::ids::{DocId, OpId};
    use krowoc_shared::library::document::Kind;
    use krowoc_shared::library::lifecycle::Published;
    use krowoc_shared::sync::server::{Context, decide};
    use krowoc_shared::sync::wire::Op;

    fn made(text: &str, tag: &str) -> Document {
        let op = Op::create(
            OpId::mint(1, [1; 10]),
            DocId::mint(1, [2; 10]),
            Kind::Prompt,
            1,
            text,
        );
        let context = Context {
            now: 10,
            next_rev: 1,
            device: None,
        };
        let change = decide(&op.with_tag(tag), None, None, &context).change;
        change.expect("a document").document
    }

    #[test]
    fn what_was_derived_ahead_serves_any_revision_of_the_same_content_and_no_other() {
        let ahead = Ahead::of(made("Act as a lawyer", "law")).unwrap();
        let mut later = made("Act as a lawyer", "law");
        later.rev = 900;
        later.body.rev = 900;
        let came = ahead.of_same(&later).unwrap();
        assert!(matches!(came, Cow::Borrowed(_)), "nothing is done for it");
        assert_eq!(*came, Derived::of(&later).unwrap());
        assert_eq!(ahead.of_same(&made("Act as a judge", "law")), None);
        assert_eq!(ahead.of_same(&made("Act as a lawyer", "work")), None);
    }

    #[test]
    fn where_a_document_stands_in_its_life_is_put_in_as_it_came() {
        let at = |rev, op: u8| {
            let mut document = made("Act as a lawyer", "law");
            // A person's own values may look like the registers around them.
            let source = serde_json::json!({"lifecycle": {"published": {"rev": 1}}});
            let source = Register {
                value: source,
                hlc: Default::default(),
                op: OpId::mint(1, [9; 10]),
            };
            document.fields.insert(Field::Source, source);
            document.lifecycle.published = Some(Published {
                rev,
                hlc: Default::default(),
                op: OpId::mint(1, [op; 10]),
            });
            document
        };
        let ahead = Ahead::of(at(1, 1)).unwrap();
        for rev in [1, 7, u64::MAX] {
            let came = at(rev, 1);
            let derived = ahead.of_same(&came).unwrap();
            assert_eq!(*derived, Derived::of(&came).unwrap(), "{rev}");
        }
        let mut edited = at(7, 2);
        edited.lifecycle.edited = true;
        let mut never = at(7, 1);
        never.lifecycle.published = None;
        for came in [edited, never.clone()] {
            let derived = ahead.of_same(&came).unwrap();
            assert_eq!(*derived, Derived::of(&came).unwrap());
        }
        let ahead = Ahead::of(at(7, 1)).unwrap();
        let derived = ahead.of_same(&never).unwrap();
        assert!(Arc::ptr_eq(&derived.terms, &ahead.derived.terms));
        let never = Ahead::of(never).unwrap();
        let derived = never.of_same(&at(3, 1)).unwrap();
        assert_eq!(*derived, Derived::of(&at(3, 1)).unwrap());
        let mut another = at(1, 1);
        another.fields.remove(&Field::Source);
        assert_eq!(ahead.of_same(&another), None);
    }

    #[test]
    fn a_fingerprint_is_kept_by_its_first_sixteen_bytes() {
        assert_eq!(fingerprint_key(&"ab".repeat(32)), Some(vec![0xab; 16]));
        assert_eq!(fingerprint_key("abcd"), None);
        assert_eq!(fingerprint_key(&"zz".repeat(32)), None);
    }
}
