//! What can be done with an answer: kept as a snippet, copied. Not the run that gave it.

use super::desk::{Desk, Load};
use crate::browser;
use crate::messages::{Draft, Keep, Request, Saved};
use crate::page::{ask, failure, mint_doc, mint_op, t};
use krowoc_shared::library::document::Kind;
use krowoc_ui::editor::Form;
use wasm_bindgen_futures::spawn_local;

impl Desk {
    /// Keeps the answer as a snippet: on the disk here, and sent like every other.
    pub(super) fn keep(self) {
        let Load::Ready(form) = self.form.now() else {
            return;
        };
        let model = self
            .run
            .peek(|run| run.view.as_ref().map(|view| view.model.to_string()));
        let draft = Draft {
            op_id: mint_op(),
            doc_id: mint_doc(),
            form: Form {
                title: form.title.clone(),
                body: self.run.peek(|run| run.text.clone()),
                note: model.unwrap_or_default(),
                space: form.keeps_in,
                ..Form::new(Kind::Snippet)
            },
            source: String::new(),
            keep: Keep::Both,
            chosen: false,
        };
        spawn_local(async move {
            match ask::<Saved>(&Request::Save(Box::new(draft))).await {
                Ok(saved) => {
                    self.saved.set(Some(saved.doc_id));
                    self.spoken.set(t("saved"));
                }
                Err(reason) => self.spoken.set(failure(&reason)),
            }
        });
    }

    /// Puts the answer on the clipboard.
    pub(super) fn copy(self) {
        let text = self.run.peek(|run| run.text.clone());
        spawn_local(async move {
            let said = match browser::copy(&text).await {
                Ok(()) => t("copied"),
                Err(error) => error.0,
            };
            self.spoken.set(said);
        });
    }
}
