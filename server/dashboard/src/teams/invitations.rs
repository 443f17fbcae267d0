//! Invitations to a team: by mail, as a link that is shown once, those that wait. Not their acceptance.

use crate::app::app;
use crate::platform;
use crate::settings::once::Once;
use crate::settings::remote::Remote;
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{CreatedInvitation, InvitationView, Invite, TeamView};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Icon, calendar};
use krowoc_ui::format::exact;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, teams as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The form and the list.
#[component]
pub(super) fn Invitations(
    team: TeamView,
    /// Counts what is done here.
    deeds: RwSignal<u32>,
) -> impl IntoView {
    let app = app();
    let path = format!("/teams/{}/invitations", team.id);
    let waiting = Remote::<InvitationView>::of(app, path.clone());
    let link = RwSignal::new(None::<String>);
    let path = StoredValue::new(path);
    view! {
        <section class="stack stack--3" aria-labelledby="invitations">
            <h3 id="invitations">{words::INVITATIONS}</h3>
            <Once secret=link title=words::LINK_MADE copy=words::COPY_LINK done=words::COPIED_IT />
            <Form role=team.role path=path waiting=waiting link=link deeds=deeds />
            {waiting.view(move |rows| if rows.is_empty() {
                view! { <p class="hint">{words::NO_INVITATIONS}</p> }.into_any()
            } else {
                view! {
                    <ul class="card" role="list">
                        {rows.into_iter().map(|row| view! { <Row row=row path=path waiting=waiting deeds=deeds /> }).collect_view()}
                    </ul>
                }.into_any()
            })}
        </section>
    }
}

#[component]
fn Form(
    role: Role,
    path: StoredValue<String>,
    waiting: Remote<InvitationView>,
    link: RwSignal<Option<String>>,
    deeds: RwSignal<u32>,
) -> impl IntoView {
    let app = app();
    let (email, chosen) = (RwSignal::new(String::new()), RwSignal::new(Role::Editor));
    let refused = RwSignal::new(None::<ApiError>);
    let by_mail = move || email.with(|email| !email.trim().is_empty());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        refused.set(None);
        let wanted = Invite {
            role: chosen.get_untracked(),
            email: Some(email.get_untracked()).filter(|email| !email.trim().is_empty()),
        };
        spawn_local(async move {
            let answer = Client
                .post::<CreatedInvitation>(&path.get_value(), &wanted)
                .await;
            match answer {
                Ok(made) => {
                    email.try_set(String::new());
                    match made.path {
                        Some(path) => {
                            drop(link.try_set(Some(format!("{}{path}", platform::origin()))))
                        }
                        None => app.toasts.say(Glyph::Check, words::SENT),
                    }
                    waiting.load();
                    deeds.try_update(|deeds| *deeds = deeds.wrapping_add(1));
                }
                Err(error) => drop(refused.try_set(Some(error))),
            }
        });
    };
    let options = role.gives().map(|role| {
        view! { <option value=role.as_str() selected=role == Role::Editor>{words::role(role)}" · "{words::role_text(role)}</option> }
    });
    let pick = move |event| {
        if let Some(role) = Role::parse(&event_target_value(&event)) {
            chosen.set(role);
        }
    };
    view! {
        <form class="card" aria-label=words::INVITE on:submit=submit>
            <div class="card__body form2">
                <div class="field">
                    <label class="label" for="invite-email">{words::EMAIL}</label>
                    <input class="input" id="invite-email" type="email" dir="ltr" autocomplete="off" maxlength="254" aria-describedby="invite-hint"
                        prop:value=move || email.get() on:input=move |event| email.set(event_target_value(&event)) />
                    <p class="hint" id="invite-hint">{words::EMAIL_HINT}</p>
                </div>
                <div class="field">
                    <label class="label" for="invite-role">{words::ROLE}</label>
                    <span class="selectbox"><select class="select" id="invite-role" on:change=pick>{options.collect_view()}</select><Icon glyph=Glyph::Down /></span>
                </div>
                {move || refused.get().map(|error| view! { <p class="hint hint--error wide" role="alert">{error.sentence()}</p> })}
            </div>
            <div class="card__foot line"><span class="grow"></span>
                <button type="submit" class="btn btn--primary">{move || if by_mail() { words::SEND } else { words::MAKE_LINK }}</button>
            </div>
        </form>
    }
}

#[component]
fn Row(
    row: InvitationView,
    path: StoredValue<String>,
    waiting: Remote<InvitationView>,
    deeds: RwSignal<u32>,
) -> impl IntoView {
    let app = app();
    let id = row.id;
    let name = row
        .email
        .clone()
        .unwrap_or_else(|| words::BY_LINK.to_owned());
    let revoke = move |_| {
        let path = format!("{}/{id}", path.get_value());
        spawn_local(async move {
            match Client.delete::<()>(&path).await {
                Ok(()) => app.toasts.say(Glyph::Check, words::REVOKED),
                Err(error) => app.toasts.say(Glyph::Alert, error.sentence()),
            }
            waiting.load();
            deeds.try_update(|deeds| *deeds = deeds.wrapping_add(1));
        });
    };
    view! {
        <li class="item item--plain">
            <Icon glyph=if row.email.is_some() { Glyph::Mail } else { Glyph::Key } />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med" dir="auto">{name.clone()}</b><span class="badge">{words::role(row.role)}</span></span>
                <span class="xs muted">
                    {row.invited_by.map(|by| format!("{} {by} · ", words::INVITED_BY))}
                    {words::RUNS_OUT}" "{exact(calendar(row.expires_at))}
                </span>
            </div>
            <span class="line item__acts"><button type="button" class="btn btn--sm btn--danger" aria-label=common::named(words::REVOKE, &name) on:click=revoke>{words::REVOKE}</button></span>
        </li>
    }
}
