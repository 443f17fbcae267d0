//! What is known about a document beside its text: tags, collection, note, source. Not the text.

use super::control::Control;
use super::lifecycle::Standing;
use super::metadata::Metadata;
use super::publication::Public;
use super::running::Running;
use super::source::{Source, SourceLink, source};
use krowoc_shared::library::document::{Counter, Document, Field, Kind};
use krowoc_shared::sync::wire::TagEdit;
use krowoc_ui::components::{Icon, RelativeTime, TagInput};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{document as words, library};
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// The column beside the text.
#[component]
pub fn About(control: Control) -> impl IntoView {
    let tags = Memo::new(move |_| {
        control.document.with(|it| {
            it.as_ref()
                .map(|it| it.present_tags().map(str::to_owned).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let tag = move |add: Option<String>, remove: Option<String>| {
        let edit = TagEdit {
            add: add.into_iter().collect(),
            remove: remove.into_iter().collect(),
        };
        control.set(BTreeMap::new(), edit, Vec::new());
    };
    let prompt = Memo::new(move |_| {
        control
            .document
            .with(|it| it.as_ref().is_some_and(|it| it.kind == Kind::Prompt))
    });
    let origin = Memo::new(move |_| control.document.with(|it| it.as_ref().and_then(source)));
    view! {
        <div class="pad stack stack--6">
            {move || prompt.get().then(|| view! { <Running control=control /> })}
            {move || prompt.get().then(|| view! { <Public control=control /> })}
            <h2 class="sr">{words::ABOUT}</h2>
            {move || prompt.get().then(|| view! { <Standing control=control /> })}
            <div class="field">
                <label class="label" for="tags">{words::TAGS}</label>
                <TagInput id="tags" tags=tags known=control.app.known_tags()
                    on_add=move |it| tag(Some(it), None) on_remove=move |it| tag(None, Some(it)) />
            </div>
            <CollectionField control=control />
            <Metadata control=control />
            <TextField control=control id="description" label=words::DESCRIPTION read=|it| &it.description write=|it, text| it.description = text placeholder="" />
            <TextField control=control id="note" label=words::NOTE read=|it| &it.note write=|it, text| it.note = text placeholder=words::NOTE_PLACEHOLDER />
            {move || origin.get().map(|source| view! { <SourceCard control=control source=source /> })}
            {move || control.document.get().map(|document| view! { <Figures control=control document=document /> })}
        </div>
    }
}

#[component]
fn CollectionField(control: Control) -> impl IntoView {
    let current = Memo::new(move |_| {
        control
            .document
            .with(|it| it.as_ref().and_then(Document::collection))
    });
    let pick = move |event| {
        let id = event_target_value(&event);
        let value = if id.is_empty() {
            Value::Null
        } else {
            Value::from(id)
        };
        control.set(
            BTreeMap::from([(Field::Collection, value)]),
            TagEdit::default(),
            Vec::new(),
        );
    };
    let choices = move || {
        let all = control.app.collections.get();
        all.into_iter().map(|it| {
            let title = if it.title.is_empty() { library::UNTITLED.to_owned() } else { it.title };
            view! { <option value=it.id.to_string() selected=move || current.get() == Some(it.id)>{title}</option> }
        }).collect_view()
    };
    view! {
        <div class="field">
            <label class="label" for="collection">{words::COLLECTION}</label>
            <span class="selectbox">
                <select class="select" id="collection" on:change=pick>
                    <option value="" selected=move || current.get().is_none()>{words::NO_COLLECTION}</option>
                    {choices}
                </select>
                <Icon glyph=Glyph::Down />
            </span>
        </div>
    }
}

#[component]
fn TextField(
    control: Control,
    id: &'static str,
    label: &'static str,
    read: fn(&super::draft::Texts) -> &String,
    write: fn(&mut super::draft::Texts, String),
    placeholder: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <textarea class="textarea" id=id rows="2" dir="auto" maxlength="10000" placeholder=placeholder
                prop:value=move || control.draft.with(|draft| read(&draft.now).clone())
                on:input=move |event| control.write(|texts| write(texts, event_target_value(&event)))></textarea>
        </div>
    }
}

#[component]
fn SourceCard(control: Control, source: Source) -> impl IntoView {
    let Source {
        url,
        link,
        author,
        captured_at,
        concealed,
        cut,
        early,
        quote,
        ..
    } = source.clone();
    let title = source.title.clone();
    let page = url.map(|url| view! {
        <a class="btn btn--sm" href=url target="_blank" rel="noopener noreferrer"><Icon glyph=Glyph::Open />{words::SOURCE_OPEN}</a>
    });
    let passage = link.map(|link| view! {
        <a class="btn btn--sm" href=link target="_blank" rel="noopener noreferrer"><Icon glyph=Glyph::Quote />{words::SOURCE_PASSAGE}</a>
    });
    view! {
        <section class="card" aria-labelledby="source">
            <header class="card__head"><Icon glyph=Glyph::Globe /><h3 class="grow" id="source">{words::SOURCE}</h3></header>
            <div class="card__body stack stack--3">
                {(!title.is_empty()).then(|| view! { <p class="med" dir="auto">{title}</p> })}
                <dl class="props">
                    <dt>{words::SITE}</dt><dd><SourceLink source=source /></dd>
                    {(!author.is_empty()).then(|| view! { <dt>{words::AUTHOR}</dt><dd dir="auto">{author}</dd> })}
                    {captured_at.map(|at| view! { <dt>{words::CAPTURED}</dt><dd><RelativeTime at=at now=control.app.now /></dd> })}
                    {(concealed > 0).then(|| view! { <dt>{words::HIDDEN}</dt><dd class="line"><Icon glyph=Glyph::Shield class="i--sm" />{words::hidden(concealed)}</dd> })}
                </dl>
                {cut.map(|(kept, whole)| view! { <p class="line soft"><Icon glyph=Glyph::Info />{words::beginning(kept, whole)}</p> })}
                {early.then(|| view! { <p class="line soft"><Icon glyph=Glyph::Info />{words::EARLY}</p> })}
                {(!quote.is_empty()).then(|| view! { <blockquote class="preview" dir="auto">{quote}</blockquote> })}
                <div class="line line--wrap">{page}{passage}</div>
            </div>
        </section>
    }
}

#[component]
fn Figures(control: Control, document: Document) -> impl IntoView {
    let now = control.app.now;
    let (created, edited) = (document.created_at(), document.edited_at());
    view! {
        <dl class="props">
            <dt>{library::USED}</dt><dd>{library::uses(document.counter(Counter::Uses))}</dd>
            <dt>{library::EDITED}</dt><dd><RelativeTime at=edited now=now /></dd>
            {(created > 0).then(|| view! { <dt>{library::CREATED}</dt><dd><RelativeTime at=created now=now /></dd> })}
        </dl>
    }
}
