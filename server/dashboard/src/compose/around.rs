//! What the editor has around it on the dashboard: words, libraries, tags, collections, values, models. Not the editor.

use super::{Write, editor};
use crate::app::App;
use krowoc_shared::access::Action;
use krowoc_shared::execution::wire::ModelPage;
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::{ListQuery, Overview, Page, Sort};
use krowoc_ui::api::{Client, query_string};
use krowoc_ui::editor::{Around, Library, Noticed};
use krowoc_ui::messages::{editor as words, library};
use krowoc_ui::plain::reactive::Signal;
use leptos::prelude::{GetUntracked, WithUntracked};
use leptos::task::spawn_local;
use std::rc::Rc;

/// What a library has to complete from.
#[derive(Clone, Default)]
struct Shelf {
    tags: Vec<String>,
    collections: Vec<(DocId, String)>,
    /// Metadata: names with a value.
    values: Vec<(String, String)>,
}

thread_local! {
    /// Models that can be called, once they were asked for.
    static MODELS: Signal<Vec<String>> = Signal::new(Vec::new());
    static SHELF: Signal<Shelf> = Signal::new(Shelf::default());
    /// The libraries of teams, as far as they are known.
    static LIBRARIES: Signal<Vec<Library>> = Signal::new(Vec::new());
}

fn models() -> Signal<Vec<String>> {
    MODELS.with(|models| *models)
}

fn shelf() -> Signal<Shelf> {
    SHELF.with(|shelf| *shelf)
}

fn known_libraries() -> Signal<Vec<Library>> {
    LIBRARIES.with(|libraries| *libraries)
}

/// Draws the libraries anew: the teams are known, or are others.
pub(super) fn tell_libraries(app: App) {
    known_libraries().set(libraries(app));
}

/// Asks for the models that can be called; without them any can be typed.
pub(super) fn ask_for_models() {
    if !models().peek(Vec::is_empty) {
        return;
    }
    spawn_local(async {
        if let Ok(page) = Client
            .get::<ModelPage>("/models?limit=50&usable=true")
            .await
        {
            let names = page.models.iter().map(|it| it.model.to_string());
            models().set(names.collect());
        }
    });
}

fn titled((id, title): (DocId, String)) -> (DocId, String) {
    let title = match title.is_empty() {
        true => library::UNTITLED.to_owned(),
        false => title,
    };
    (id, title)
}

impl Shelf {
    fn of(overview: &Overview, collections: impl Iterator<Item = (DocId, String)>) -> Self {
        let pieces = overview.meta.iter();
        Self {
            tags: overview.tags.iter().map(|tag| tag.name.clone()).collect(),
            collections: collections.map(titled).collect(),
            values: pieces
                .map(|it| (it.name.clone(), it.value.clone()))
                .collect(),
        }
    }
}

/// Brings what there is to complete from in a library. Without it everything can be typed.
pub(super) fn stock(app: App, team: Option<SpaceId>) {
    let shown = app.space.team.get_untracked() == team;
    let known = app.overview.get_untracked().filter(|_| shown);
    if let Some(overview) = known {
        let collections = app.collections.get_untracked().into_iter();
        shelf().set(Shelf::of(
            &overview,
            collections.map(|it| (it.id, it.title)),
        ));
        return;
    }
    shelf().set(Shelf::default());
    spawn_local(async move {
        let place = Client.library(team);
        let query = ListQuery {
            kind: Some(Kind::Collection),
            sort: Some(Sort::Title),
            limit: Some(200),
            ..ListQuery::default()
        };
        let list = place.path(&format!("/library{}", query_string(&query)));
        let overview = Client
            .get::<Overview>(&place.path("/library/overview"))
            .await;
        let page = Client.get::<Page>(&list).await;
        // An answer about a library that is not the chosen one any more is nothing to this one.
        if let (Ok(overview), Ok(page), true) = (overview, page, editor().space.now() == team) {
            let collections = page.items.into_iter().map(|row| (row.id, row.title));
            shelf().set(Shelf::of(&overview, collections));
        }
    });
}

/// The libraries of teams that a new document can be put into.
pub(super) fn libraries(app: App) -> Vec<Library> {
    app.space.teams.with_untracked(|teams| {
        let of = |team: &krowoc_shared::access::wire::TeamView| {
            let may = team.role.may(Action::WriteDocuments);
            Library {
                space: team.id,
                name: team.name.clone(),
                refusal: (!may).then(|| Action::WriteDocuments.refusal(team.role)),
            }
        };
        teams.iter().flatten().map(of).collect()
    })
}

/// The surroundings.
pub(super) fn around(app: App, what: Write) -> Around {
    let new = matches!(what, Write::New(_));
    Around {
        say: words::say,
        notice: |editor| {
            let text = editor.body.now();
            editor.notices(&text, Noticed::of(&text));
        },
        libraries: Rc::new(move || match new {
            true => known_libraries().get(),
            false => Vec::new(),
        }),
        shelve: Rc::new(move |team| {
            editor().shelve(team);
            stock(app, team);
        }),
        tags: Rc::new(|| shelf().with(|it| it.tags.clone())),
        collections: Rc::new(|| shelf().with(|it| it.collections.clone())),
        values: Rc::new(|name: &str| {
            shelf().with(|it| {
                let own = it.values.iter().filter(|(of, _)| of == name);
                own.map(|(_, value)| value.clone()).collect()
            })
        }),
        models: Rc::new(|| models().get()),
    }
}
