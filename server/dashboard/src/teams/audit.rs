//! The audit log of a team, newest first, narrowed to one kind of deed, page by page. Changes nothing.

use crate::app::app;
use crate::frame::Reference;
use krowoc_shared::access::wire::{AuditEntry, AuditPage, Deed};
use krowoc_shared::ids::SpaceId;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, RelativeTime, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{settings, teams as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Entries of a page.
const PAGE: u32 = 20;

#[derive(Clone, Copy)]
struct Log {
    team: SpaceId,
    deed: RwSignal<Option<Deed>>,
    entries: RwSignal<Vec<AuditEntry>>,
    next: RwSignal<Option<u64>>,
    state: RwSignal<Result<bool, ApiError>>,
    /// Which question is the last.
    asked: StoredValue<u32>,
}

impl Log {
    fn path(self) -> String {
        let mut path = format!("/teams/{}/audit?limit={PAGE}", self.team);
        if let Some(deed) = self.deed.get_untracked() {
            path.push_str("&deed=");
            path.push_str(deed.as_str());
        }
        if let Some(next) = self.next.get_untracked() {
            path.push_str(&format!("&before={next}"));
        }
        path
    }

    /// Reads the first page, or the one after those that are shown.
    fn load(self, first: bool) {
        if first {
            self.next.set(None);
        }
        let asked = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(asked);
        let path = self.path();
        spawn_local(async move {
            let answer = Client.get::<AuditPage>(&path).await;
            // Asked again meanwhile, or the page is gone.
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.entries
                        .try_update(|all| follow(all, page.entries, first));
                    self.next.try_set(page.next);
                    self.state.try_set(Ok(true));
                }
                Err(error) => drop(self.state.try_set(Err(error))),
            }
        });
    }

    fn begin(self) {
        self.entries.set(Vec::new());
        self.state.set(Ok(false));
        self.load(true);
    }
}

/// Puts a page after those that are there, or in their place. Entries are told by their numbers, which fall.
fn follow(all: &mut Vec<AuditEntry>, page: Vec<AuditEntry>, first: bool) {
    if first {
        all.clear();
    }
    let last = all.last().map(|entry| entry.number);
    let below = |entry: &AuditEntry| last.is_none_or(|last| entry.number < last);
    all.extend(page.into_iter().filter(below));
}

/// The log.
#[component]
pub(super) fn Audit(
    team: SpaceId,
    /// Rises with each deed on the page.
    deeds: RwSignal<u32>,
) -> impl IntoView {
    let log = Log {
        team,
        deed: RwSignal::new(None),
        entries: RwSignal::new(Vec::new()),
        next: RwSignal::new(None),
        state: RwSignal::new(Ok(false)),
        asked: StoredValue::new(0),
    };
    log.begin();
    // What is done on the page stands in the log at once.
    Effect::new(move |before: Option<u32>| {
        let now = deeds.get();
        if before.is_some_and(|before| before != now) {
            log.load(true);
        }
        now
    });
    let pick = move |event| {
        log.deed.set(Deed::parse(&event_target_value(&event)));
        log.begin();
    };
    let options = Deed::ALL
        .map(|deed| view! { <option value=deed.as_str()>{words::deed(deed)}</option> })
        .into_iter()
        .collect_view();
    view! {
        <section class="stack stack--3" aria-labelledby="audit">
            <h3 id="audit">{words::AUDIT}</h3>
            <p class="soft">{words::AUDIT_TEXT}</p>
            <div class="field">
                <label class="label" for="audit-deed">{words::WHAT}</label>
                <span class="selectbox w-md"><select class="select" id="audit-deed" on:change=pick><option value="">{words::ANY_DEED}</option>{options}</select><Icon glyph=Glyph::Down /></span>
            </div>
            {move || match log.state.get() {
                Ok(false) => view! { <Skeleton label=settings::LOADING rows=3 /> }.into_any(),
                Err(error) => view! {
                    <div role="alert">
                        <Empty glyph=Glyph::Alert title=settings::FAILED text=error.sentence()>
                            <button type="button" class="btn" on:click=move |_| log.begin()><Icon glyph=Glyph::Sync />{settings::TRY_AGAIN}</button>
                            <Reference id=error.correlation().to_owned() />
                        </Empty>
                    </div>
                }.into_any(),
                Ok(true) => view! { <Entries log=log /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Entries(log: Log) -> impl IntoView {
    move || {
        let entries = log.entries.get();
        if entries.is_empty() {
            return view! { <p class="hint">{words::AUDIT_NONE}</p> }.into_any();
        }
        view! {
            <ul class="card" role="list">{entries.into_iter().map(entry).collect_view()}</ul>
            {log.next.get().map(|_| view! {
                <div><button type="button" class="btn" on:click=move |_| log.load(false)>{words::MORE}</button></div>
            })}
        }
        .into_any()
    }
}

/// What the deed was done with: the name, the address, how many documents, the roles.
fn object(entry: &AuditEntry) -> String {
    let on = entry.on.as_ref().map(|who| who.email.clone());
    let roles = match (entry.role_before, entry.role) {
        (Some(before), Some(now)) => {
            Some(format!("{} → {}", words::role(before), words::role(now)))
        }
        (Some(role), None) | (None, Some(role)) => Some(words::role(role).to_owned()),
        (None, None) => None,
    };
    let documents = entry.documents.map(words::documents);
    let parts = [
        on,
        entry.email.clone(),
        entry.name.clone(),
        documents,
        roles,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

fn entry(entry: AuditEntry) -> impl IntoView {
    let app = app();
    let object = object(&entry);
    let by = match (&entry.by, entry.deed) {
        (Some(who), _) => who.email.clone(),
        (None, Deed::Inherited) => words::SERVER.to_owned(),
        (None, _) => words::SOMEBODY.to_owned(),
    };
    view! {
        <li class="item item--plain">
            <Icon glyph=Glyph::History />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med">{words::deed(entry.deed)}</b><span class="soft" dir="auto">{object}</span></span>
                <span class="xs muted">{by}" · "<RelativeTime at=entry.at now=app.now /></span>
            </div>
            <span class="xs muted mono" title=words::REQUEST>{entry.correlation_id}</span>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::access::Role;

    fn numbered(number: u64) -> AuditEntry {
        AuditEntry {
            number,
            at: 0,
            deed: Deed::RoleChanged,
            by: None,
            on: None,
            email: Some("b@example.org".to_owned()),
            role: Some(Role::Editor),
            role_before: Some(Role::Viewer),
            name: None,
            documents: None,
            correlation_id: String::new(),
        }
    }

    #[test]
    fn an_entry_tells_on_whom_and_from_what_to_what() {
        assert_eq!(object(&numbered(1)), "b@example.org · Viewer → Editor");
    }

    #[test]
    fn an_entry_about_many_documents_tells_how_many() {
        let entry = AuditEntry {
            deed: Deed::Archived,
            email: None,
            role: None,
            role_before: None,
            documents: Some(12),
            ..numbered(1)
        };
        assert_eq!(object(&entry), "12 documents");
    }

    #[test]
    fn a_page_that_arrives_twice_is_shown_once_and_a_first_page_replaces_what_was_there() {
        let page = |numbers: &[u64]| numbers.iter().copied().map(numbered).collect::<Vec<_>>();
        let mut all = Vec::new();
        for (arrives, first) in [(&[9, 8][..], true), (&[7, 6], false), (&[7, 6], false)] {
            follow(&mut all, page(arrives), first);
        }
        assert_eq!(all, page(&[9, 8, 7, 6]));
        follow(&mut all, page(&[10, 9]), true);
        assert_eq!(all, page(&[10, 9]));
    }
}
