//! The import at work: reading, looking for duplicates, sending with progress, taking it back. Not how it is drawn.

use super::read::{self, Picked};
use crate::app::App;
use crate::platform;
use krowoc_shared::capture::fingerprint::fingerprint;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::exchange::ImportProblem;
use krowoc_shared::exchange::plan::{self, Entry, Options, Sending};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::wire::{
    BatchResult, BulkEdit, CreateDocument, DuplicateQuery, Duplicates, EarlierVersions,
    ImportBatch, VersionsKept,
};
use krowoc_shared::sync::wire::Outcome;
use krowoc_ui::api::{ApiError, Client, Place};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::import as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fingerprints in one question.
const QUESTION: usize = 1_000;

/// Where the import stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Nothing was chosen.
    #[default]
    Choose,
    /// Files are read; so many of so many.
    Reading(usize, usize),
    /// Duplicates are looked for.
    Checking,
    /// A person looks through it.
    Review,
    /// Batches are sent; documents done of all.
    Sending(usize, usize),
    /// The end, or a stop.
    Done,
    /// It is taken back.
    Undoing,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Documents that were made.
    pub made: Vec<DocId>,
    /// How many of them are no collections.
    pub documents: usize,
    /// Left out as duplicates.
    pub skipped: usize,
    /// Documents that were refused for good.
    pub refused: usize,
    /// Parts of histories that were: their documents are there.
    pub parts: usize,
    /// Why the first was.
    pub why: String,
    /// A person stopped it.
    pub stopped: bool,
    /// It was taken back.
    pub undone: bool,
}

/// The import of the page; cheap to copy.
#[derive(Clone, Copy)]
pub struct Control {
    /// The application.
    pub app: App,
    /// The library that it goes to, to the last batch.
    place: Place,
    /// Where it stands.
    pub step: RwSignal<Step>,
    /// What was read.
    pub entries: RwSignal<Vec<Entry>>,
    /// What could not be.
    pub problems: RwSignal<Vec<ImportProblem>>,
    /// What a person chose.
    pub options: RwSignal<Options>,
    /// Tags for all, as they are typed.
    pub tag: RwSignal<String>,
    /// The library could not be asked.
    pub unchecked: RwSignal<bool>,
    /// What came of it.
    pub tally: RwSignal<Tally>,
    /// Requests that did not arrive; sent again as they are.
    pub left: RwSignal<Vec<Sending>>,
    stop: StoredValue<bool>,
}

impl Control {
    /// An import that waits for files.
    pub fn new(app: App) -> Self {
        Self {
            app,
            place: Client.here(),
            step: RwSignal::new(Step::Choose),
            entries: RwSignal::new(Vec::new()),
            problems: RwSignal::new(Vec::new()),
            options: RwSignal::new(Options::default()),
            tag: RwSignal::new(String::new()),
            unchecked: RwSignal::new(false),
            tally: RwSignal::new(Tally::default()),
            left: RwSignal::new(Vec::new()),
            stop: StoredValue::new(false),
        }
    }

    /// Other files.
    pub fn reset(self) {
        self.entries.set(Vec::new());
        self.problems.set(Vec::new());
        self.left.set(Vec::new());
        self.tally.set(Tally::default());
        self.unchecked.set(false);
        self.step.set(Step::Choose);
    }

    /// Reads files.
    pub fn take(self, files: Vec<Picked>) {
        if files.is_empty() {
            return;
        }
        let count = files.len();
        self.step.set(Step::Reading(0, count));
        spawn_local(async move {
            let report = read::read(files, |done| {
                self.step.try_set(Step::Reading(done, count));
            })
            .await;
            self.problems.try_set(report.problems);
            let mut entries = plan::entries(report.items);
            self.step.try_set(Step::Checking);
            let failed = self.check(&mut entries).await;
            self.unchecked.try_set(failed);
            self.entries.try_set(entries);
            self.step.try_set(Step::Review);
        });
    }

    /// Asks the library which of the texts it has; true when it could not be asked.
    async fn check(self, entries: &mut [Entry]) -> bool {
        let nothing = fingerprint("");
        let prints: BTreeSet<String> = entries
            .iter()
            .map(|entry| entry.item.fingerprint.clone())
            .filter(|it| !it.is_empty() && *it != nothing)
            .collect();
        let prints: Vec<String> = prints.into_iter().collect();
        for some in prints.chunks(QUESTION) {
            let query = DuplicateQuery {
                fingerprints: some.to_vec(),
            };
            let Ok(answer) = Client
                .post::<Duplicates>(&self.place.path("/library/duplicates"), &query)
                .await
            else {
                return true;
            };
            for entry in entries.iter_mut() {
                entry.in_library |= answer.found.contains_key(&entry.item.fingerprint);
            }
        }
        false
    }

    /// Sends everything that was chosen. Ids are minted here, once: a batch that is sent again makes nothing twice.
    pub fn send(self) {
        let options = Options {
            tags: krowoc_ui::tags::split_tags(&self.tag.get_untracked()),
            ..self.options.get_untracked()
        };
        let known: Vec<(String, DocId)> = self
            .app
            .collections
            .with_untracked(|all| all.iter().map(|it| (it.title.clone(), it.id)).collect());
        let (documents, skipped) = self.entries.with_untracked(|entries| {
            let mint = || (platform::op_id(), platform::doc_id());
            let made = plan::documents(entries, &options, &known, platform::now(), mint);
            let out = |entry: &&Entry| !plan::comes(entry, &options);
            (made, entries.iter().filter(out).count())
        });
        self.tally.set(Tally {
            skipped,
            ..Tally::default()
        });
        self.left.set(plan::requests(documents));
        self.resume();
    }

    /// Sends what is left.
    pub fn resume(self) {
        let all = self
            .left
            .with_untracked(|left| left.iter().map(Sending::size).sum::<usize>());
        self.stop.set_value(false);
        self.tally.update(|tally| tally.stopped = false);
        self.step.set(Step::Sending(0, all));
        spawn_local(async move {
            let mut failed = Vec::new();
            let mut done = 0usize;
            let requests = self.left.try_get_untracked().unwrap_or_default();
            for request in requests {
                let size = request.size();
                let again = self.one(request, &failed).await;
                failed.extend(again);
                done = done.saturating_add(size);
                self.step.try_set(Step::Sending(done, all));
            }
            self.left.try_set(failed);
            self.step.try_set(Step::Done);
            self.app.refresh_overview();
        });
    }

    /// Sends one request; gives it back when it is to be sent again. What the server has refused would be refused again.
    async fn one(self, request: Sending, failed: &[Sending]) -> Option<Sending> {
        if self.stop.try_get_value() != Some(false) || waits(&request, failed) {
            return Some(request);
        }
        let (error, request) = match request {
            Sending::Documents(items) => {
                let path = self.place.path("/library/import");
                let import = ImportBatch { items };
                match Client.post::<BatchResult>(&path, &import).await {
                    Ok(answer) => {
                        self.count(&import.items, answer);
                        return None;
                    }
                    Err(error) => (error, Sending::Documents(import.items)),
                }
            }
            Sending::History(id, versions) => {
                if !self
                    .tally
                    .try_with_untracked(|it| it.made.contains(&id))
                    .unwrap_or(false)
                {
                    // Its document was refused, and the reason is told.
                    return None;
                }
                let path = self.place.path(&format!("/library/{id}/history"));
                let earlier = EarlierVersions { versions };
                match Client.post::<VersionsKept>(&path, &earlier).await {
                    Ok(_) => return None,
                    Err(error) => (error, Sending::History(id, earlier.versions)),
                }
            }
        };
        let for_good = refused_for_good(&error);
        self.tally.try_update(|tally| {
            if tally.why.is_empty() || !for_good {
                tally.why = error.sentence();
            }
            if for_good {
                let (documents, parts) = counts(std::slice::from_ref(&request));
                tally.refused = tally.refused.saturating_add(documents);
                tally.parts = tally.parts.saturating_add(parts);
            }
        });
        (!for_good).then_some(request)
    }

    fn count(self, items: &[CreateDocument], answer: BatchResult) {
        self.tally.try_update(|tally| {
            for (item, result) in items.iter().zip(answer.results) {
                match (result.outcome, item.id) {
                    (Outcome::Rejected, _) => {
                        tally.refused = tally.refused.saturating_add(1);
                        if tally.why.is_empty() {
                            tally.why = result.violation.map(|it| it.message).unwrap_or_default();
                        }
                    }
                    (_, Some(id)) => {
                        tally.made.push(id);
                        let counts = usize::from(item.kind != Kind::Collection);
                        tally.documents = tally.documents.saturating_add(counts);
                    }
                    _ => {}
                }
            }
        });
    }

    /// Stops after the batch that is on its way.
    pub fn stop(self) {
        self.stop.set_value(true);
        self.tally.update(|tally| tally.stopped = true);
    }

    /// Moves what was imported to the trash.
    pub fn undo(self) {
        self.step.set(Step::Undoing);
        let made = self.tally.with_untracked(|tally| tally.made.clone());
        let path = self.place.path("/library/bulk");
        spawn_local(async move {
            for ids in made.chunks(plan::BATCH) {
                let set = BTreeMap::from([(Field::DeletedAt, Value::from(platform::now()))]);
                let edit = BulkEdit {
                    ids: ids.to_vec(),
                    set,
                    ..BulkEdit::default()
                };
                if let Err(error) = Client.post::<BatchResult>(&path, &edit).await {
                    self.app.failed(&error);
                    self.step.try_set(Step::Done);
                    return;
                }
            }
            self.tally.try_update(|tally| tally.undone = true);
            self.step.try_set(Step::Done);
            self.app.toasts.say(Glyph::Trash, words::UNDONE);
            self.app.refresh_overview();
        });
    }
}

/// How many documents and how many parts of histories are in requests.
pub fn counts(requests: &[Sending]) -> (usize, usize) {
    let (histories, batches): (Vec<&Sending>, Vec<&Sending>) = requests
        .iter()
        .partition(|request| matches!(request, Sending::History(..)));
    (
        batches.into_iter().map(Sending::size).sum(),
        histories.len(),
    )
}

/// Whether a part of a history must wait for its document.
fn waits(request: &Sending, failed: &[Sending]) -> bool {
    let Sending::History(id, _) = request else {
        return false;
    };
    failed.iter().any(|other| match other {
        Sending::Documents(items) => items.iter().any(|item| item.id == Some(*id)),
        Sending::History(..) => false,
    })
}

/// Whether the same request would be refused again: it is too large, what is in it is wrong, or it is not this member's to send.
fn refused_for_good(error: &ApiError) -> bool {
    let codes = [
        ErrorCode::TooLarge,
        ErrorCode::InvalidField,
        ErrorCode::InvalidRequest,
        ErrorCode::NotFound,
        ErrorCode::RoleTooLow,
    ];
    error.code().is_some_and(|code| codes.contains(&code))
}
