//! What can be done with a document from any page: make, copy, duplicate. Not its edits.

use crate::app::App;
use crate::compose::Write;
use crate::frame::Overlay;
use crate::platform;
use crate::route::Route;
use krowoc_shared::access::Action;
use krowoc_shared::hlc::Hlc;
use krowoc_shared::library::document::{Counter, Document, Field, Kind};
use krowoc_shared::library::wire::{CreateDocument, Written};
use krowoc_shared::sync::wire::{Op, PushReply, PushRequest, SpaceState};
use krowoc_ui::api::Client;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, document as words, library};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use std::collections::BTreeMap;

/// Names the window.
pub fn set_title(title: &str) {
    let name = if title.is_empty() {
        common::NAME.to_owned()
    } else {
        format!("{title} · {}", common::NAME)
    };
    document().set_title(&name);
}

/// Begins a new document in the editor.
pub fn create(app: App, kind: Kind) {
    if let Some(why) = app.space.refusal(Action::WriteDocuments) {
        app.toasts.say(Glyph::Alert, why);
        return;
    }
    app.overlay.set(Some(Overlay::Write(Write::New(kind))));
}

/// A second document with the same content.
pub fn duplicate(app: App, document: &Document) {
    send(
        app,
        copy_of(
            document,
            words::copy_of(document.title()),
            document.body.text.clone(),
        ),
        words::DUPLICATED,
    );
}

/// A document like another, under another title and with another text.
pub fn copy_of(document: &Document, title: String, body: String) -> CreateDocument {
    let mut set = BTreeMap::from([
        (Field::Title, Value::from(title)),
        (Field::CreatedAt, Value::from(platform::now())),
    ]);
    for field in [
        Field::Description,
        Field::Note,
        Field::Collection,
        Field::Source,
        Field::Variables,
        Field::Execution,
    ] {
        let value = document.value(field);
        if !value.is_null() {
            set.insert(field, value.clone());
        }
    }
    CreateDocument {
        op_id: Some(platform::op_id()),
        id: Some(platform::doc_id()),
        set,
        tags: document.present_tags().map(str::to_owned).collect(),
        meta: document
            .metadata()
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect(),
        body,
        ..CreateDocument::new(document.kind)
    }
}

fn send(app: App, make: CreateDocument, said: &'static str) {
    spawn_local(async move {
        match Client.post::<Written>("/library", &make).await {
            Ok(written) => match written.result.violation {
                None => {
                    app.refresh_overview();
                    app.nav.go(Route::Document(written.document.id));
                    app.toasts.say(Glyph::Fork, said);
                }
                Some(violation) => app.toasts.say(
                    Glyph::Alert,
                    format!("{}: {}", common::NOT_CREATED, violation.message),
                ),
            },
            Err(error) => app.failed(&error),
        }
    });
}

/// Puts a text of a document on the clipboard, and counts the use.
pub fn copy_text(app: App, document: &Document, text: String) {
    let (id, kind) = (document.id, document.kind);
    spawn_local(async move {
        if !platform::copy(&text).await {
            app.toasts.say(Glyph::Alert, library::COPY_FAILED);
            return;
        }
        app.toasts.say(Glyph::Check, library::COPIED);
        let now = platform::now();
        let mut op = Op::new(platform::op_id(), id, kind).with_count(Counter::Uses, 1);
        op.hlc = Hlc {
            at: now,
            count: 0,
            node: 0,
        };
        // A count that is not taken is not worth a message.
        let _ = count(app, op).await;
    });
}

/// A count is the one edit that only the sync route takes.
async fn count(app: App, op: Op) -> Option<PushReply> {
    if !app.space.may(Action::WriteDocuments) {
        return None;
    }
    let spaces = Client.get::<Vec<SpaceState>>("/sync/spaces").await.ok()?;
    let state = spaces.into_iter().find(|it| app.space.is_shown(it.space))?;
    let push = PushRequest {
        space: state.space,
        epoch: state.epoch,
        device: None,
        knows: 1,
        cursor: state.seq,
        ops: vec![op],
    };
    Client.post("/sync/push", &push).await.ok()
}
