//! Elements: made, filled, listened to, and kept in step with signals. Not markup: nothing here sets inner HTML.

use super::reactive::{Scope, effect, keep, scoped};
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent, Node};

const SVG: &str = "http://www.w3.org/2000/svg";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    fn create_element(tag: &str) -> Element;
    #[wasm_bindgen(js_namespace = document, js_name = createElementNS)]
    fn create_element_of(namespace: &str, tag: &str) -> Element;
    #[wasm_bindgen(js_namespace = document, js_name = createDocumentFragment)]
    fn create_fragment() -> Element;
    #[wasm_bindgen(js_namespace = document, js_name = createTextNode)]
    fn create_text(text: &str) -> Node;
    #[wasm_bindgen(js_namespace = document, js_name = getElementById)]
    fn element_by_id(id: &str) -> Option<HtmlElement>;
    #[wasm_bindgen(js_namespace = ["document", "body"], js_name = append)]
    fn append_to_body(element: &Element);
    #[wasm_bindgen(js_namespace = globalThis, js_name = addEventListener)]
    fn listen(event: &str, handler: &Closure<dyn FnMut(Event)>);
    #[wasm_bindgen(js_namespace = document, js_name = addEventListener)]
    fn listen_document(event: &str, handler: &Closure<dyn FnMut(Event)>);

    type Place;
    /// The methods without the exceptions that only a programmer's mistake throws.
    #[wasm_bindgen(method, js_name = append)]
    fn append(this: &Place, node: &Node);
    #[wasm_bindgen(method, js_name = insertBefore)]
    fn insert_before(this: &Place, node: &Node, next: &Node);
    #[wasm_bindgen(method, js_name = setAttribute)]
    fn set_attribute(this: &Place, name: &str, value: &str);
    #[wasm_bindgen(method, js_name = removeAttribute)]
    fn remove_attribute(this: &Place, name: &str);
    #[wasm_bindgen(method, js_name = addEventListener)]
    fn add_listener(this: &Place, event: &str, handler: &Closure<dyn FnMut(Event)>);
    #[wasm_bindgen(method, js_name = remove)]
    fn remove(this: &Place);
    #[wasm_bindgen(method, js_name = focus)]
    fn focus(this: &Place);
    #[wasm_bindgen(method, js_name = blur)]
    fn blur(this: &Place);
}

fn place(node: &Node) -> &Place {
    node.unchecked_ref()
}

/// An element that is being built, or that is built and stands for itself.
#[derive(Clone)]
pub struct El(Element);

/// An element of HTML.
#[must_use]
pub fn el(tag: &str) -> El {
    El(create_element(tag))
}

/// An element of HTML with classes.
#[must_use]
pub fn div(tag: &str, class: &str) -> El {
    el(tag).attr("class", class)
}

/// Elements beside each other: where they are put, they stand without anything around them.
#[must_use]
pub fn group() -> El {
    El(create_fragment())
}

/// An element of SVG.
#[must_use]
pub fn svg(tag: &str) -> El {
    El(create_element_of(SVG, tag))
}

/// A button that does something.
#[must_use]
pub fn button(class: &str, press: impl FnMut() + 'static) -> El {
    let mut press = press;
    div("button", class)
        .attr("type", "button")
        .on("click", move |_| press())
}

impl El {
    /// With an attribute.
    #[must_use]
    pub fn attr(self, name: &str, value: &str) -> Self {
        place(&self.0).set_attribute(name, value);
        self
    }

    /// With an attribute that follows a value; absent while there is none.
    #[must_use]
    pub fn follow(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Self {
        let element = self.0.clone();
        effect(move || match value() {
            Some(text) => place(&element).set_attribute(name, &text),
            None => place(&element).remove_attribute(name),
        });
        self
    }

    /// With an attribute of `true` or `false` that follows a value.
    #[must_use]
    pub fn says(self, name: &'static str, value: impl Fn() -> bool + 'static) -> Self {
        self.follow(name, move || Some(value().to_string()))
    }

    /// With an attribute that is there while a value holds.
    #[must_use]
    pub fn while_true(self, name: &'static str, value: impl Fn() -> bool + 'static) -> Self {
        self.follow(name, move || value().then(String::new))
    }

    /// With a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        place(&self.0).append(&create_text(text));
        self
    }

    /// With a text that follows a value.
    #[must_use]
    pub fn told(self, text: impl Fn() -> String + 'static) -> Self {
        let node = create_text("");
        place(&self.0).append(&node);
        effect(move || {
            let now = text();
            // Setting the same text again would make a screen reader say it again.
            if node.text_content().as_deref() != Some(&now) {
                node.set_text_content(Some(&now));
            }
        });
        self
    }

    /// With a text that grows: `rest` gives what comes after so many bytes of it, and what stands is left as it is.
    #[must_use]
    pub fn grows(self, rest: impl Fn(usize) -> String + 'static) -> Self {
        let element = self.0.clone();
        let mut shown = 0_usize;
        effect(move || {
            let more = rest(shown);
            if !more.is_empty() {
                shown = shown.saturating_add(more.len());
                place(&element).append(&create_text(&more));
            }
        });
        self
    }

    /// With an element inside.
    #[must_use]
    pub fn child(self, child: El) -> Self {
        place(&self.0).append(&child.0);
        self
    }

    /// With an element inside, when there is one.
    #[must_use]
    pub fn maybe(self, child: Option<El>) -> Self {
        self.children(child)
    }

    /// With elements inside.
    #[must_use]
    pub fn children(self, children: impl IntoIterator<Item = El>) -> Self {
        for child in children {
            place(&self.0).append(&child.0);
        }
        self
    }

    /// Listens.
    #[must_use]
    pub fn on(self, event: &str, handler: impl FnMut(Event) + 'static) -> Self {
        let handler = boxed(Box::new(handler));
        place(&self.0).add_listener(event, &handler);
        keep(handler);
        self
    }

    /// Listens to keys, but to none that an input method or another listener has used.
    #[must_use]
    pub fn on_key(self, mut handler: impl FnMut(&KeyboardEvent) + 'static) -> Self {
        self.on("keydown", move |event| {
            let event: &KeyboardEvent = event.unchecked_ref();
            if !is_used(event) {
                handler(event);
            }
        })
    }

    /// A field whose value follows a text, and that tells what is typed or chosen.
    #[must_use]
    pub fn field(
        self,
        value: impl Fn() -> String + 'static,
        mut typed: impl FnMut(String) + 'static,
    ) -> Self {
        let element = self.0.clone();
        effect(move || {
            let field: &HtmlInputElement = element.unchecked_ref();
            let now = value();
            // Setting the same value again would move the caret.
            if field.value() != now {
                field.set_value(&now);
            }
        });
        let element = self.0.clone();
        self.on("input", move |_| {
            typed(element.unchecked_ref::<HtmlInputElement>().value());
        })
    }

    /// With content that is built anew whenever a value changes.
    #[must_use]
    pub fn part<K: PartialEq + 'static>(
        self,
        value: impl Fn() -> K + 'static,
        build: impl Fn(&K) -> El + 'static,
    ) -> Self {
        let mut slot = Slot::new(&self);
        let mut last = None;
        effect(move || {
            let now = value();
            if last.as_ref() != Some(&now) {
                slot.fill(&mut || build(&now));
                last = Some(now);
            }
        });
        self
    }

    /// With content that is there while a value holds.
    #[must_use]
    pub fn when(
        self,
        shown: impl Fn() -> bool + 'static,
        build: impl Fn() -> El + 'static,
    ) -> Self {
        self.part(shown, move |shown| if *shown { build() } else { group() })
    }

    /// With content that is built of a value, while there is one.
    #[must_use]
    pub fn some<T: PartialEq + 'static>(
        self,
        value: impl Fn() -> Option<T> + 'static,
        build: impl Fn(&T) -> El + 'static,
    ) -> Self {
        self.part(value, move |value| {
            value.as_ref().map_or_else(group, &build)
        })
    }

    /// With an element an item. Those whose key stays keep their element, with the focus and what was typed in it.
    #[must_use]
    pub fn each<T: 'static, K: PartialEq + 'static>(
        self,
        items: impl Fn() -> Vec<T> + 'static,
        key: impl Fn(&T) -> K + 'static,
        build: impl Fn(T) -> El + 'static,
    ) -> Self {
        let slot = Slot::new(&self);
        let mut rows: Vec<(K, El, Scope)> = Vec::new();
        effect(move || {
            let mut before = std::mem::take(&mut rows);
            for item in items() {
                let key = key(&item);
                let kept = before.iter().position(|(other, ..)| *other == key);
                rows.push(match kept {
                    Some(at) => before.swap_remove(at),
                    None => {
                        let (element, scope) = scoped(|| build(item));
                        (key, element, scope)
                    }
                });
            }
            for (_, element, _) in before {
                place(&element.0).remove();
            }
            slot.order(rows.iter().map(|(_, element, _)| element));
        });
        self
    }

    /// Moves the focus here. An element that cannot take it just now keeps working.
    pub fn focus(&self) {
        place(&self.0).focus();
    }

    /// The element itself.
    #[must_use]
    pub fn raw(&self) -> &Element {
        &self.0
    }
}

/// A place among the children of an element, between two empty texts, whose content comes and goes.
struct Slot {
    start: Node,
    end: Node,
    scope: Scope,
}

impl Slot {
    fn new(parent: &El) -> Self {
        let slot = Self {
            start: create_text(""),
            end: create_text(""),
            scope: Scope::default(),
        };
        place(&parent.0).append(&slot.start);
        place(&parent.0).append(&slot.end);
        slot
    }

    fn fill(&mut self, build: &mut dyn FnMut() -> El) {
        // What was here ends before it is taken away.
        self.scope = Scope::default();
        while let Some(node) = self.start.next_sibling().filter(|node| *node != self.end) {
            place(&node).remove();
        }
        let (content, scope) = scoped(build);
        self.scope = scope;
        if let Some(parent) = self.end.parent_node() {
            place(&parent).insert_before(&content.0, &self.end);
        }
    }

    /// Puts the elements into this order, moving only those that stand elsewhere.
    fn order<'a>(&self, elements: impl Iterator<Item = &'a El>) {
        let Some(parent) = self.end.parent_node() else {
            return;
        };
        let mut next = self.start.next_sibling();
        for element in elements {
            let node: &Node = &element.0;
            if next.as_ref() == Some(node) {
                next = node.next_sibling();
            } else {
                place(&parent).insert_before(node, next.as_ref().unwrap_or(&self.end));
            }
        }
    }
}

fn boxed(handler: Box<dyn FnMut(Event)>) -> Closure<dyn FnMut(Event)> {
    Closure::wrap(handler)
}

/// Draws an element into the page.
pub fn mount(element: &El) {
    append_to_body(&element.0);
}

/// Listens to keys, wherever the focus is, as long as the page lives.
pub fn on_any_key(mut handler: impl FnMut(&KeyboardEvent) + 'static) {
    let handler = boxed(Box::new(move |event: Event| {
        handler(event.unchecked_ref());
    }));
    listen("keydown", &handler);
    keep(handler);
}

/// Whether a key was used already: by a listener, or by an input method that composes a word of it.
#[must_use]
pub fn is_used(event: &KeyboardEvent) -> bool {
    event.default_prevented() || event.is_composing()
}

/// Runs something whenever the page is hidden or shown, as long as it lives.
pub fn on_visibility(mut handler: impl FnMut() + 'static) {
    let handler = boxed(Box::new(move |_| handler()));
    listen_document("visibilitychange", &handler);
    keep(handler);
}

/// Moves the focus to the element with an id.
pub fn focus_id(id: &str) {
    if let Some(element) = element_by_id(id) {
        place(&element).focus();
    }
}

/// A parameter of the page's address.
#[must_use]
pub fn asked(name: &str) -> Option<String> {
    let query = web_sys::window()?.location().search().ok()?;
    let parameters = web_sys::UrlSearchParams::new_with_str(&query).ok()?;
    parameters.get(name)
}

/// Goes to another page of the package, in the same window.
pub fn go(page: &str) {
    if let Some(window) = web_sys::window() {
        // A page of the package can always be gone to.
        let _ = window.location().assign(page);
    }
}

/// Closes the window that the page stands in: the popup, not the browser.
pub fn close_window() {
    if let Some(window) = web_sys::window() {
        let _ = window.close();
    }
}

fn document() -> Option<web_sys::Document> {
    web_sys::window().and_then(|window| window.document())
}

/// Takes the focus off whatever has it, so that it takes what is typed in it.
pub fn leave_field() {
    if let Some(field) = document().and_then(|document| document.active_element()) {
        place(&field).blur();
    }
}

/// Whether nobody can see the page.
#[must_use]
pub fn hidden() -> bool {
    document().is_some_and(|document| document.hidden())
}

/// Whether the page reads from right to left.
#[must_use]
pub fn rtl() -> bool {
    let root = document().and_then(|document| document.document_element());
    root.and_then(|root| root.get_attribute("dir")).as_deref() == Some("rtl")
}

/// Names the page.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}
