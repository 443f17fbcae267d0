//! Accounts of the server and their tiers, for who looks after it. Not what is in their libraries.

use crate::app::{App, app};
use crate::frame::Reference;
use crate::platform;
use crate::timing::Debounce;
use krowoc_shared::accounts::admin::{AccountPage, AccountRow, SetTier};
use krowoc_shared::ids::UserId;
use krowoc_shared::library::quota::Tier;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, RelativeTime, Skeleton};
use krowoc_ui::format::{percent, plural};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, library, settings, tiers as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is listed, and how it is doing.
#[derive(Clone, Copy)]
struct Desk {
    app: App,
    part: RwSignal<String>,
    rows: RwSignal<Option<Vec<AccountRow>>>,
    next: RwSignal<Option<UserId>>,
    failed: RwSignal<Option<ApiError>>,
    /// A tier is being set.
    busy: RwSignal<bool>,
    /// Grows with each question: an answer to an older one is not looked at.
    turn: StoredValue<u64>,
}

impl Desk {
    /// Asks for the accounts from the beginning, or for those that follow.
    fn load(self, after: Option<UserId>) {
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        let part = percent(self.part.get_untracked().trim());
        let follows = after.map_or_else(String::new, |id| format!("&cursor={id}"));
        spawn_local(async move {
            let path = format!("/admin/accounts?q={part}{follows}");
            let answer = Client.get::<AccountPage>(&path).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.failed.set(None);
                    self.next.set(page.next);
                    let before = self.rows.get_untracked().filter(|_| after.is_some());
                    let mut rows = before.unwrap_or_default();
                    rows.extend(page.accounts);
                    self.rows.set(Some(rows));
                }
                Err(error) if error.signed_out() => self.app.check(),
                Err(error) => self.failed.set(Some(error)),
            }
        });
    }

    fn set(self, user: UserId, tier: Tier) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let path = format!("/admin/accounts/{user}/tier");
            let answer = Client.put::<AccountRow>(&path, &SetTier { tier }).await;
            self.busy.try_set(false);
            match answer {
                Ok(row) => {
                    // The button goes with what it did: the focus stays in the row.
                    platform::focus(&format!("#tier-{user}"));
                    let told = words::done(&row.email, library::tier(row.tier));
                    self.app.toasts.say(Glyph::Check, told);
                    self.rows.try_update(|rows| {
                        let rows = rows.iter_mut().flatten();
                        rows.filter(|it| it.user == user)
                            .for_each(|it| *it = row.clone());
                    });
                }
                Err(error) => self.app.failed(&error),
            }
        });
    }
}

#[component]
pub(super) fn Accounts() -> impl IntoView {
    let desk = Desk {
        app: app(),
        part: RwSignal::new(String::new()),
        rows: RwSignal::new(None),
        next: RwSignal::new(None),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
        turn: StoredValue::new(0),
    };
    desk.load(None);
    let typing = Debounce::new(200);
    let search = move |text: String| {
        desk.part.set(text);
        typing.run(move || desk.load(None));
    };
    view! {
        <p class="soft">{words::TEXT}</p>
        <label class="search">
            <Icon glyph=Glyph::Search />
            <span class="sr">{words::SEARCH}</span>
            <input class="input" id="account-search" type="search" autocomplete="off" placeholder=words::SEARCH
                prop:value=move || desk.part.get() on:input=move |event| search(event_target_value(&event)) />
        </label>
        {move || desk.failed.get().map(|error| view! { <Failed desk=desk error=error /> })}
        <List desk=desk />
    }
}

#[component]
fn Failed(desk: Desk, error: ApiError) -> impl IntoView {
    view! {
        <div role="alert">
            <Empty glyph=Glyph::Alert title=settings::FAILED text=error.sentence()>
                <button type="button" class="btn" on:click=move |_| desk.load(None)><Icon glyph=Glyph::Sync />{settings::TRY_AGAIN}</button>
                <Reference id=error.correlation().to_owned() />
            </Empty>
        </div>
    }
}

#[component]
fn List(desk: Desk) -> impl IntoView {
    // Rows stay what they are while others come or change: what is chosen in one is that account's.
    let some = Memo::new(move |_| desk.rows.with(|rows| rows.as_ref().map(Vec::is_empty)));
    move || {
        let Some(empty) = some.get() else {
            let waits = desk.failed.with(Option::is_none);
            return waits
                .then(|| view! { <Skeleton label=settings::LOADING rows=3 /> })
                .into_any();
        };
        if empty {
            return view! { <Empty glyph=Glyph::Users title=words::NOT_FOUND text=words::NOT_FOUND_TEXT /> }
                .into_any();
        }
        let more = desk.next.get();
        view! {
            <ul class="card" role="list">
                <For each=move || desk.rows.get().unwrap_or_default() key=|row| row.user let:row><Row desk=desk row=row /></For>
            </ul>
            {more.map(|after| view! {
                <p><button type="button" class="btn" on:click=move |_| desk.load(Some(after))>{words::MORE}</button></p>
            })}
        }
        .into_any()
    }
}

/// A tier is chosen, and set with the button that appears then: a key that moves the choice changes nothing by itself.
#[component]
fn Row(desk: Desk, row: AccountRow) -> impl IntoView {
    let (user, begun) = (row.user, row.tier);
    // Its tier and whether it was given change under the row.
    let now = Memo::new(move |_| {
        desk.rows.with(|rows| {
            let row = rows.iter().flatten().find(|it| it.user == user);
            row.map_or((begun, true), |it| (it.tier, it.given))
        })
    });
    let chosen = RwSignal::new(begun);
    let options = Tier::ALL
        .map(|tier| view! { <option value=tier.as_str() selected=tier == begun>{library::tier(tier)}</option> });
    let picked = move |event| {
        if let Some(tier) = Tier::parse(&event_target_value(&event)) {
            chosen.set(tier);
        }
    };
    let label = common::named(words::TIER, &row.email);
    let set = common::named(words::SET_TIER, &row.email);
    view! {
        <li class="item item--plain">
            <Icon glyph=Glyph::User />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med" dir="auto">{row.email}</b>
                    {row.name.map(|name| view! { <span class="soft" dir="auto">{name}</span> })}
                </span>
                <span class="xs muted">
                    {plural(row.prompts, "prompt", "prompts")}" · "{words::JOINED}" "<RelativeTime at=row.created_at now=desk.app.now />
                    {move || (!now.get().1).then(|| format!(" · {}", words::AS_CONFIGURED))}
                </span>
            </div>
            <span class="line line--wrap">
                <span class="selectbox"><select class="select" id=format!("tier-{user}") aria-label=label on:change=picked
                    prop:value=move || chosen.get().as_str()>{options.into_iter().collect_view()}</select><Icon glyph=Glyph::Down /></span>
                {move || (chosen.get() != now.get().0).then(|| view! {
                    <button type="button" class="btn btn--sm btn--primary" aria-label=set.clone() aria-disabled=move || desk.busy.get().to_string()
                        on:click=move |_| desk.set(user, chosen.get_untracked())>{words::SET}</button>
                })}
            </span>
        </li>
    }
}
