//! The members of a team: their roles, removing them, handing the team over. What the person may not do is there and says why.

use super::space::refresh;
use crate::app::{App, Session, app};
use crate::frame::{Confirm, Face};
use crate::settings::remote::Remote;
use krowoc_shared::access::wire::{ChangeRole, HandOver, MemberView, TeamView};
use krowoc_shared::access::{Action, Role};
use krowoc_shared::ids::UserId;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Icon, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, teams as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The list.
#[component]
pub(super) fn Members(
    team: TeamView,
    /// Counts what is done here.
    deeds: RwSignal<u32>,
) -> impl IntoView {
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
        deeds,
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
    deeds: RwSignal<u32>,
    path: StoredValue<String>,
    team: StoredValue<String>,
}

impl Desk {
    /// The lists are read anew, whatever was answered; an error is said.
    fn done(self, answer: Result<(), ApiError>) -> bool {
        let well = answer.is_ok();
        if let Err(error) = answer {
            self.app.toasts.say(Glyph::Alert, error.sentence());
        }
        self.members.load();
        self.deeds
            .try_update(|deeds| *deeds = deeds.wrapping_add(1));
        refresh(self.app);
        well
    }

    /// Gives a member another role, with a way back.
    fn change(self, user: UserId, before: Role, role: Role) {
        let path = format!("{}/{user}", self.path.get_value());
        spawn_local(async move {
            if self.done(put(&path, role).await) {
                let back = move || {
                    let path = path.clone();
                    spawn_local(async move {
                        let _ = self.done(put(&path, before).await);
                    });
                };
                let toasts = self.app.toasts;
                toasts.undoable(Glyph::Check, words::ROLE_CHANGED, back);
            }
        });
    }

    fn remove(self, user: UserId) {
        let path = format!("{}/{user}", self.path.get_value());
        spawn_local(async move {
            if self.done(Client.delete::<()>(&path).await) {
                self.app.toasts.say(Glyph::Check, words::REMOVED);
            }
        });
    }

    fn hand_over(self, user: UserId) {
        let path = format!("{}/ownership", self.team.get_value());
        spawn_local(async move {
            let answer = Client.post::<MemberView>(&path, &HandOver { user }).await;
            if self.done(answer.map(|_| ())) {
                self.app.toasts.say(Glyph::Check, words::HANDED_OVER);
            }
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

async fn put(path: &str, role: Role) -> Result<(), ApiError> {
    let wanted = ChangeRole { role };
    let answer = Client.patch::<MemberView>(path, &wanted).await;
    answer.map(|_| ())
}

/// What is asked about a member before it is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Remove,
    HandOver,
}

impl Asked {
    /// What it is called, what it means, and the answer that does it.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Remove => (words::REMOVE, words::REMOVE_TEXT, words::REMOVE_DO),
            Self::HandOver => (words::HAND_OVER, words::HAND_OVER_TEXT, words::HAND_OVER_DO),
        }
    }
}

/// The question about a member, while it is open.
fn question(
    desk: Desk,
    user: UserId,
    email: String,
    asked: RwSignal<Option<Asked>>,
) -> impl IntoView {
    move || {
        asked.get().map(|it| {
            let (name, text, action) = it.words();
            let yes = move |()| match it {
                Asked::Remove => desk.remove(user),
                Asked::HandOver => desk.hand_over(user),
            };
            view! {
                <Confirm title=common::named(name, &email) text=text action=action on_yes=yes on_close=move |()| asked.set(None) />
            }
        })
    }
}

/// A role is chosen, and changed with the button that appears then: a key that moves the choice changes nothing by itself.
#[component]
fn RoleField(member: MemberView, desk: Desk) -> impl IntoView {
    let (user, theirs) = (member.user, member.role);
    let refusal = desk.refusal(theirs);
    let fixed = refusal.is_some();
    let chosen = RwSignal::new(theirs);
    let options = Role::ALL
        .into_iter()
        .filter(|role| fixed || desk.role.may_give(*role))
        .map(|role| {
            view! { <option value=role.as_str() selected=role == theirs>{words::role(role)}</option> }
        });
    let picked = move |event| {
        if let Some(role) = Role::parse(&event_target_value(&event)) {
            chosen.set(role);
        }
    };
    let label = common::named(words::ROLE, &member.email);
    let change = common::named(words::CHANGE_ROLE, &member.email);
    view! {
        <span class="selectbox"><select class="select" aria-label=label disabled=fixed title=refusal.unwrap_or_default() on:change=picked>{options.collect_view()}</select><Icon glyph=Glyph::Down /></span>
        {move || (chosen.get() != theirs).then(|| view! {
            <button type="button" class="btn btn--sm btn--primary" aria-label=change.clone()
                on:click=move |_| desk.change(user, theirs, chosen.get_untracked())>{words::CHANGE_ROLE}</button>
        })}
    }
}

#[component]
fn Row(member: MemberView, you: bool, desk: Desk) -> impl IntoView {
    let (user, theirs) = (member.user, member.role);
    let asked = RwSignal::new(None::<Asked>);
    let removable = !you && desk.role.may_remove(theirs);
    let heir = !you && desk.role.may(Action::TransferOwnership) && theirs != Role::Owner;
    view! {
        <li class="item item--plain item--top">
            <Face user=user picture=member.picture.clone() />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med" dir="auto">{member.name.clone().unwrap_or_else(|| member.email.clone())}</b>
                    {you.then(|| view! { <span class="badge badge--accent">{words::YOU}</span> })}
                </span>
                {member.name.is_some().then(|| view! { <span class="xs muted">{member.email.clone()}</span> })}
                <span class="xs muted">{words::SINCE}" "<RelativeTime at=member.since now=desk.app.now /></span>
            </div>
            <span class="line line--wrap item__acts">
                <RoleField member=member.clone() desk=desk />
                {heir.then(|| view! {
                    <button type="button" class="btn btn--sm" aria-label=common::named(words::HAND_OVER, &member.email)
                        on:click=move |_| asked.set(Some(Asked::HandOver))>{words::HAND_OVER}</button>
                })}
                {removable.then(|| view! {
                    <button type="button" class="btn btn--sm btn--danger" aria-label=common::named(words::REMOVE, &member.email)
                        on:click=move |_| asked.set(Some(Asked::Remove))>{words::REMOVE}</button>
                })}
            </span>
            {question(desk, user, member.email.clone(), asked)}
        </li>
    }
}
