//! The fields beside title and text. Not what of them is new.

use super::form::model_is_wrong;
use super::view::still;
use super::{Around, CATEGORY, Editor, Form, Library, Word, Wrong};
use crate::icons::Glyph;
use crate::plain::dom::{El, button, div, el, group};
use crate::plain::reactive::Signal;
use crate::plain::{TagWords, icon, icon_as, icon_button, tag_field};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::limits;
use krowoc_shared::library::wire::META_NAMES;
use std::rc::Rc;

fn label(around: &Around, id: &str, word: Word<'_>) -> El {
    div("label", "label")
        .attr("for", id)
        .attr("dir", "auto")
        .text(&(around.say)(word))
}

fn row() -> El {
    div("div", "frow")
}

/// What a field completes from.
fn completion(id: &str, known: impl Fn() -> Vec<String> + 'static) -> El {
    div("datalist", "").attr("id", id).part(known, |known| {
        let option = |value: &String| el("option").attr("value", value);
        group().children(known.iter().map(option))
    })
}

/// A field on one line with what it completes from.
fn line(
    id: &str,
    most: usize,
    known: impl Fn() -> Vec<String> + 'static,
    value: impl Fn() -> String + 'static,
    typed: impl FnMut(String) + 'static,
) -> El {
    let list = format!("{id}-known");
    let options = completion(&list, known);
    let input = div("input", "input")
        .attr("id", id)
        .attr("list", &list)
        .attr("dir", "auto")
        .attr("autocomplete", "off")
        .attr("maxlength", &most.to_string())
        .field(value, typed);
    div("span", "grow").child(input).child(options)
}

/// A text of the rest of the form: read and written.
type Part = (fn(&Form) -> &String, fn(&mut Form) -> &mut String);

const NOTE: Part = (|form| &form.note, |form| &mut form.note);
const DESCRIPTION: Part = (|form| &form.description, |form| &mut form.description);
const MODEL: Part = (|form| &form.model, |form| &mut form.model);

fn read(editor: Editor, part: Part) -> impl Fn() -> String {
    move || editor.rest.with(|form| (part.0)(form).clone())
}

fn write(editor: Editor, part: Part) -> impl FnMut(String) {
    move |text| editor.rest.update(|form| *(part.1)(form) = text)
}

/// The library where there are several, tags, category, collection and note; behind a line that opens, the further ones.
#[must_use]
pub fn fields(editor: Editor, around: &Around) -> El {
    let say = around.say;
    let (typed, at) = editor.tag;
    let words = TagWords {
        add: say(Word::AddTag),
        known: say(Word::Tags),
        remove: Rc::new(move |tag: &str| say(Word::Remove(tag))),
    };
    let known = around.tags.clone();
    let tags = tag_field(
        "editor-tags",
        editor.tags,
        typed,
        at,
        move || known(),
        words,
    );
    let note = div("input", "input")
        .attr("id", "editor-note")
        .attr("dir", "auto")
        .attr("maxlength", &limits::NOTE_CHARS.to_string())
        .attr("placeholder", &say(Word::Optional))
        .field(read(editor, NOTE), write(editor, NOTE));
    let row = |id, word, field| row().child(label(around, id, word)).child(field);
    still(editor, div("div", "stack stack--1"))
        .child(library(editor, around))
        .child(row("editor-tags", Word::Tags, tags))
        .child(piece(editor, around, CATEGORY))
        .child(collection(editor, around))
        .child(row("editor-note", Word::Note, note))
        .child(further(editor, around))
}

fn written(id: Option<impl std::fmt::Display>) -> String {
    id.map_or_else(String::new, |id| id.to_string())
}

/// A choice among things of which none has no id.
fn pick(
    id: &str,
    name: El,
    (none, options): (&str, Vec<El>),
    now: impl Fn() -> String + 'static,
    chosen: impl FnMut(String) + 'static,
) -> El {
    let select = div("select", "select")
        .attr("id", id)
        .child(el("option").attr("value", "").text(none))
        .children(options)
        .field(now, chosen);
    let select = div("span", "selectbox")
        .child(select)
        .child(icon(Glyph::Down));
    row().child(name).child(select)
}

/// Which library: nothing to choose without a team. One that cannot be saved to says why.
fn library(editor: Editor, around: &Around) -> El {
    const ID: &str = "editor-library";
    let around = around.clone();
    let libraries = around.libraries.clone();
    group().part(
        move || libraries(),
        move |libraries| {
            if libraries.is_empty() {
                return group();
            }
            let say = around.say;
            let option = |library: &Library| {
                let option = el("option").attr("value", &library.space.to_string());
                match &library.refusal {
                    Some(reason) => option
                        .attr("disabled", "")
                        .attr("title", reason)
                        .text(&say(Word::ReadOnly(&library.name))),
                    None => option.text(&library.name),
                }
            };
            let shelve = around.shelve.clone();
            pick(
                ID,
                label(&around, ID, Word::Library),
                (
                    &say(Word::OwnLibrary),
                    libraries.iter().map(option).collect(),
                ),
                move || written(editor.space.get()),
                move |id| shelve(id.parse().ok()),
            )
        },
    )
}

fn collection(editor: Editor, around: &Around) -> El {
    const ID: &str = "editor-collection";
    let around = around.clone();
    let lists = around.collections.clone();
    group().part(
        move || lists(),
        move |collections| {
            if collections.is_empty() {
                return group();
            }
            let option = |(id, title): &(DocId, String)| {
                el("option").attr("value", &id.to_string()).text(title)
            };
            pick(
                ID,
                label(&around, ID, Word::Collection),
                (
                    &(around.say)(Word::NoCollection),
                    collections.iter().map(option).collect(),
                ),
                move || written(editor.rest.with(|form| form.collection)),
                move |id| {
                    editor.rest.update(|form| form.collection = id.parse().ok());
                },
            )
        },
    )
}

/// The id of the field of a piece of metadata. One with a name of one's own has the id of no other field, whatever it is called: no name has
/// the sign that stands for a space.
fn piece_id(name: &str) -> String {
    if META_NAMES.contains(&name) {
        return format!("editor-{name}");
    }
    format!("editor-own-{}", name.replace(char::is_whitespace, "="))
}

fn piece(editor: Editor, around: &Around, name: &str) -> El {
    let (id, values) = (piece_id(name), around.values.clone());
    let (of, now, put) = (name.to_owned(), name.to_owned(), name.to_owned());
    row()
        .child(label(around, &id, Word::Meta(name)))
        .child(line(
            &id,
            limits::META_CHARS,
            move || values(&of),
            move || editor.piece(&now),
            move |text| editor.set_piece(&put, text),
        ))
}

/// Description, the other metadata, the model; drawn when they are asked for.
fn further(editor: Editor, around: &Around) -> El {
    let more = editor.more;
    let own = around.clone();
    let press = button("link xs", move || more.update(|more| *more = !*more))
        .attr("id", "editor-more")
        .says("aria-expanded", move || more.get())
        .child(icon_as(Glyph::Sliders, "i i--sm"))
        .text(&(around.say)(Word::More));
    div("div", "stack stack--1").child(press).when(
        move || more.get(),
        move || {
            let own_names = own.clone();
            div("div", "stack stack--1")
                .child(description(editor, &own))
                .children(
                    META_NAMES
                        .iter()
                        .filter(|name| **name != CATEGORY)
                        .map(|name| piece(editor, &own, name)),
                )
                .each(
                    move || free_names(editor),
                    String::clone,
                    move |name| own_piece(editor, &own_names, &name),
                )
                .child(another(editor, &own))
                .child(model(editor, &own))
        },
    )
}

/// Names of metadata beside those that have a field of their own.
fn free_names(editor: Editor) -> Vec<String> {
    let names = |form: &Form| {
        let names = form.meta.iter().map(|(name, _)| name);
        let own = names.filter(|name| !META_NAMES.contains(&name.as_str()));
        own.cloned().collect()
    };
    editor.rest.with(names)
}

fn description(editor: Editor, around: &Around) -> El {
    let field = div("textarea", "textarea")
        .attr("id", "editor-description")
        .attr("rows", "2")
        .attr("dir", "auto")
        .attr("maxlength", &limits::NOTE_CHARS.to_string())
        .field(read(editor, DESCRIPTION), write(editor, DESCRIPTION));
    row()
        .child(label(around, "editor-description", Word::Description))
        .child(field)
}

fn own_piece(editor: Editor, around: &Around, name: &str) -> El {
    let gone = name.to_owned();
    let remove = icon_button(&(around.say)(Word::Remove(name)), Glyph::X, move || {
        editor
            .rest
            .update(|form| form.meta.retain(|(name, _)| *name != gone));
    });
    div("div", "line line--1")
        .child(piece(editor, around, name).attr("class", "frow grow"))
        .child(remove)
}

/// A piece with a name of one's own. Its value completes from those that the name has elsewhere.
fn another(editor: Editor, around: &Around) -> El {
    const KNOWN: &str = "editor-another-known";
    let (say, values) = (around.say, around.values.clone());
    let (name, value) = editor.own;
    let field = |word, most: usize, signal: Signal<String>| {
        div("input", "input grow")
            .attr("aria-label", &say(word))
            .attr("placeholder", &say(word))
            .attr("dir", "auto")
            .attr("autocomplete", "off")
            .attr("maxlength", &most.to_string())
            .field(move || signal.get(), move |text| signal.set(text))
            .on_key(move |event| {
                if event.key() == "Enter" && !event.ctrl_key() && !event.meta_key() {
                    event.prevent_default();
                    editor.take_own();
                }
            })
    };
    let add = button("btn btn--sm", move || editor.take_own()).text(&say(Word::Add));
    div("div", "line line--1")
        .child(field(Word::OwnName, limits::META_NAME_CHARS, name))
        .child(field(Word::OwnValue, limits::META_CHARS, value).attr("list", KNOWN))
        .child(completion(KNOWN, move || {
            values(&name.with(|name| name.trim().to_owned()))
        }))
        .child(add)
}

/// The model that is chosen first; only prompts are run.
fn model(editor: Editor, around: &Around) -> El {
    let around = around.clone();
    let prompt = move || editor.kind.get() == Kind::Prompt;
    group().when(prompt, move || {
        let (say, models) = (around.say, around.models.clone());
        let field = line(
            "editor-model",
            240,
            move || models(),
            read(editor, MODEL),
            write(editor, MODEL),
        );
        let wrong = move || editor.rest.with(|form| model_is_wrong(&form.model));
        div("div", "stack stack--0")
            .child(
                row()
                    .child(label(&around, "editor-model", Word::Model))
                    .child(field),
            )
            .when(wrong, move || {
                div("p", "hint hint--error")
                    .attr("role", "status")
                    .text(&say(Word::Wrong(Wrong::Model)))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_ones_own_has_a_field_of_its_own_whatever_it_is_called() {
        assert_eq!(piece_id("task_type"), "editor-task_type");
        let taken = ["title", "text", "tags", "note", "model", "save", "library"];
        for name in taken {
            assert_eq!(piece_id(name), format!("editor-own-{name}"));
        }
        assert_ne!(piece_id("own reader"), piece_id("own-reader"));
        assert!(!piece_id("two words").contains(' '));
    }
}
