//! Signals and effects: what a page shows, and what is run again when it changes. Not the elements: those are in `dom`.
//!
//! A change does not run its effects at once: they run together, in the order in which they were made, after the code that made the
//! change has ended. So an effect never sees half of a change, and one that is made inside another never outlives it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Runs of effects in one flush: a bound against two that change each other for ever.
const MOST: usize = 100_000;

thread_local! {
    /// What is built now belongs to this scope.
    static SCOPE: RefCell<Scope> = const { RefCell::new(Scope { effects: Vec::new(), kept: Vec::new() }) };
    /// The effect that runs now: signals that are read remember it.
    static RUNNING: RefCell<Option<Rc<Effect>>> = const { RefCell::new(None) };
    /// Effects that are to run, by their number, the next one last.
    static DUE: RefCell<Vec<Rc<Effect>>> = const { RefCell::new(Vec::new()) };
    static NUMBER: Cell<u64> = const { Cell::new(0) };
    static AWAITED: Cell<bool> = const { Cell::new(false) };
}

struct Effect {
    number: u64,
    over: Cell<bool>,
    run: RefCell<Box<dyn FnMut()>>,
}

/// Owner of effects and of what must live as long as they do. Dropped, it ends them.
#[derive(Default)]
pub struct Scope {
    effects: Vec<Rc<Effect>>,
    kept: Vec<Box<dyn Any>>,
}

impl Drop for Scope {
    fn drop(&mut self) {
        for effect in &self.effects {
            effect.over.set(true);
        }
    }
}

struct Inner<T> {
    value: RefCell<T>,
    readers: Readers,
}

#[derive(Default)]
struct Readers(RefCell<Vec<(u64, Weak<Effect>)>>);

impl Readers {
    fn add(&self) {
        RUNNING.with_borrow(|running| {
            let Some(effect) = running else { return };
            let mut readers = self.0.borrow_mut();
            if !readers.iter().any(|(number, _)| *number == effect.number) {
                readers.push((effect.number, Rc::downgrade(effect)));
            }
        });
    }

    fn tell(&self) {
        // Who reads it again says so again.
        let readers = self.0.take();
        let effects = readers.iter().filter_map(|(_, effect)| effect.upgrade());
        let any = DUE.with_borrow_mut(|due| {
            for effect in effects {
                // Each once, the last first: they are taken from the end.
                let place = due.binary_search_by(|other| effect.number.cmp(&other.number));
                if let Err(place) = place {
                    due.insert(place, effect);
                }
            }
            !due.is_empty()
        });
        if any && !AWAITED.replace(true) {
            when_idle();
        }
    }
}

/// Runs what is due once the present code has ended. Natively there is no such moment: tests call [`flush`].
fn when_idle() {
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_futures::spawn_local(async { flush() });
}

/// A value that is shown. It lives as long as its page: a page makes a fixed number of them.
pub struct Signal<T: 'static>(&'static Inner<T>);

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Signal<T> {}

impl<T: 'static> Signal<T> {
    /// A signal with a first value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Box::leak(Box::new(Inner {
            value: RefCell::new(value),
            readers: Readers::default(),
        })))
    }

    /// Looks at the value; the effect that runs is run again when it changes.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.0.readers.add();
        look(&self.0.value.borrow())
    }

    /// Looks at the value, once.
    pub fn peek<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.0.value.borrow())
    }

    /// Changes the value.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        change(&mut self.0.value.borrow_mut());
        self.0.readers.tell();
    }

    /// Replaces the value.
    pub fn set(self, value: T) {
        self.0.value.replace(value);
        self.0.readers.tell();
    }
}

impl<T: Clone + 'static> Signal<T> {
    /// The value; the effect that runs is run again when it changes.
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// The value, once.
    pub fn now(self) -> T {
        self.peek(T::clone)
    }
}

/// Runs something now, and again whenever a signal that it read has changed, until its scope ends.
pub fn effect(run: impl FnMut() + 'static) {
    start(Box::new(run));
}

fn start(run: Box<dyn FnMut()>) {
    let effect = Rc::new(Effect {
        number: NUMBER.get(),
        over: Cell::new(false),
        run: RefCell::new(run),
    });
    NUMBER.set(effect.number.wrapping_add(1));
    SCOPE.with_borrow_mut(|scope| scope.effects.push(effect.clone()));
    go(effect);
}

fn go(effect: Rc<Effect>) {
    let before = RUNNING.replace(Some(effect.clone()));
    (effect.run.borrow_mut())();
    RUNNING.replace(before);
}

/// Keeps something until the scope ends in which it is called.
pub fn keep(value: impl Any) {
    SCOPE.with_borrow_mut(|scope| scope.kept.push(Box::new(value)));
}

/// Builds something and gives the scope of what was made for it. What it reads is read once.
pub fn scoped<R>(build: impl FnOnce() -> R) -> (R, Scope) {
    let outer = SCOPE.take();
    let built = once(build);
    (built, SCOPE.replace(outer))
}

/// Reads signals without being run again for them.
pub fn once<R>(read: impl FnOnce() -> R) -> R {
    let before = RUNNING.take();
    let result = read();
    RUNNING.replace(before);
    result
}

/// Runs every effect that is due, and those that become due by it.
pub fn flush() {
    AWAITED.set(false);
    for _ in 0..MOST {
        let Some(effect) = DUE.with_borrow_mut(Vec::pop) else {
            return;
        };
        if !effect.over.get() {
            go(effect);
        }
    }
    DUE.take();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> (Rc<RefCell<Vec<String>>>, impl Fn(String) + Clone) {
        let list = Rc::new(RefCell::new(Vec::new()));
        let push = list.clone();
        (list, move |text| push.borrow_mut().push(text))
    }

    #[test]
    fn an_effect_runs_once_for_many_changes_and_sees_all_of_them() {
        let (a, b) = (Signal::new(1), Signal::new(10));
        let (list, note) = seen();
        let (_, _scope) = scoped(|| effect(move || note(format!("{} {}", a.get(), b.get()))));
        a.set(2);
        b.update(|b| *b += 1);
        assert_eq!(*list.borrow(), ["1 10"]);
        flush();
        assert_eq!(*list.borrow(), ["1 10", "2 11"]);
    }

    #[test]
    fn what_is_not_read_any_more_wakes_nobody() {
        let (choice, left) = (Signal::new(true), Signal::new(0));
        let (list, note) = seen();
        let (_, _scope) = scoped(|| {
            effect(move || {
                let shown = choice.get().then(|| left.get());
                note(format!("{shown:?}"));
            });
        });
        choice.set(false);
        flush();
        left.set(1);
        flush();
        left.set(2);
        flush();
        // The first change after is told once more, because it was read before; then never again.
        assert_eq!(*list.borrow(), ["Some(0)", "None", "None"]);
    }

    #[test]
    fn an_inner_effect_ends_with_the_scope_that_made_it() {
        let (shown, text) = (Signal::new(true), Signal::new("a"));
        let (list, note) = seen();
        let inner = RefCell::new(Scope::default());
        let (_, _scope) = scoped(|| {
            effect(move || {
                inner.take();
                if shown.get() {
                    let note = note.clone();
                    let ((), made) = scoped(|| effect(move || note(text.get().to_owned())));
                    inner.replace(made);
                }
            });
        });
        text.set("b");
        flush();
        // Both change: the outer effect comes first and the inner one is not run for a thing that is gone.
        text.set("c");
        shown.set(false);
        flush();
        text.set("d");
        flush();
        assert_eq!(*list.borrow(), ["a", "b"]);
    }

    #[test]
    fn a_value_that_is_peeked_at_wakes_nobody() {
        let (read, peeked) = (Signal::new(0), Signal::new(0));
        let (list, note) = seen();
        let (_, _scope) = scoped(|| {
            effect(move || {
                note(format!(
                    "{} {} {}",
                    read.get(),
                    peeked.now(),
                    once(|| peeked.get())
                ))
            });
        });
        peeked.set(5);
        flush();
        assert_eq!(list.borrow().len(), 1);
        read.set(1);
        flush();
        assert_eq!(list.borrow()[1], "1 5 5");
    }

    #[test]
    fn two_effects_that_change_each_other_come_to_an_end() {
        let (a, b) = (Signal::new(0_u64), Signal::new(0_u64));
        let (_, _scope) = scoped(|| {
            effect(move || b.set(a.get().wrapping_add(1)));
            effect(move || a.set(b.get().wrapping_add(1)));
        });
        flush();
        assert!(a.now() > 0);
    }

    #[test]
    fn what_is_kept_lives_as_long_as_its_scope() {
        let thing = Rc::new(());
        let held = thing.clone();
        let ((), scope) = scoped(|| keep(held));
        assert_eq!(Rc::strong_count(&thing), 2);
        drop(scope);
        assert_eq!(Rc::strong_count(&thing), 1);
    }
}
