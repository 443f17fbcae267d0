//! Choosing models: the chosen ones as chips, and a dialog with search, prices and the reason why one cannot be taken.

use super::catalogue::Catalogue;
use super::lookup::{Reason, Search, reason};
use super::recent::{favoured, recent, unlisted};
use super::series;
use crate::frame::{Modal, Reference};
use crate::platform;
use crate::route::{Route, Section};
use krowoc_shared::execution::request::{ModelRef, Provider};
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::execution::wire::{ModelPage, ModelView};
use krowoc_ui::components::{Button, Empty, Icon, IconButton, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, run as words};
use krowoc_ui::money::per_mtok;
use leptos::prelude::*;

/// A choice of models.
#[derive(Clone, Copy)]
pub struct Picked {
    /// The chosen ones, in order.
    pub models: Signal<Vec<ModelRef>>,
    /// Others are chosen.
    pub set: Callback<Vec<ModelRef>>,
    /// Most that can be chosen.
    pub most: usize,
    /// A model may be chosen without a key for it: it is not run now.
    pub keyless: bool,
}

impl Picked {
    fn toggle(self, model: &ModelRef) {
        let mut models = self.models.get_untracked();
        match models.iter().position(|it| it == model) {
            Some(at) => drop(models.remove(at)),
            None if self.most == 1 => models = vec![model.clone()],
            None if models.len() < self.most => models.push(model.clone()),
            None => return,
        }
        self.set.run(models);
    }
}

/// The chosen models, each with a cross, and the button for more.
#[component]
pub fn ModelChips(
    /// The choice.
    picked: Picked,
    /// What is known of models.
    catalogue: Catalogue,
    /// What the prompt allows.
    #[prop(into)]
    settings: Signal<ExecutionSettings>,
    /// What the button says.
    label: &'static str,
    /// With the colours of the columns.
    #[prop(optional)]
    coloured: bool,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let close = Callback::new(move |()| open.set(false));
    let chip = move |(at, model): (usize, ModelRef)| {
        let known = catalogue.view(&model);
        let name = known.map_or_else(|| model.model.clone(), |view| view.name);
        let away = model.clone();
        view! {
            <li class="chip chip--model">
                {coloured.then(|| view! { <span class=series(at)></span> })}
                <span class="cut" dir="auto" title=model.to_string()>{name.clone()}</span>
                <button type="button" aria-label=common::remove(&name) on:click=move |_| picked.toggle(&away)><Icon glyph=Glyph::X /></button>
            </li>
        }
    };
    view! {
        <div class="line line--wrap">
            <ul class="line line--wrap line--1 list--bare" role="list">
                {move || picked.models.get().into_iter().enumerate().map(chip).collect_view()}
            </ul>
            <button type="button" class="chip" aria-haspopup="dialog" on:click=move |_| open.set(true)><Icon glyph=Glyph::Plus />{label}</button>
        </div>
        {move || open.get().then(|| view! { <PickerDialog picked=picked catalogue=catalogue settings=settings on_close=close /> })}
    }
}

/// The catalogue in a dialog.
#[component]
pub fn PickerDialog(
    /// The choice.
    picked: Picked,
    /// The models.
    catalogue: Catalogue,
    /// What the prompt allows.
    #[prop(into)]
    settings: Signal<ExecutionSettings>,
    /// It wants to be gone.
    on_close: Callback<()>,
) -> impl IntoView {
    catalogue.load();
    let last = recent();
    catalogue.know(last.clone());
    let last = Memo::new(move |_| {
        let view = |model: &ModelRef| catalogue.view(model).or_else(|| unlisted(model));
        last.iter().filter_map(view).collect::<Vec<_>>()
    });
    request_animation_frame(|| platform::focus("#models-q"));
    let count = move || words::chosen(picked.models.with(Vec::len), picked.most);
    view! {
        <Modal label=words::CHOOSE class="dialog dialog--wide" on_close=on_close>
            <div class="dialog__body stack stack--3">
                <div class="line">
                    <h2 class="grow md">{words::CHOOSE}</h2>
                    <IconButton label=common::CLOSE glyph=Glyph::X small=true on_press=on_close />
                </div>
                <Finder catalogue=catalogue />
                <div class="picker" tabindex="-1">{move || found(picked, catalogue, settings, last)}</div>
            </div>
            <div class="card__foot line">
                <span class="xs muted grow" role="status">{count}</span>
                <button type="button" class="btn btn--primary" on:click=move |_| on_close.run(())>{words::DONE}</button>
            </div>
        </Modal>
    }
}

#[component]
fn Finder(catalogue: Catalogue) -> impl IntoView {
    let providers = Provider::ALL.iter().map(|provider| {
        let here = move || catalogue.search.with(|it| it.provider == Some(*provider));
        view! { <option value=provider.as_str() selected=here>{provider.title()}</option> }
    });
    view! {
        <div class="line line--wrap">
            <label class="search grow">
                <Icon glyph=Glyph::Search />
                <span class="sr">{words::FIND_MODEL}</span>
                <input class="input" id="models-q" type="search" autocomplete="off" placeholder=words::FIND_MODEL
                    prop:value=move || catalogue.search.with(|it| it.q.clone())
                    on:input=move |event| catalogue.look(|it| it.q = event_target_value(&event)) />
            </label>
            <span class="selectbox w-side">
                <select class="select" aria-label=words::PROVIDER on:change=move |event| catalogue.look(|it| it.provider = Provider::parse(&event_target_value(&event)))>
                    <option value="" selected=move || catalogue.search.with(|it| it.provider.is_none())>{words::ALL_PROVIDERS}</option>
                    {providers.collect_view()}
                </select>
                <Icon glyph=Glyph::Down />
            </span>
            <label class="line line--1"><input type="checkbox" class="check" prop:checked=move || catalogue.search.with(|it| it.usable)
                on:change=move |event| catalogue.look(|it| it.usable = event_target_checked(&event)) />{words::USABLE_ONLY}</label>
        </div>
    }
}

fn found(
    picked: Picked,
    catalogue: Catalogue,
    settings: Signal<ExecutionSettings>,
    last: Memo<Vec<ModelView>>,
) -> AnyView {
    match catalogue.found.get() {
        None => view! { <Skeleton label=words::LOADING_MODELS rows=5 /> }.into_any(),
        Some(Err(error)) => view! {
            <div role="alert"><Empty glyph=Glyph::Alert title=words::MODELS_FAILED text=error.sentence()>
                <Button label=common::TRY_AGAIN glyph=Glyph::Sync on_press=move |()| catalogue.load() />
                <Reference id=error.correlation().to_owned() />
            </Empty></div>
        }
        .into_any(),
        Some(Ok(mut page)) => {
            let last = last.get();
            let first = catalogue
                .search
                .with_untracked(|search| favoured(search, last));
            page.models
                .retain(|view| first.iter().all(|it| it.model != view.model));
            page.models.splice(0..0, first);
            // A key that is typed draws this row alone; the others wait for what is found.
            let listed: Vec<ModelRef> = page.models.iter().map(|it| it.model.clone()).collect();
            let nothing = listed.is_empty();
            let typed = Memo::new(move |_| {
                let typed = catalogue.search.with(Search::typed);
                typed.filter(|view| !listed.contains(&view.model))
            });
            let first = move || match typed.get() {
                Some(view) => row(picked, settings, view).into_any(),
                None if nothing => {
                    view! { <Empty glyph=Glyph::Search title=words::NO_MODEL text=words::NO_MODEL_TEXT /> }
                        .into_any()
                }
                None => ().into_any(),
            };
            let rows = (!nothing).then(|| rows(picked, catalogue, settings, page));
            view! { {first}{rows} }.into_any()
        }
    }
}

fn rows(
    picked: Picked,
    catalogue: Catalogue,
    settings: Signal<ExecutionSettings>,
    page: ModelPage,
) -> impl IntoView {
    let more = page.next.is_some().then(|| {
        view! {
            <button type="button" class="btn btn--ghost btn--sm" prop:disabled=catalogue.more on:click=move |_| catalogue.load_more()>{words::MORE_MODELS}</button>
        }
    });
    let total = words::models(page.total);
    view! {
        <fieldset class="stack stack--0">
            <legend class="sr">{words::CHOOSE}</legend>
            {page.models.into_iter().map(|view| row(picked, settings, view)).collect_view()}
        </fieldset>
        <p class="line"><span class="xs muted grow" role="status">{total}</span>{more}</p>
    }
}

fn row(picked: Picked, settings: Signal<ExecutionSettings>, view: ModelView) -> impl IntoView {
    let model = StoredValue::new(view.model.clone());
    let facts = words::facts(view.model.provider.title(), view.context);
    // People know some models by their id alone.
    let id = (view.name != view.model.model).then(|| {
        let id = view.model.model.clone();
        view! { " · "<bdi class="mono">{id}</bdi> }
    });
    let tiered = view.price.as_ref().is_some_and(|price| price.tiered);
    let price = match &view.price {
        Some(price) => words::prices(
            &per_mtok(price.input_mtok),
            &per_mtok(price.output_mtok),
            tiered,
        ),
        None => words::UNPRICED.to_owned(),
    };
    let name = view.name.clone();
    let shown = view.clone();
    let why = Memo::new(move |_| {
        let most = if picked.most == 1 {
            usize::MAX
        } else {
            picked.most
        };
        settings.with(|settings| {
            picked
                .models
                .with(|chosen| reason(&shown, settings, chosen, most, picked.keyless))
        })
    });
    let on = move || {
        picked
            .models
            .with(|chosen| model.with_value(|model| chosen.contains(model)))
    };
    view! {
        <label class="mrow" title=view.model.to_string() class:is-off=move || why.get().is_some()>
            <input type="checkbox" class="check" prop:checked=on prop:disabled=move || why.get().is_some()
                on:change=move |event| {
                    model.with_value(|model| picked.toggle(model));
                    // Refused as one too many: the box shows what holds.
                    let input: web_sys::HtmlInputElement = event_target(&event);
                    input.set_checked(on());
                } />
            <span class="stack stack--0">
                <span class="line"><span class="cut med" dir="auto">{name}</span></span>
                <span class="xs muted">{facts}{id}{move || why.get().map(said)}</span>
            </span>
            <span class="num xs">{price}</span>
        </label>
    }
}

fn said(reason: Reason) -> impl IntoView {
    let text = match reason {
        Reason::NotAllowed => words::WHY_NOT_ALLOWED.to_owned(),
        Reason::Inactive => words::WHY_INACTIVE.to_owned(),
        Reason::Full => words::WHY_FULL.to_owned(),
        Reason::NoKey(provider) => words::why_no_key(provider.title()),
    };
    let link = matches!(reason, Reason::NoKey(_)).then(|| {
        view! { " "<a class="link" href=Route::Settings(Section::Keys).address()>{words::ADD_KEY}</a> }
    });
    view! { <span class="mrow__why">" · "{text}{link}</span> }
}
