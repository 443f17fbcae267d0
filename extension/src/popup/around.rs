//! What the editor has around it in the popup: the words of the browser's language, and the library that is on this device. Not the editor.

use super::desk::Desk;
use crate::messages::Request;
use crate::model::words as keys;
use crate::page::{ask, number, t, t1, t2};
use gloo_timers::future::TimeoutFuture;
use krowoc_ui::editor::{Around, Editor, Noticed, Word, Wrong};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// The milliseconds of rest after which a text is looked at.
const REST: u32 = 150;

/// The surroundings; `new`: the library can be chosen.
pub(super) fn around(desk: Desk, new: bool) -> Around {
    let shelf = desk.shelf;
    Around {
        say,
        notice,
        libraries: Rc::new(move || match new {
            true => shelf.with(|shelf| shelf.teams.clone()),
            false => Vec::new(),
        }),
        shelve: Rc::new(move |space| desk.shelve(space)),
        tags: Rc::new(move || shelf.with(|shelf| shelf.tags.clone())),
        collections: Rc::new(move || shelf.with(|shelf| shelf.collections.clone())),
        values: Rc::new(move |name: &str| {
            shelf.with(|shelf| {
                let own = shelf.values.iter().filter(|(of, _)| of == name);
                own.map(|(_, value)| value.clone()).collect()
            })
        }),
        models: Rc::new(move || shelf.with(|shelf| shelf.models.clone())),
    }
}

/// The background reads the text: what that takes has no room here. It is asked once the writing rests.
fn notice(editor: Editor) {
    let text = editor.body.now();
    spawn_local(async move {
        TimeoutFuture::new(REST).await;
        let rests = editor.body.peek(|now| *now == text);
        let request = Request::Notice { text: text.clone() };
        if rests && let Ok(found) = ask::<Noticed>(&request).await {
            editor.notices(&text, found);
        }
    });
}

/// What the editor says.
pub(super) fn say(word: Word<'_>) -> String {
    let key = match word {
        Word::Title => "title",
        Word::Untitled => "untitled",
        Word::Text => "text",
        Word::TextEmpty => "textEmpty",
        Word::Tags => "tags",
        Word::AddTag => "addTag",
        Word::Library => "library",
        Word::OwnLibrary => "libraryOwn",
        Word::Collection => "collection",
        Word::NoCollection => "collectionNone",
        Word::Note => "note",
        Word::Optional => "optional",
        Word::Description => "description",
        Word::Meta("category") => "category",
        Word::Meta("topic") => "topic",
        Word::Meta("task_type") => "taskType",
        Word::Meta("persona") => "persona",
        Word::OwnName => "metaName",
        Word::OwnValue => "metaValue",
        Word::Add => "add",
        Word::Model => "runModel",
        Word::Wrong(Wrong::Model) => "modelWrong",
        Word::Wrong(Wrong::Nothing) => "nothingWritten",
        Word::Wrong(Wrong::Half) => "metaHalf",
        Word::More => "more",
        Word::SaveAs => "saveAs",
        Word::Kind(kind) => keys::kind(kind),
        Word::Save => "save",
        Word::Saving => "saving",
        Word::Cancel => "cancel",
        Word::Unsaved => "unsaved",
        Word::Discard => "discard",
        Word::WriteOn => "writeOn",
        Word::Meta(own) | Word::Variables(own) => return own.to_owned(),
        Word::ReadOnly(name) => return t1("libraryView", name),
        Word::Remove(name) => return t1("removeTag", name),
        Word::Length(characters, tokens) => {
            return t2("textLength", &number(characters), &number(tokens));
        }
    };
    t(key)
}
