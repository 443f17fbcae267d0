//! How the editor looks: title, text, the fields beside it, what to do with unsaved changes. Not what is saved.

use super::{Around, Editor, Say, Word};
use crate::icons::Glyph;
use crate::plain::dom::{El, button, div, focus_id};
use crate::plain::reactive::{effect, flush};
use crate::plain::{Choice, choice, icon, icon_as};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::limits;
use std::rc::Rc;

/// The button that saves.
const SAVE: &str = "editor-save";

/// The button that stays, when it is asked what to do with changes.
const WRITE_ON: &str = "editor-write-on";

/// While it is saved nothing is written: what came after would be lost.
pub(super) fn still(editor: Editor, part: El) -> El {
    part.while_true("inert", move || editor.busy.get())
}

/// It is being saved. The focus is where it stays meanwhile: on the button that says so.
pub fn saves(editor: Editor) {
    editor.asks.set(false);
    flush();
    focus_id(SAVE);
    editor.busy.set(true);
}

/// True when it may be left. Else it asks, and the focus goes to what does no harm.
#[must_use]
pub fn leaves(editor: Editor) -> bool {
    let may = editor.may_leave();
    if !may {
        flush();
        focus_id(WRITE_ON);
    }
    may
}

/// What is written here can be a prompt or a snippet.
#[must_use]
pub fn kinds(editor: Editor, around: &Around) -> El {
    let say = around.say;
    let words = Choice {
        label: say(Word::SaveAs),
        options: vec![
            say(Word::Kind(Kind::Prompt)),
            say(Word::Kind(Kind::Snippet)),
        ],
        block: false,
    };
    let kinds = choice(
        words,
        move || usize::from(editor.kind.get() == Kind::Snippet),
        move |at| {
            let kind = if at == 0 { Kind::Prompt } else { Kind::Snippet };
            editor.kind.set(kind);
        },
    );
    still(editor, kinds)
}

/// The title.
#[must_use]
pub fn title(editor: Editor, around: &Around) -> El {
    let say = around.say;
    still(editor, div("input", "input quiet write__title"))
        .attr("id", "editor-title")
        .attr("aria-label", &say(Word::Title))
        .attr("placeholder", &say(Word::Untitled))
        .attr("dir", "auto")
        .attr("autocomplete", "off")
        .attr("maxlength", &limits::TITLE_CHARS.to_string())
        .field(
            move || editor.title.get(),
            move |text| editor.title.set(text),
        )
}

/// The text, with how long it is as one types.
#[must_use]
pub fn text(editor: Editor, around: &Around) -> El {
    let say = around.say;
    let field = div("textarea", "textarea write__text")
        .attr("id", "editor-text")
        .attr("dir", "auto")
        .attr("rows", "8")
        .attr("spellcheck", "false")
        .attr("aria-label", &say(Word::Text))
        .attr("placeholder", &say(Word::TextEmpty))
        .field(move || editor.body.get(), move |text| editor.body.set(text));
    let (noticed, notice) = (editor.noticed, around.notice);
    effect(move || {
        editor.body.with(|_| ());
        notice(editor);
    });
    let length = move || noticed.with(|it| say(Word::Length(it.characters, it.tokens)));
    let names = move || {
        let prompt = editor.kind.get() == Kind::Prompt;
        let names = noticed.with(|it| it.variables.join(", "));
        (prompt && !names.is_empty()).then_some(names)
    };
    still(editor, div("div", "stack stack--1"))
        .child(field)
        .child(div("p", "xs muted").told(length))
        .some(names, move |names| {
            div("p", "line line--1 xs soft")
                .attr("id", "editor-variables")
                .child(icon_as(Glyph::Braces, "i i--sm"))
                .child(
                    div("span", "grow")
                        .attr("dir", "auto")
                        .text(&say(Word::Variables(names))),
                )
        })
}

/// The button that saves and the one that leaves; instead of them, what to do with changes that leaving would lose.
#[must_use]
pub fn buttons(
    editor: Editor,
    around: &Around,
    save: impl Fn() + 'static,
    leave: impl Fn() + 'static,
) -> El {
    let say = around.say;
    let save: Rc<dyn Fn()> = Rc::new(save);
    let leave: Rc<dyn Fn()> = Rc::new(leave);
    let busy = move || editor.busy.get();
    let saying = move || match busy() {
        true => say(Word::Saving),
        false => String::new(),
    };
    let said = div("span", "sr").attr("role", "status").told(saying);
    div("div", "stack stack--1").child(said).part(
        move || editor.asks.get(),
        move |asks| {
            let (save, leave) = (save.clone(), leave.clone());
            if *asks {
                return ask(editor, say, leave);
            }
            let away = move || {
                if leaves(editor) {
                    leave();
                }
            };
            let go = button("btn btn--primary grow", move || save())
                .attr("id", SAVE)
                .says("aria-disabled", busy)
                .told(move || say(if busy() { Word::Saving } else { Word::Save }))
                .child(div("kbd", "kbd").attr("aria-hidden", "true").text("Ctrl ↵"));
            div("div", "line")
                .child(go)
                .child(button("btn btn--ghost", away).text(&say(Word::Cancel)))
        },
    )
}

fn ask(editor: Editor, say: Say, leave: Rc<dyn Fn()>) -> El {
    let discard = move || {
        editor.begin(&editor.before());
        leave();
    };
    let on = move || {
        editor.asks.set(false);
        flush();
        focus_id("editor-title");
    };
    div("div", "notice notice--warn notice--sm")
        .attr("role", "alert")
        .child(icon(Glyph::Alert))
        .child(div("span", "grow").text(&say(Word::Unsaved)))
        .child(button("btn btn--sm", discard).text(&say(Word::Discard)))
        .child(
            button("btn btn--sm", on)
                .attr("id", WRITE_ON)
                .text(&say(Word::WriteOn)),
        )
}
