//! The members of a team: their roles, removing them, handing the team over. What the person may not do is there and says why.

use super::space::refresh;
use crate::app::{App, Session, app};
use crate::settings::remote::Remote;
use krowoc_shared::access::wire::{ChangeRole, HandOver, MemberView, TeamView};
use krowoc_shared::access::{Action, Role};
use krowoc_shared::ids::UserId;
use krowoc_ui::api::Client;
use krowoc_ui::components::{Icon, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{settings, teams as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The list.
#[component]
pub(super) fn Members(team: TeamView) -> impl IntoView {
    let app = app();
    let path = format!("/teams/{}/members", team.id);
    let members = Remote::<MemberView>::of(app, path.clone());
    let own = move || match app.session.get_untracked() {
        Session::In(view) => Some(view.user),
        _ => None,
    };
    let desk = Desk {
        app,
        members,
        role: team.role,
        path: StoredValue::new(path),
        team: StoredValue::new(format!("/teams/{}", team.id)),
    };
    view! {
        <section class="stack stack--3" aria-labelledby="members">
            <h3 id="members">{words::MEMBERS}</h3>
            {members.view(move |rows| view! {
                <ul class="card" role="list">
                    {rows.into_iter().map(|row| {
                        let you = own() == Some(row.user);
                        view! { <Row member=row you=you desk=desk /> }
                    }).collect_view()}
                </ul>
            })}
        </section>
    }
}

/// What rows do.
#[derive(Clone, Copy)]
struct Desk {
    app: App,
    members: Remote<MemberView>,
    role: Role,
    path: StoredValue<String>,
    team: StoredValue<String>,
}

impl Desk {
    fn done(self, answer: Result<(), krowoc_ui::api::ApiError>, text: &'static str) {
        match answer {
            Ok(()) => self.app.toasts.say(Glyph::Check, text),
            Err(error) => self.app.toasts.say(Glyph::Alert, error.sentence()),
        }
        self.members.load();
        refresh(self.app);
    }

    fn change(self, user: UserId, role: Role) {
        let path = format!("{}/{user}", self.path.get_value());
        spawn_local(async move {
            let answer = Client
                .patch::<MemberView>(&path, &ChangeRole { role })
                .await;
            self.done(answer.map(|_| ()), words::ROLE_CHANGED);
        });
    }

    fn remove(self, user: UserId) {
        let path = format!("{}/{user}", self.path.get_value());
        spawn_local(async move {
            let answer = Client.delete::<()>(&path).await;
            self.done(answer, words::REMOVED);
        });
    }

    fn hand_over(self, user: UserId) {
        let path = format!("{}/ownership", self.team.get_value());
        spawn_local(async move {
            let answer = Client.post::<MemberView>(&path, &HandOver { user }).await;
            self.done(answer.map(|_| ()), words::HANDED_OVER);
        });
    }

    /// Why the role of a member is not theirs to change.
    fn refusal(self, member: Role) -> Option<String> {
        if !self.role.may(Action::ChangeRoles) {
            return Some(Action::ChangeRoles.refusal(self.role));
        }
        (!self.role.may_change(member, member)).then(|| words::role_text(member).to_owned())
    }
}

#[component]
fn Row(member: MemberView, you: bool, desk: Desk) -> impl IntoView {
    let (user, theirs) = (member.user, member.role);
    let refusal = desk.refusal(theirs);
    let fixed = refusal.is_some();
    let options = Role::ALL
        .into_iter()
        .filter(|role| fixed || desk.role.may_give(*role))
        .map(|role| {
            view! { <option value=role.as_str() selected=role == theirs>{words::role(role)}</option> }
        });
    let picked = move |event| {
        if let Some(role) = Role::parse(&event_target_value(&event)) {
            desk.change(user, role);
        }
    };
    let label = settings::named(words::ROLE, &member.email);
    let removable = !you && desk.role.may_remove(theirs);
    let heir = !you && desk.role.may(Action::TransferOwnership) && theirs != Role::Owner;
    view! {
        <li class="item item--plain item--top">
            <Icon glyph=Glyph::User />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med" dir="auto">{member.name.clone().unwrap_or_else(|| member.email.clone())}</b>
                    {you.then(|| view! { <span class="badge badge--accent">{words::YOU}</span> })}
                </span>
                {member.name.is_some().then(|| view! { <span class="xs muted">{member.email.clone()}</span> })}
                <span class="xs muted">{words::SINCE}" "<RelativeTime at=member.since now=desk.app.now /></span>
            </div>
            <span class="line line--wrap item__acts">
                <span class="selectbox"><select class="select" aria-label=label disabled=fixed title=refusal.unwrap_or_default() on:change=picked>{options.collect_view()}</select><Icon glyph=Glyph::Down /></span>
                {heir.then(|| view! {
                    <button type="button" class="btn btn--sm" aria-label=settings::named(words::HAND_OVER, &member.email)
                        on:click=move |_| desk.hand_over(user)>{words::HAND_OVER}</button>
                })}
                {removable.then(|| view! {
                    <button type="button" class="btn btn--sm btn--danger" aria-label=settings::named(words::REMOVE, &member.email)
                        on:click=move |_| desk.remove(user)>{words::REMOVE}</button>
                })}
            </span>
        </li>
    }
}
