//! What this browser holds, and taking it out as one file. It reads the database itself: an export may be larger than a message.

use super::Desk;
use crate::background;
use crate::browser;
use crate::messages::Failure;
use crate::model::export::item;
use crate::page::{Icon, bytes, download, failure, number, t, t1};
use krowoc_shared::exchange::json;
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Documents read at a time.
const PAGE: u32 = 200;

/// Documents, space, export.
#[component]
pub(super) fn Library() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let done = RwSignal::new(None::<Result<usize, Failure>>);
    let facts = move || {
        desk.state.with(|state| {
            state
                .as_ref()
                .map(|state| (number(state.documents), state.used.map(bytes)))
        })
    };
    let export = move |_| {
        spawn_local(async move {
            let result = export().await;
            desk.spoken.set(match &result {
                Ok(count) => t1("exportDone", &number(*count)),
                Err(reason) => failure(reason),
            });
            done.set(Some(result));
        });
    };
    view! {
        <section class="stack stack--3" aria-labelledby="library">
            <h2 id="library">{t("storageTitle")}</h2>
            <div class="card">
                {move || facts().map(|(documents, used)| view! {
                    <dl class="props">
                        <dt>{t("storageDocuments")}</dt><dd>{documents}</dd>
                        {used.map(|used| view! { <dt>{t("storageUsed")}</dt><dd>{used}</dd> })}
                    </dl>
                })}
                <div class="stack">
                    <div class="line">
                        <button type="button" class="btn" id="export" on:click=export><Icon glyph=Glyph::Download />{t("exportAll")}</button>
                        {move || done.get().map(|done| match done {
                            Ok(count) => view! { <span class="state state--ok"><Icon glyph=Glyph::Check />{t1("exportDone", &number(count))}</span> }.into_any(),
                            Err(reason) => view! { <span class="state state--danger"><Icon glyph=Glyph::Alert />{failure(&reason)}</span> }.into_any(),
                        })}
                    </div>
                    <p class="hint">{t("exportHint")}</p>
                </div>
            </div>
        </section>
    }
}

/// Writes every document, those in the trash too, into a file. Gives their number.
async fn export() -> Result<usize, Failure> {
    let store = background::store().await?;
    let now = browser::now();
    let mut text = vec![json::header(now)];
    let mut after = None;
    let mut count = 0usize;
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
    text.push(json::footer().to_owned());
    download("krowoc-library.json", json::MEDIA_TYPE, &text);
    Ok(count)
}
