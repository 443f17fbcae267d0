//! What this browser holds, and taking it out as one file. It reads the database itself: an export may be larger than a message.

use super::{Desk, facts, section};
use crate::background;
use crate::browser;
use crate::messages::Failure;
use crate::model::export::item;
use crate::page::dom::{El, button, div, el};
use crate::page::{bytes, download, failure, icon, number, t, t1};
use krowoc_shared::exchange::json;
use krowoc_ui::icons::Glyph;
use wasm_bindgen_futures::spawn_local;

/// Documents read at a time.
const PAGE: u32 = 200;

/// Documents, space, export.
pub(super) fn library(desk: Desk) -> El {
    let held = move || {
        desk.state.with(|state| {
            state
                .as_ref()
                .map(|state| (state.documents, state.used.map(bytes)))
        })
    };
    let press = button("btn", move || {
        spawn_local(async move {
            let result = export().await;
            desk.spoken.set(told(&result));
            desk.exported.set(Some(result));
        });
    });
    let press = press
        .attr("id", "export")
        .child(icon(Glyph::Download))
        .text(&t("exportAll"));
    let line = div("div", "line").child(press).some(
        move || desk.exported.get(),
        |result| {
            let (class, glyph) = match result {
                Ok(_) => ("state state--ok", Glyph::Check),
                Err(_) => ("state state--danger", Glyph::Alert),
            };
            div("span", class).child(icon(glyph)).text(&told(result))
        },
    );
    section("library", "storageTitle").child(
        div("div", "card")
            .some(held, |(documents, used)| {
                let value = |text: &str| el("span").text(text);
                let documents = (t("storageDocuments"), value(&number(*documents)));
                let used = used.as_deref().map(|used| (t("storageUsed"), value(used)));
                facts([Some(documents), used].into_iter().flatten())
            })
            .child(
                div("div", "stack")
                    .child(line)
                    .child(div("p", "hint").text(&t("exportHint"))),
            ),
    )
}

fn told(result: &Result<usize, Failure>) -> String {
    match result {
        Ok(count) => t1("exportDone", &number(*count)),
        Err(reason) => failure(reason),
    }
}

/// Writes every document of every library, those in the trash too, into a file. Gives their number.
async fn export() -> Result<usize, Failure> {
    let now = browser::now();
    let mut text = vec![json::header(now)];
    let mut count = 0usize;
    for store in background::libraries().await? {
        let mut after = None;
        loop {
            let page = store.documents_after(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.view.id);
            for local in page.iter().filter(|local| !local.view.purged) {
                text.push(
                    json::item(&item(&local.view), count == 0)
                        .map_err(crate::store::StoreError::from)?,
                );
                count = count.saturating_add(1);
            }
        }
    }
    text.push(json::footer().to_owned());
    download("krowoc-library.json", json::MEDIA_TYPE, &text);
    Ok(count)
}
