//! What is filled in, or what was answered, inserted into the page beside. Not a run.

use super::desk::{Desk, Load};
use crate::messages::{Insertion, Request, RunForm};
use crate::model::run::values;
use crate::page::dom::{self, El, button, div};
use crate::page::{Said, ask, failure, icon, insert, mint_op, t};
use krowoc_shared::prompts::VariableErrorKind;
use krowoc_ui::icons::Glyph;
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;

/// The one button of a form that is filled in to be inserted.
pub(super) fn press(desk: Desk) -> El {
    button("btn btn--primary btn--block", move || desk.insert())
        .attr("id", "insert")
        .child(icon(Glyph::Insert))
        .text(&t("insert"))
        .child(div("kbd", "kbd").attr("aria-hidden", "true").text("Ctrl ↵"))
}

impl Desk {
    /// Inserts the text, when everything is filled in.
    pub(super) fn insert(self) {
        let Load::Ready(form) = self.form.now() else {
            return;
        };
        if self.putting.now() {
            return;
        }
        let values = match self.filled.peek(|filled| values(&form, filled)) {
            Ok(values) => values,
            Err(wrong) => return self.refuse(&form, wrong),
        };
        self.wrong.set(BTreeMap::new());
        self.told.set(None);
        self.putting.set(true);
        let request = Request::Insertion {
            op_id: mint_op(),
            doc_id: form.doc_id,
            values: Some(values),
        };
        spawn_local(async move {
            match ask::<Insertion>(&request).await {
                Ok(Insertion::Text(text)) => self.put(&text, true).await,
                // It has other variables by now: the form is read anew.
                Ok(Insertion::Asks) => self.choose(form.doc_id),
                Err(reason) => self.said().tell(failure(&reason)),
            }
            self.putting.set(false);
        });
    }

    /// Inserts the answer.
    pub(super) fn insert_answer(self) {
        let text = self.run.peek(|run| run.text.clone());
        spawn_local(async move { self.put(&text, false).await });
    }

    async fn put(self, text: &str, last: bool) {
        insert(self.tab, text, last && self.in_popup, self.said()).await;
    }

    const fn said(self) -> Said {
        Said {
            spoken: self.spoken,
            told: self.told,
        }
    }

    /// What is wrong, at each field; the focus goes to the first of them.
    pub(super) fn refuse(self, form: &RunForm, wrong: BTreeMap<String, VariableErrorKind>) {
        self.spoken.set(t("runFillIn"));
        let names = form.variables.iter().map(|variable| &variable.name);
        let first = names.into_iter().find(|name| wrong.contains_key(*name));
        dom::focus_id(&super::form::id(first.map_or("", String::as_str)));
        self.wrong.set(wrong);
    }
}
