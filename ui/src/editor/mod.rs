//! The one editor of a document's content: making it and changing it, on the dashboard and in the extension. Not the saving, and not the words.

mod fields;
mod form;
#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod tests;
mod view;
mod words;

pub use fields::fields;
pub use form::{Changes, Form, Wrong, settings};
pub use view::{buttons, kinds, leaves, saves, text, title};
pub use words::Word;

use crate::plain::dom::is_used;
use crate::plain::reactive::Signal;
use crate::tags::split_tags;
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::META_NAMES;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use web_sys::KeyboardEvent;

/// A list to choose or to complete from.
pub type List<T> = Rc<dyn Fn() -> Vec<T>>;

/// How a word is said.
pub type Say = fn(Word<'_>) -> String;

/// Values that a name of metadata has elsewhere.
pub type Values = Rc<dyn Fn(&str) -> Vec<String>>;

/// What is noticed in a text as one types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noticed {
    /// Characters.
    pub characters: usize,
    /// Estimated tokens.
    pub tokens: usize,
    /// Names of variables, in the order of the text.
    pub variables: Vec<String>,
}

impl Noticed {
    /// Looks at a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let found = krowoc_shared::prompts::analyse(text).template.variables();
        Self {
            characters: text.chars().count(),
            tokens: krowoc_shared::prompts::estimate_tokens(text),
            variables: found.into_iter().map(|it| it.name).collect(),
        }
    }
}

/// A library that a new document can be put into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The space of its team.
    pub space: SpaceId,
    /// The name of the team.
    pub name: String,
    /// Why nothing can be saved there.
    pub refusal: Option<String>,
}

/// What surrounds the editor: words, and what its fields complete from.
#[derive(Clone)]
pub struct Around {
    /// Words.
    pub say: Say,
    /// Looks at the text of an editor, and says with [`Editor::notices`] what it noticed when it has.
    pub notice: fn(Editor),
    /// The libraries of teams; none where there is nothing to choose.
    pub libraries: List<Library>,
    /// Another library is chosen: it is put into the editor, and what there is to complete from is another.
    pub shelve: Rc<dyn Fn(Option<SpaceId>)>,
    /// Tags, the most used first.
    pub tags: List<String>,
    /// Collections by title.
    pub collections: List<(DocId, String)>,
    /// Values that a name of metadata has elsewhere.
    pub values: Values,
    /// Models, as `provider/model`.
    pub models: List<String>,
}

/// What a key does in the editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Saves.
    Save,
    /// Leaves, unless something would be lost.
    Leave,
}

impl Key {
    /// What a key does here; `None` for those that write, and for those that a field or an input method has used already.
    #[must_use]
    pub fn of(event: &KeyboardEvent) -> Option<Self> {
        let command = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            _ if is_used(event) => None,
            "Enter" | "s" | "S" if command => Some(Self::Save),
            "Escape" => Some(Self::Leave),
            _ => None,
        }
    }
}

/// What is being written. It is made once a page and begun anew for each document.
#[derive(Clone, Copy)]
pub struct Editor {
    /// What it is.
    pub kind: Signal<Kind>,
    /// Title.
    pub title: Signal<String>,
    /// Text.
    pub body: Signal<String>,
    /// Tags.
    pub tags: Signal<Vec<String>>,
    /// The library of a new document: a team's, or one's own.
    pub space: Signal<Option<SpaceId>>,
    /// Everything else.
    rest: Signal<Form>,
    before: Signal<Form>,
    noticed: Signal<Noticed>,
    /// The field of the tags: what is typed in it, and the completion that is marked.
    tag: (Signal<String>, Signal<Option<usize>>),
    /// A piece of metadata with a name of one's own, as it is typed.
    own: (Signal<String>, Signal<String>),
    /// The further fields are shown.
    more: Signal<bool>,
    /// It was to be left with changes in it, and asks what to do with them.
    pub asks: Signal<bool>,
    /// It is being saved.
    pub busy: Signal<bool>,
}

impl Editor {
    /// One with nothing in it.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let form = Form::new(kind);
        Self {
            kind: Signal::new(kind),
            title: Signal::new(String::new()),
            body: Signal::new(String::new()),
            tags: Signal::new(Vec::new()),
            space: Signal::new(None),
            rest: Signal::new(form.clone()),
            before: Signal::new(form),
            noticed: Signal::new(Noticed::default()),
            tag: (Signal::new(String::new()), Signal::new(None)),
            own: (Signal::new(String::new()), Signal::new(String::new())),
            more: Signal::new(false),
            asks: Signal::new(false),
            busy: Signal::new(false),
        }
    }

    /// Begins with a document as it is, or with an empty one.
    pub fn begin(self, form: &Form) {
        self.before.set(form.clone());
        self.put(form);
    }

    /// Puts what was written back, over what it was begun with.
    pub fn put(self, form: &Form) {
        self.kind.set(form.kind);
        self.title.set(form.title.clone());
        self.body.set(form.body.clone());
        self.tags.set(form.tags.clone());
        self.space.set(form.space);
        let mut rest = form.clone();
        let half = |(name, value): &(String, String)| {
            let fixed = META_NAMES.contains(&name.as_str());
            name.is_empty() || (value.trim().is_empty() && !fixed)
        };
        let half = rest
            .meta
            .iter()
            .position(half)
            .map(|at| rest.meta.remove(at));
        let (name, value) = half.unwrap_or_default();
        self.rest.set(rest);
        self.own.0.set(name);
        self.own.1.set(value);
        self.tag.0.set(String::new());
        self.tag.1.set(None);
        self.asks.set(false);
        self.busy.set(false);
        let further = !form.description.is_empty() || !form.model.is_empty();
        let own = form.meta.iter().any(|(name, _)| name != CATEGORY);
        self.more.set(further || own);
    }

    /// What it was begun with.
    #[must_use]
    pub fn before(self) -> Form {
        self.before.now()
    }

    /// What is written now.
    #[must_use]
    pub fn now(self) -> Form {
        Form {
            kind: self.kind.now(),
            title: self.title.now(),
            body: self.body.now(),
            tags: self.tags.now(),
            space: self.space.now(),
            ..self.rest.now()
        }
    }

    /// What is written now, with what stands in a field and was not confirmed yet: what is to be kept of it.
    #[must_use]
    pub fn whole(self) -> Form {
        let mut form = self.now();
        self.tag.0.peek(|typed| add(&mut form.tags, typed));
        let (name, value) = self.typed();
        match (name.is_empty(), value.trim().is_empty()) {
            (true, true) => {}
            (false, false) => form.set_piece(&name, value),
            // Half of a piece: it is none, and is put back into its fields.
            _ => form.meta.push((name, value)),
        }
        form
    }

    /// The piece of one's own as it is typed.
    fn typed(self) -> (String, String) {
        (
            self.own.0.peek(|name| name.trim().to_owned()),
            self.own.1.now(),
        )
    }

    /// This was noticed in a text. It may have taken a while: of a text that is not there any more it says nothing.
    pub fn notices(self, text: &str, found: Noticed) {
        if self.body.peek(|now| now == text) {
            self.noticed.set(found);
        }
    }

    /// What is wrong with a form that was written here, before anybody is asked to save it; `new`: nothing of it is there yet. What stands in
    /// fields was settled before, as far as it is whole.
    #[must_use]
    pub fn wrong(self, form: &Form, new: bool) -> Option<Wrong> {
        match self.is_half() {
            true => Some(Wrong::Half),
            false => form.wrong(new),
        }
    }

    /// Half of a piece of one's own is typed.
    #[must_use]
    pub fn is_half(self) -> bool {
        let (name, value) = self.typed();
        name.is_empty() != value.trim().is_empty()
    }

    /// Runs the effect that runs now again, whenever something is written.
    pub fn track(self) {
        self.kind.with(|_| ());
        self.title.with(|_| ());
        self.body.with(|_| ());
        self.tags.with(|_| ());
        self.space.with(|_| ());
        self.rest.with(|_| ());
        for typed in [self.tag.0, self.own.0, self.own.1] {
            typed.with(|_| ());
        }
    }

    /// Whether something was written that leaving would lose.
    #[must_use]
    pub fn dirty(self) -> bool {
        self.is_half() || !self.before.peek(|before| self.whole().is_like(before))
    }

    /// True when it may be left: nothing would be lost. Else it asks.
    #[must_use]
    pub fn may_leave(self) -> bool {
        let dirty = self.dirty();
        self.asks.set(dirty);
        !dirty
    }

    /// Another library: nothing of the one before can be picked in it.
    pub fn shelve(self, space: Option<SpaceId>) {
        self.space.set(space);
        self.rest.update(|form| form.collection = None);
    }

    fn piece(self, name: &str) -> String {
        self.rest.with(|form| form.piece(name).to_owned())
    }

    fn set_piece(self, name: &str, value: String) {
        self.rest.update(|form| form.set_piece(name, value));
    }

    /// Puts what is typed as a piece of one's own among the others.
    fn take_own(self) {
        let (name, value) = self.typed();
        if name.is_empty() || value.trim().is_empty() {
            return;
        }
        self.set_piece(&name, value);
        self.own.0.set(String::new());
        self.own.1.set(String::new());
    }

    /// Takes in what stands in a field and was not confirmed yet.
    pub fn settle(self) {
        self.take_own();
        let typed = self.tag.0.now();
        if !typed.is_empty() {
            self.tags.update(|tags| add(tags, &typed));
            self.tag.0.set(String::new());
        }
        self.tag.1.set(None);
    }
}

/// Adds the tags that are typed, each once.
fn add(tags: &mut Vec<String>, typed: &str) {
    for tag in split_tags(typed) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
}

/// The name of metadata that is shown at once.
const CATEGORY: &str = "category";
