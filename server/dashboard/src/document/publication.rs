//! A published prompt is made public and taken back: one's own under a name that is given, a team's under the team's by who may. Not
//! publishing: that fixes a version.

use super::control::Control;
use crate::frame::Reference;
use krowoc_shared::access::Action;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::leaderboard::wire::{Based, MakePublic, PublicationView};
use krowoc_shared::leaderboard::{AUTHOR_CHARS, TAGS};
use krowoc_shared::library::document::Document;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind, TagInput};
use krowoc_ui::format::percent;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::community as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is known of the prompt in public, and what is about to be said of it.
#[derive(Clone, Copy)]
struct Desk {
    control: Control,
    /// Where it is public, or was; the inner `None` when it never was.
    view: RwSignal<Option<Option<PublicationView>>>,
    author: RwSignal<String>,
    tags: RwSignal<Vec<String>>,
    /// Why it is not known.
    failed: RwSignal<Option<ApiError>>,
    busy: RwSignal<bool>,
}

impl Desk {
    fn path(self) -> String {
        self.control.at("/publication")
    }

    fn load(self) {
        spawn_local(async move {
            let answer = Client.get::<PublicationView>(&self.path()).await;
            self.failed.try_set(None);
            match answer {
                // What is being typed is not overwritten by what the page reads again.
                Ok(view) if self.view.with_untracked(Option::is_some) => {
                    self.view.try_set(Some(Some(view)));
                }
                Ok(view) => self.show(view),
                Err(error) if error.code() == Some(ErrorCode::NotFound) => {
                    self.view.try_set(Some(None));
                }
                Err(error) => drop(self.failed.try_set(Some(error))),
            }
        });
    }

    fn show(self, view: PublicationView) {
        self.author.try_set(view.author.clone());
        self.tags.try_set(view.tags.clone());
        self.view.try_set(Some(Some(view)));
    }

    fn make_public(self) {
        self.busy.set(true);
        let of_team = self.control.app.space.team.get_untracked().is_some();
        let author = match of_team {
            true => String::new(),
            false => self.author.get_untracked(),
        };
        let wanted = MakePublic {
            author,
            tags: self.tags.get_untracked(),
        };
        spawn_local(async move {
            let answer = Client.put::<PublicationView>(&self.path(), &wanted).await;
            self.took(answer, words::MADE_PUBLIC);
        });
    }

    fn take_back(self) {
        self.busy.set(true);
        spawn_local(async move {
            let answer = Client.delete::<PublicationView>(&self.path()).await;
            self.took(answer, words::TAKEN_BACK);
        });
    }

    fn took(self, answer: Result<PublicationView, ApiError>, said: &'static str) {
        self.busy.try_set(false);
        match answer {
            Ok(view) => {
                self.show(view);
                self.control.app.toasts.say(Glyph::Check, said);
            }
            Err(error) => self.control.app.failed(&error),
        }
    }

    /// Everybody may read it, or would if it did not lie in the archive or the trash.
    fn is_public(self) -> bool {
        let on = |view: &PublicationView| view.withdrawn_at.is_none();
        self.view
            .with(|it| it.as_ref().and_then(Option::as_ref).is_some_and(on))
    }

    /// A tag is added, while there is room for it.
    fn tag(self, tag: String) {
        self.tags.update(|tags| {
            if tags.len() < TAGS && !tags.contains(&tag) {
                tags.push(tag);
            }
        });
    }

    fn untag(self, tag: &str) {
        self.tags.update(|tags| tags.retain(|it| it != tag));
    }
}

/// Whether everybody reads the prompt, and the way there and back.
#[component]
pub fn Public(control: Control) -> impl IntoView {
    let desk = Desk {
        control,
        view: RwSignal::new(None),
        author: RwSignal::new(String::new()),
        tags: RwSignal::new(Vec::new()),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    // Publishing, the archive and the trash change what everybody reads.
    let standing = Memo::new(move |_| {
        let of = |document: &Document| (document.lifecycle, document.deleted_at());
        control.document.with(|it| it.as_ref().map(of))
    });
    Effect::new(move |_| {
        if standing.get().is_some() {
            desk.load();
        }
    });
    let published = move || {
        standing
            .get()
            .is_some_and(|(lifecycle, _)| lifecycle.published.is_some())
    };
    let refusal = Memo::new(move |_| control.app.space.refusal(Action::MakePublic));
    // What was put away is taken back, and nothing else is done with it.
    let away = Memo::new(move |_| {
        let (lifecycle, deleted) = standing.get()?;
        away(deleted.is_some(), lifecycle.is_archived())
    });
    // Nothing is said of it before it is known.
    let about = move || Some(about(desk.view.get()?.as_ref(), published()));
    let acts = move || match (refusal.get(), away.get()) {
        (Some(why), _) => view! { <p class="xs muted">{why}</p> }.into_any(),
        (None, Some(why)) => view! {
            <p class="xs muted">{why}</p>
            <Show when=move || desk.is_public()><div><TakeBack desk=desk /></div></Show>
        }
        .into_any(),
        (None, None) => view! { <Fields desk=desk /> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="public">
            <header class="card__head"><h3 class="grow" id="public">{words::PUBLIC}</h3></header>
            <div class="card__body stack stack--3">
                {move || match desk.failed.get() {
                    Some(error) => view! { <Unknown desk=desk error=error /> }.into_any(),
                    None => view! {
                        <p class="soft">{about}</p>
                        <Links desk=desk />
                        <Show when=move || published() && desk.view.get().is_some()>{acts}</Show>
                    }.into_any(),
                }}
            </div>
        </section>
    }
}

/// That it could not be read, with the way to try again.
#[component]
fn Unknown(desk: Desk, error: ApiError) -> impl IntoView {
    view! {
        <div class="stack stack--2" role="alert">
            <p class="hint hint--error">{words::PUBLIC_FAILED}" "{error.sentence()}</p>
            <Reference id=error.correlation().to_owned() />
            <div><Button label=words::TRY_AGAIN kind=ButtonKind::Small glyph=Glyph::Sync on_press=move |()| desk.load() /></div>
        </div>
    }
}

/// Why a prompt can be made neither public nor otherwise public where it lies.
fn away(trashed: bool, archived: bool) -> Option<&'static str> {
    match (trashed, archived) {
        (true, _) => Some(words::PUBLIC_TRASHED),
        (false, true) => Some(words::PUBLIC_ARCHIVED),
        (false, false) => None,
    }
}

#[component]
fn TakeBack(desk: Desk) -> impl IntoView {
    view! {
        <Button label=words::TAKE_BACK kind=ButtonKind::SmallGhost glyph=Glyph::Undo disabled=desk.busy on_press=move |()| desk.take_back() />
    }
}

/// What is the case, in a sentence.
fn about(view: Option<&PublicationView>, published: bool) -> &'static str {
    match view {
        None if published => words::PUBLIC_OFF,
        None => words::PUBLIC_FIRST,
        Some(view) if view.hidden => words::PUBLIC_HIDDEN,
        Some(view) if view.withdrawn_at.is_some() => words::PUBLIC_BACK,
        Some(view) if view.shown => words::PUBLIC_ON,
        Some(_) => words::PUBLIC_AWAY,
    }
}

#[component]
fn Links(desk: Desk) -> impl IntoView {
    let to = |slug: &str, label: &'static str| {
        let href = format!("/p/{}", percent(slug));
        view! { <a class="link" href=href rel="external" target="_blank">{label}</a> }
    };
    move || {
        let view = desk.view.get().flatten()?;
        let page = view.shown.then(|| to(&view.slug, words::OPEN_PUBLIC));
        let first = view.first.as_deref().map(|first| {
            view! { <p class="xs muted">{words::FIRST_OF}" "{to(first, words::OPEN_FIRST)}</p> }
        });
        let based = view.based.map(based);
        Some(view! { {page}{based}{first} })
    }
}

/// What the prompt was made of, as everybody reads it on its page.
fn based(on: Based) -> impl IntoView {
    let title = match on.title.is_empty() {
        true => words::UNTITLED.to_owned(),
        false => on.title,
    };
    match on.slug {
        Some(slug) => {
            let href = format!("/p/{}", percent(&slug));
            let by = on.author.map(|author| words::by(&author));
            view! {
                <p class="xs muted" dir="auto">{words::BASED_ON}" "<a class="link" href=href rel="external" target="_blank">{title}</a>" "{by}</p>
            }
            .into_any()
        }
        None => view! { <p class="xs muted" dir="auto">{words::based_gone(&title)}</p> }.into_any(),
    }
}

#[component]
fn Fields(desk: Desk) -> impl IntoView {
    let space = desk.control.app.space;
    let team = Memo::new(move |_| {
        space
            .team
            .get()
            .map(|_| space.shown().map(|team| team.name))
    });
    let lacks = Signal::derive(move || {
        let unnamed = || desk.author.with(|author| author.trim().is_empty());
        desk.busy.get() || (team.with(Option::is_none) && unnamed())
    });
    let label = Signal::derive(move || {
        let label = if desk.is_public() {
            words::CHANGE
        } else {
            words::MAKE_PUBLIC
        };
        label.to_owned()
    });
    let by_team = move || {
        let name = team.get()?;
        Some(
            view! { <p class="xs muted" dir="auto">{words::by_team(name.as_deref().unwrap_or_default())}</p> },
        )
    };
    let by_person = move || {
        team.with(Option::is_none)
            .then(|| view! { <AuthorField desk=desk /> })
    };
    view! {
        {by_team}
        {by_person}
        <div class="field">
            <label class="label" for="public-tags">{words::PUBLIC_TAGS}</label>
            <TagInput id="public-tags" tags=desk.tags known=desk.control.app.known_tags()
                on_add=move |tag| desk.tag(tag) on_remove=move |tag: String| desk.untag(&tag) />
        </div>
        <div class="line line--wrap">
            <Button label=label kind=ButtonKind::Small glyph=Glyph::Globe disabled=lacks on_press=move |()| desk.make_public() />
            <Show when=move || desk.is_public()>
                <TakeBack desk=desk />
            </Show>
        </div>
    }
}

/// What somebody wants to be called by everybody.
#[component]
fn AuthorField(desk: Desk) -> impl IntoView {
    view! {
        <div class="field">
            <label class="label" for="public-author">{words::AUTHOR}</label>
            <input class="input" id="public-author" dir="auto" autocomplete="nickname" maxlength=AUTHOR_CHARS.to_string()
                aria-describedby="public-author-hint" prop:value=move || desk.author.get()
                on:input=move |event| desk.author.set(event_target_value(&event)) />
            <p class="xs muted" id="public-author-hint">{words::AUTHOR_HINT}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::ids::PublicationId;

    fn view() -> PublicationView {
        PublicationView {
            id: PublicationId::mint(1, [1; 10]),
            slug: "lawyer".to_owned(),
            author: "Ada".to_owned(),
            tags: Vec::new(),
            first_at: 1,
            withdrawn_at: None,
            hidden: false,
            shown: true,
            first: None,
            based: None,
        }
    }

    #[test]
    fn what_is_put_away_says_where_it_lies_instead_of_being_made_public() {
        assert_eq!(away(false, false), None);
        assert_eq!(away(false, true), Some(words::PUBLIC_ARCHIVED));
        for archived in [true, false] {
            assert_eq!(away(true, archived), Some(words::PUBLIC_TRASHED));
        }
    }

    #[test]
    fn what_is_said_follows_from_who_can_read_it() {
        assert_eq!(about(None, false), words::PUBLIC_FIRST);
        assert_eq!(about(None, true), words::PUBLIC_OFF);
        assert_eq!(about(Some(&view()), true), words::PUBLIC_ON);
        let mut away = view();
        away.shown = false;
        assert_eq!(about(Some(&away), true), words::PUBLIC_AWAY);
        away.withdrawn_at = Some(2);
        assert_eq!(about(Some(&away), true), words::PUBLIC_BACK);
        away.hidden = true;
        assert_eq!(about(Some(&away), true), words::PUBLIC_HIDDEN);
    }
}
