//! The settings of teams: which one, its name, the way out of it; a new one. Not its members, invitations and log: those are beside this.

use super::audit::Audit;
use super::invitations::Invitations;
use super::members::Members;
use super::space::{choose, refresh};
use crate::app::{App, app};
use crate::frame::Reference;
use crate::route::{Route, Section, Tab};
use crate::settings::Shell;
use crate::settings::rename::Rename;
use krowoc_shared::access::Action;
use krowoc_shared::access::wire::{TeamName, TeamView};
use krowoc_shared::ids::SpaceId;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Notice, NoticeKind, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{settings, teams as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn TeamsPage() -> impl IntoView {
    let app = app();
    refresh(app);
    let chosen = RwSignal::new(app.space.team.get_untracked());
    // The one that is looked at here: as chosen, else the first.
    let team = Memo::new(move |_| {
        app.space.teams.with(|teams| {
            let teams = teams.as_ref()?;
            let wanted = teams.iter().find(|team| Some(team.id) == chosen.get());
            wanted.or(teams.first()).cloned()
        })
    });
    let known = Memo::new(move |_| app.space.teams.with(Option::is_some));
    // Drawn anew for another team or another role, not for another number of members.
    let drawn = Memo::new(move |_| team.get().map(|team| (team.id, team.role)));
    let deeds = RwSignal::new(0u32);
    let made = Callback::new(move |team: TeamView| {
        chosen.set(Some(team.id));
        refresh(app);
    });
    view! {
        <Shell section=Section::Teams>
            <p class="soft">{words::INTRO}</p>
            {move || match (known.get(), drawn.get()) {
                (false, _) => view! { <Unknown /> }.into_any(),
                (true, None) => view! { <Empty glyph=Glyph::Users title=words::NONE_TITLE text=words::NONE_TEXT /> }.into_any(),
                (true, Some(_)) => team.get_untracked().map(|it| view! {
                    <Which chosen=chosen team=team />
                    <Head team=it.clone() deeds=deeds />
                    <Members team=it.clone() deeds=deeds />
                    {it.role.may(Action::Invite).then(|| view! { <Invitations team=it.clone() deeds=deeds /> })}
                    {it.role.may(Action::SeeAudit).then(|| view! { <Audit team=it.id deeds=deeds /> })}
                }).into_any(),
            }}
            <Make on_made=made />
        </Shell>
    }
}

/// The teams are on their way, or did not arrive.
#[component]
fn Unknown() -> impl IntoView {
    let app = app();
    let again = move |_| {
        app.space.failed.set(None);
        refresh(app);
    };
    move || {
        match app.space.failed.get() {
        None => view! { <Skeleton label=settings::LOADING rows=3 /> }.into_any(),
        Some(error) => view! {
            <div role="alert">
                <Empty glyph=Glyph::Alert title=words::FAILED text=error.sentence()>
                    <button type="button" class="btn" on:click=again><Icon glyph=Glyph::Sync />{settings::TRY_AGAIN}</button>
                    <Reference id=error.correlation().to_owned() />
                </Empty>
            </div>
        }
        .into_any(),
    }
    }
}

/// Which of several teams.
#[component]
fn Which(chosen: RwSignal<Option<SpaceId>>, team: Memo<Option<TeamView>>) -> impl IntoView {
    let app = app();
    let several = move || {
        let teams = app.space.teams.get().unwrap_or_default();
        (teams.len() > 1).then_some(teams)
    };
    let pick = move |event| chosen.set(event_target_value(&event).parse().ok());
    move || {
        several().map(|teams| {
            let current = team.get().map(|team| team.id);
            let options = teams.into_iter().map(|it| {
                view! { <option value=it.id.to_string() selected=Some(it.id) == current>{it.name}</option> }
            });
            view! {
                <div class="field">
                    <label class="label" for="which-team">{words::CHOSEN}</label>
                    <span class="selectbox w-md"><select class="select" id="which-team" on:change=pick>{options.collect_view()}</select><Icon glyph=Glyph::Down /></span>
                </div>
            }
        })
    }
}

fn failed(app: App, error: &ApiError) {
    app.toasts.say(Glyph::Alert, error.sentence());
    refresh(app);
}

/// The name, the role, and what is done with the team itself.
#[component]
fn Head(team: TeamView, deeds: RwSignal<u32>) -> impl IntoView {
    let app = app();
    let (id, role) = (team.id, team.role);
    let path = StoredValue::new(format!("/teams/{id}"));
    let (editing, asking) = (RwSignal::new(false), RwSignal::new(false));
    let name = Memo::new(move |_| {
        app.space.teams.with(|teams| {
            let found = teams.iter().flatten().find(|team| team.id == id);
            found
                .map(|team| (team.name.clone(), team.members))
                .unwrap_or_default()
        })
    });
    let rename = Callback::new(move |name: String| {
        editing.set(false);
        spawn_local(async move {
            let answer = Client
                .patch::<TeamView>(&path.get_value(), &TeamName { name })
                .await;
            match answer {
                Ok(_) => app.toasts.say(Glyph::Check, words::RENAMED),
                Err(error) => app.toasts.say(Glyph::Alert, error.sentence()),
            }
            refresh(app);
            deeds.try_update(|deeds| *deeds = deeds.wrapping_add(1));
        });
    });
    let go = move |whole: bool| {
        let path = path.get_value();
        spawn_local(async move {
            let (path, text) = match whole {
                true => (path, words::DELETED),
                false => (format!("{path}/membership"), words::LEFT),
            };
            match Client.delete::<()>(&path).await {
                Ok(()) => {
                    if app.space.team.get_untracked() == Some(id) {
                        choose(app, None);
                    }
                    app.toasts.say(Glyph::Check, text);
                    refresh(app);
                }
                Err(error) => failed(app, &error),
            }
        });
    };
    let open = move |_| {
        choose(app, Some(id));
        app.nav.go(Route::tab(Tab::Prompts));
    };
    view! {
        <section class="stack stack--3" aria-labelledby="team-name">
            {move || if editing.get() {
                view! { <Rename name=name.get_untracked().0 label=words::NAME on_done=rename on_cancel=move |()| editing.set(false) /> }.into_any()
            } else {
                view! { <h3 id="team-name" dir="auto">{move || name.get().0}</h3> }.into_any()
            }}
            <p class="line line--wrap xs muted">
                <span class="badge badge--accent">{words::role(role)}</span>
                <span>{words::role_text(role)}</span>
                <span>{move || words::members(name.get().1)}</span>
            </p>
            <div class="line line--wrap">
                <button type="button" class="btn btn--sm" on:click=open><Icon glyph=Glyph::Library />{words::OPEN_LIBRARY}</button>
                {role.may(Action::RenameTeam).then(|| view! {
                    <button type="button" class="btn btn--sm" on:click=move |_| editing.set(true)>{words::RENAME}</button>
                })}
                <button type="button" class="btn btn--sm" on:click=move |_| go(false)>{words::LEAVE}</button>
                {role.may(Action::DeleteTeam).then(|| view! {
                    <button type="button" class="btn btn--sm btn--danger" aria-expanded=move || asking.get().to_string()
                        on:click=move |_| asking.update(|it| *it = !*it)>{words::DELETE}</button>
                })}
            </div>
            {move || asking.get().then(|| view! {
                <Notice kind=NoticeKind::Danger glyph=Glyph::Alert>
                    <div class="stack stack--2 grow">
                        <span>{words::DELETE_TEXT}</span>
                        <span class="line line--wrap">
                            <button type="button" class="btn btn--sm btn--danger" on:click=move |_| go(true)>{words::DELETE_FOR_GOOD}</button>
                            <button type="button" class="btn btn--sm btn--ghost" on:click=move |_| asking.set(false)>{words::CANCEL}</button>
                        </span>
                    </div>
                </Notice>
            })}
        </section>
    }
}

/// The form of a new team.
#[component]
fn Make(on_made: Callback<TeamView>) -> impl IntoView {
    let app = app();
    let name = RwSignal::new(String::new());
    let told = RwSignal::new(false);
    let refused = RwSignal::new(None::<ApiError>);
    let unnamed = move || told.get() && name.with(|name| name.trim().is_empty());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        told.set(true);
        if untrack(unnamed) {
            return;
        }
        refused.set(None);
        let wanted = TeamName {
            name: name.get_untracked(),
        };
        spawn_local(async move {
            match Client.post::<TeamView>("/teams", &wanted).await {
                Ok(team) => {
                    name.try_set(String::new());
                    told.try_set(false);
                    app.toasts.say(Glyph::Check, words::MADE);
                    on_made.try_run(team);
                }
                Err(error) => drop(refused.try_set(Some(error))),
            }
        });
    };
    let wrong = move || {
        let refused = refused.get().map(|error| error.sentence());
        unnamed()
            .then(|| words::NAME_MISSING.to_owned())
            .or(refused)
    };
    view! {
        <section class="stack stack--3" aria-labelledby="new-team">
            <h3 id="new-team">{words::NEW}</h3>
            <form class="card" on:submit=submit>
                <div class="card__body">
                    <div class="field">
                        <label class="label" for="new-team-name">{words::NAME}</label>
                        <input class="input" id="new-team-name" dir="auto" autocomplete="off" maxlength="80" aria-describedby="new-team-hint" aria-invalid=move || unnamed().to_string()
                            prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event)) />
                        <p class="hint" id="new-team-hint">{words::NAME_HINT}</p>
                        <p class="hint hint--error" role="status">{wrong}</p>
                    </div>
                </div>
                <div class="card__foot line"><span class="grow"></span><button type="submit" class="btn btn--primary">{words::MAKE}</button></div>
            </form>
        </section>
    }
}
