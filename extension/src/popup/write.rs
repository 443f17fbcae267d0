//! Writing in the popup without a page: a new prompt, or one of the library. Not the editor: that is `ui::editor`.

use super::around::{around, say};
use super::desk::Desk;
use super::{find, form};
use crate::messages::{Draft, Failure, FailureCode, Keep, Request, Saved};
use crate::page::dom::{self, El, div, group};
use crate::page::reactive::flush;
use crate::page::{ask, failure, mint_doc, mint_op, t};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_ui::editor::{self, Form, Word};
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Writing {
    /// The document, or the one to be made.
    pub doc_id: DocId,
    /// It is to be made.
    pub new: bool,
}

/// The screen: title, text, fields, the buttons.
pub(super) fn write(desk: Desk, writing: &Writing) -> El {
    let (pen, around) = (desk.pen, around(desk, writing.new));
    let name = t(if writing.new { "newPrompt" } else { "edit" });
    div("section", "stack")
        .attr("aria-label", &name)
        .child(editor::title(pen, &around))
        .child(editor::text(pen, &around))
        .child(editor::fields(pen, &around))
        .child(group().some(move || desk.trouble.get(), form::refused))
        .child(editor::buttons(
            pen,
            &around,
            move || desk.save_writing(),
            move || desk.leave_writing(),
        ))
}

impl Desk {
    /// Begins a new prompt.
    pub fn write_new(self) {
        let writing = Writing {
            doc_id: mint_doc(),
            new: true,
        };
        let form = Form {
            space: self.clip.space.now(),
            ..Form::new(Kind::Prompt)
        };
        self.show_writing(writing, &form);
    }

    /// Begins to edit a document.
    pub fn write(self, doc_id: DocId) {
        self.trouble.set(None);
        spawn_local(async move {
            match ask::<Form>(&Request::Form { doc_id }).await {
                Ok(form) => self.show_writing(Writing { doc_id, new: false }, &form),
                Err(reason) => self.refuse(reason),
            }
        });
    }

    /// Shows the editor with a document.
    pub fn show_writing(self, writing: Writing, form: &Form) {
        // What is being written is not pushed aside: it asks first.
        if self.writing.peek(Option::is_some) && !editor::leaves(self.pen) {
            return;
        }
        self.pen.begin(form);
        self.trouble.set(None);
        self.writing.set(Some(writing));
        self.restock();
        // The focus goes to what has just been drawn.
        flush();
        dom::focus_id("editor-title");
    }

    /// Goes back to the page.
    pub fn leave_writing(self) {
        self.writing.set(None);
        self.trouble.set(None);
        self.keep_now();
        self.restock();
        // What had the focus is gone: it goes to where the writing was begun.
        flush();
        find::focus();
    }

    /// Saves what is written.
    pub fn save_writing(self) {
        let Some(writing) = self.writing.now() else {
            return;
        };
        if self.pen.busy.now() {
            return;
        }
        // Leaving a field takes what is typed in it.
        dom::leave_field();
        self.pen.settle();
        let (form, before) = (self.pen.now(), self.pen.before());
        if let Some(wrong) = self.pen.wrong(&form, writing.new) {
            let said = say(Word::Wrong(wrong));
            return self.refuse(Failure::new(FailureCode::Invalid, said));
        }
        if !writing.new && form.is_like(&before) {
            return self.leave_writing();
        }
        self.trouble.set(None);
        editor::saves(self.pen);
        spawn_local(async move {
            let done = match writing.new {
                true => ask::<Saved>(&made(writing.doc_id, form)).await.map(drop),
                false => ask::<()>(&edited(writing.doc_id, form, before)).await,
            };
            self.pen.busy.set(false);
            match done {
                Ok(()) => {
                    if writing.new {
                        // An older answer does not know which library was saved to last.
                        self.chosen.set(true);
                    }
                    self.leave_writing();
                    self.spoken.set(t("saved"));
                    self.refresh();
                    self.watch();
                    self.search();
                }
                Err(reason) => self.refuse(reason),
            }
        });
    }

    fn refuse(self, reason: Failure) {
        self.spoken.set(failure(&reason));
        self.trouble.set(Some(reason));
        // A field was left to save what is typed in it.
        dom::focus_id("editor-save");
    }
}

fn made(doc_id: DocId, form: Form) -> Request {
    Request::Save(Box::new(Draft {
        op_id: mint_op(),
        doc_id,
        form,
        source: String::new(),
        keep: Keep::Both,
        chosen: true,
    }))
}

fn edited(doc_id: DocId, form: Form, before: Form) -> Request {
    Request::Edit {
        op_id: mint_op(),
        doc_id,
        form: Box::new(form),
        before: Box::new(before),
    }
}
