//! Tags as chips with a field that completes from the library. Not the words: those are the caller's.

use super::dom::{El, button, div, el, group};
use super::icon;
use super::reactive::Signal;
use crate::icons::Glyph;
use crate::tags::{matching, split_tags};
use std::rc::Rc;

/// What the field and its chips are called.
#[derive(Clone)]
pub struct TagWords {
    /// The field.
    pub add: String,
    /// Its completions.
    pub known: String,
    /// The button that takes a tag off.
    pub remove: Rc<dyn Fn(&str) -> String>,
}

/// The state of a field: what is typed, and which completion is marked.
#[derive(Clone)]
struct Field {
    tags: Signal<Vec<String>>,
    typed: Signal<String>,
    at: Signal<Option<usize>>,
    known: Rc<dyn Fn() -> Vec<String>>,
}

impl Field {
    fn found(&self) -> Vec<String> {
        self.typed.with(|typed| {
            self.tags
                .with(|tags| matching(typed, &(self.known)(), tags))
        })
    }

    fn add(&self, text: &str) {
        self.tags.update(|tags| {
            for tag in split_tags(text) {
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
        });
        self.typed.set(String::new());
        self.at.set(None);
    }

    /// Takes the marked completion, or what is typed.
    fn commit(&self) {
        let marked = self.at.now().and_then(|at| self.found().get(at).cloned());
        let text = marked.unwrap_or_else(|| self.typed.now());
        if !text.is_empty() {
            self.add(&text);
        }
    }

    fn step(&self, count: usize, forward: bool) {
        let last = count.saturating_sub(1);
        self.at.update(|at| {
            *at = Some(match *at {
                Some(now) if forward && now < last => now.saturating_add(1),
                Some(now) if !forward && now > 0 => now.saturating_sub(1),
                _ if forward => 0,
                _ => last,
            });
        });
    }

    fn key(&self, event: &web_sys::KeyboardEvent) {
        let empty = self.typed.peek(String::is_empty);
        let count = self.found().len();
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => return self.commit(),
            "Enter" | "," if !empty => self.commit(),
            "ArrowDown" if count > 0 => self.step(count, true),
            "ArrowUp" if count > 0 => self.step(count, false),
            "Escape" if !empty => self.typed.set(String::new()),
            "Backspace" if empty => {
                self.tags.update(|tags| drop(tags.pop()));
                return;
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }
}

/// Tags with a field to add more: Enter or comma adds, Backspace in the empty field removes the last.
/// `id` is the field's, for its label; `known` are the tags to complete from, the most used first.
#[must_use]
pub fn tag_field(
    id: &'static str,
    tags: Signal<Vec<String>>,
    typed: Signal<String>,
    at: Signal<Option<usize>>,
    known: impl Fn() -> Vec<String> + 'static,
    words: TagWords,
) -> El {
    let field = Field {
        tags,
        typed,
        at,
        known: Rc::new(known),
    };
    let (list, name) = (format!("{id}-list"), words.known.clone());
    let (open, marked, keys, leave) = (field.clone(), field.clone(), field.clone(), field.clone());
    let input = el("input")
        .attr("id", id)
        .attr("autocomplete", "off")
        .attr("role", "combobox")
        .attr("aria-autocomplete", "list")
        .attr("aria-label", &words.add)
        .attr("aria-controls", &list)
        .says("aria-expanded", move || !open.found().is_empty())
        .follow("aria-activedescendant", move || {
            marked.at.get().map(|at| format!("{id}-{at}"))
        })
        .field(
            move || typed.get(),
            move |text| {
                typed.set(text);
                at.set(None);
            },
        )
        .on_key(move |event| keys.key(event))
        .on("blur", move |_| leave.commit());
    div("div", "taginput rel")
        .each(
            move || tags.get(),
            Clone::clone,
            move |tag| chip(&tag, tags, &words),
        )
        .child(input)
        .child(completions(id, &list, &name, field))
}

fn completions(id: &'static str, list: &str, name: &str, field: Field) -> El {
    let (found, empty) = (field.clone(), field.clone());
    div("div", "menu")
        .attr("role", "listbox")
        .attr("aria-label", name)
        .attr("id", list)
        .while_true("hidden", move || empty.found().is_empty())
        .part(
            move || found.found(),
            move |found| {
                let option = |(n, tag): (usize, &String)| {
                    let (field, at, own) = (field.clone(), field.at, tag.clone());
                    div("div", "option")
                        .attr("role", "option")
                        .attr("id", &format!("{id}-{n}"))
                        .says("aria-selected", move || at.get() == Some(n))
                        .on("mousedown", move |event| {
                            event.prevent_default();
                            field.add(&own);
                        })
                        .child(div("span", "cut").attr("dir", "auto").text(tag))
                };
                group().children(found.iter().enumerate().map(option))
            },
        )
}

fn chip(tag: &str, tags: Signal<Vec<String>>, words: &TagWords) -> El {
    let own = tag.to_owned();
    let remove = button("", move || {
        tags.update(|tags| tags.retain(|other| *other != own))
    })
    .attr("aria-label", &(words.remove)(tag))
    .child(icon(Glyph::X));
    div("span", "tag")
        .attr("dir", "auto")
        .text(tag)
        .child(remove)
}
