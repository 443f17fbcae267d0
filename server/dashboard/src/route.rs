//! Addresses of the dashboard and the filters they carry. Not the browser's history: that is `navigation`.

pub use crate::section::Section;

use crate::history::{ExecutionFilter, LetterFilter};
use crate::navigation::placed;
use crate::period::Shown;
use krowoc_shared::ids::{DocId, ExecutionId, GroupId, Millis};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::{ListQuery, Sort};
use krowoc_ui::format::{percent, unpercent};
use std::collections::BTreeMap;

const DAY: Millis = 86_400_000;

/// A list of the library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Every kind; where a collection opens.
    All,
    /// Prompts.
    #[default]
    Prompts,
    /// Snippets.
    Snippets,
    /// Collections.
    Collections,
    /// The trash.
    Trash,
}

impl Tab {
    /// The tabs that are always shown.
    pub const SHOWN: [Self; 4] = [
        Self::Prompts,
        Self::Snippets,
        Self::Collections,
        Self::Trash,
    ];

    /// Its place in the address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Prompts => "prompts",
            Self::Snippets => "snippets",
            Self::Collections => "collections",
            Self::Trash => "trash",
        }
    }

    /// The kind it lists.
    #[must_use]
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::All | Self::Trash => None,
            Self::Prompts => Some(Kind::Prompt),
            Self::Snippets => Some(Kind::Snippet),
            Self::Collections => Some(Kind::Collection),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::All]
            .into_iter()
            .chain(Self::SHOWN)
            .find(|tab| tab.as_str() == text)
    }
}

/// What narrows and orders a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What is searched for.
    pub q: String,
    /// A tag.
    pub tag: Option<String>,
    /// A site.
    pub site: Option<String>,
    /// A collection.
    pub collection: Option<DocId>,
    /// Metadata, by name.
    pub meta: BTreeMap<String, String>,
    /// Favourites only.
    pub favourite: bool,
    /// Conflicts only.
    pub conflict: bool,
    /// Prompts that stand there.
    pub status: Option<Status>,
    /// Edited within so many days.
    pub days: Option<u32>,
    /// The order; the usual one when absent.
    pub sort: Option<Sort>,
}

impl Filter {
    /// True when something narrows the list.
    #[must_use]
    pub fn narrows(&self) -> bool {
        let unsorted = Self {
            sort: None,
            ..self.clone()
        };
        unsorted != Self::default()
    }

    /// The order in force: the best match first while there is a search.
    #[must_use]
    pub fn order(&self) -> Sort {
        let usual = if self.q.trim().is_empty() {
            Sort::Edited
        } else {
            Sort::Relevance
        };
        self.sort
            .filter(|sort| *sort != Sort::Relevance || usual == Sort::Relevance)
            .unwrap_or(usual)
    }

    /// The request for a page of this list.
    #[must_use]
    pub fn query(&self, tab: Tab, now: Millis, cursor: Option<String>, limit: u32) -> ListQuery {
        let words = self.q.trim();
        ListQuery {
            kind: tab.kind(),
            q: (!words.is_empty()).then(|| words.to_owned()),
            tag: self.tag.clone(),
            collection: self.collection,
            meta: (!self.meta.is_empty()).then(|| lines(&self.meta)),
            site: self.site.clone(),
            favourite: self.favourite.then_some(true),
            conflict: self.conflict.then_some(true),
            status: self.status,
            trash: (tab == Tab::Trash).then_some(true),
            // To the day, so that the pages of one list agree on it.
            since: self
                .days
                .map(|days| now.saturating_sub(DAY.saturating_mul(Millis::from(days))) / DAY * DAY),
            sort: Some(self.order()),
            cursor,
            limit: Some(limit),
        }
    }

    fn read(search: &str) -> Self {
        let mut filter = Self::default();
        for part in search.trim_start_matches('?').split('&') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = unpercent(value);
            match name {
                "q" => filter.q = value,
                "tag" => filter.tag = Some(value).filter(|it| !it.is_empty()),
                "site" => filter.site = Some(value).filter(|it| !it.is_empty()),
                "collection" => filter.collection = value.parse().ok(),
                "meta" => {
                    let pairs = value.lines().filter_map(|line| line.split_once('='));
                    filter.meta = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
                }
                "favourite" => filter.favourite = true,
                "conflict" => filter.conflict = true,
                "status" => filter.status = Status::parse(&value),
                "days" => filter.days = value.parse().ok(),
                "sort" => filter.sort = sort(&value),
                _ => {}
            }
        }
        filter
    }

    fn write(&self) -> String {
        let mut parts = Vec::new();
        let mut put = |name: &str, value: &str| parts.push(format!("{name}={}", percent(value)));
        if !self.q.is_empty() {
            put("q", &self.q);
        }
        if let Some(tag) = &self.tag {
            put("tag", tag);
        }
        if let Some(site) = &self.site {
            put("site", site);
        }
        if let Some(collection) = self.collection {
            put("collection", &collection.to_string());
        }
        if !self.meta.is_empty() {
            put("meta", &lines(&self.meta));
        }
        if self.favourite {
            put("favourite", "yes");
        }
        if self.conflict {
            put("conflict", "yes");
        }
        if let Some(status) = self.status {
            put("status", status.as_str());
        }
        if let Some(days) = self.days {
            put("days", &days.to_string());
        }
        if let Some(sort) = self.sort {
            put("sort", sort_name(sort));
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        }
    }
}

/// Metadata as a query has it.
fn lines(meta: &BTreeMap<String, String>) -> String {
    let lines: Vec<String> = meta.iter().map(|(n, v)| format!("{n}={v}")).collect();
    lines.join("\n")
}

/// An order in the address.
#[must_use]
pub const fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Edited => "edited",
        Sort::Created => "created",
        Sort::Title => "title",
        Sort::Uses => "uses",
        Sort::Relevance => "relevance",
    }
}

/// The order of a name.
#[must_use]
pub fn sort(name: &str) -> Option<Sort> {
    [
        Sort::Edited,
        Sort::Created,
        Sort::Title,
        Sort::Uses,
        Sort::Relevance,
    ]
    .into_iter()
    .find(|it| sort_name(*it) == name)
}

/// Where a run page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunPlace {
    /// The prompt; a text of one's own without it.
    pub prompt: Option<DocId>,
    /// The run that it shows.
    pub group: Option<GroupId>,
    /// The execution that it is filled in from.
    pub from: Option<ExecutionId>,
}

impl RunPlace {
    /// The page of a prompt, with nothing run yet.
    #[must_use]
    pub fn of(prompt: Option<DocId>) -> Self {
        Self {
            prompt,
            ..Self::default()
        }
    }

    fn read(prompt: Option<DocId>, search: &str) -> Self {
        let mut place = Self::of(prompt);
        for part in search.trim_start_matches('?').split('&') {
            match part.split_once('=') {
                Some(("group", id)) => place.group = id.parse().ok(),
                Some(("from", id)) => place.from = id.parse().ok(),
                _ => {}
            }
        }
        place
    }

    fn address(&self) -> String {
        let path = self
            .prompt
            .map_or_else(|| "/run".to_owned(), |id| format!("/run/{id}"));
        let group = self.group.map(|id| format!("group={id}"));
        let from = self.from.map(|id| format!("from={id}"));
        let parts: Vec<String> = group.into_iter().chain(from).collect();
        if parts.is_empty() {
            path
        } else {
            format!("{path}?{}", parts.join("&"))
        }
    }
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/`: what waits, what ran last; or the sign-in.
    Home,
    /// Figures over time.
    Dashboard(Shown),
    /// Sign in. A page that needs it asks in its own place, so that its address and fragment stay.
    SignIn,
    /// Make an account.
    SignUp,
    /// Ask for a new password.
    Forgot,
    /// Set it, with the token of a mail behind `#`.
    Reset,
    /// Confirm an address, with the token of a mail behind `#`.
    Verify,
    /// Look at an invitation to a team, with its token behind `#`.
    Join,
    /// A list.
    Library(Tab, Filter),
    /// A document.
    Document(DocId),
    /// A version of it, by its number.
    Version(DocId, u64),
    /// A run, to be begun or under way.
    Run(RunPlace),
    /// What was run.
    Executions(ExecutionFilter),
    /// One execution.
    Execution(ExecutionId),
    /// Two executions beside each other.
    Compare(ExecutionId, ExecutionId),
    /// What failed and waits for a decision.
    DeadLetters(LetterFilter),
    /// Public prompts.
    Community,
    /// Import.
    Import,
    /// Settings.
    Settings(Section),
    /// Connects an extension.
    Connect,
    /// After the connection.
    ConnectDone,
    /// No such page.
    Lost,
}

impl Route {
    /// The page of an address.
    #[must_use]
    pub fn parse(path: &str, search: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] => Self::Home,
            ["dashboard"] => Self::Dashboard(Shown::read(search)),
            ["signin"] => Self::SignIn,
            ["signup"] => Self::SignUp,
            ["forgot"] => Self::Forgot,
            ["reset"] => Self::Reset,
            ["verify"] => Self::Verify,
            ["join"] => Self::Join,
            ["library"] => Self::Library(Tab::default(), Filter::read(search)),
            ["library", name] => match (Tab::parse(name), name.parse()) {
                (Some(tab), _) => Self::Library(tab, Filter::read(search)),
                (None, Ok(id)) => Self::Document(id),
                (None, Err(_)) => Self::Lost,
            },
            ["library", id, "versions", number] => match (id.parse(), number.parse()) {
                (Ok(id), Ok(number)) => Self::Version(id, number),
                _ => Self::Lost,
            },
            ["run"] => Self::Run(RunPlace::read(None, search)),
            ["run", id] => id
                .parse()
                .map_or(Self::Lost, |id| Self::Run(RunPlace::read(Some(id), search))),
            ["executions"] => Self::Executions(ExecutionFilter::read(search)),
            ["executions", id] => id.parse().map_or(Self::Lost, Self::Execution),
            ["executions", one, "with", other] => match (one.parse(), other.parse()) {
                (Ok(one), Ok(other)) => Self::Compare(one, other),
                _ => Self::Lost,
            },
            ["dead-letters"] => Self::DeadLetters(LetterFilter::read(search)),
            ["community"] => Self::Community,
            ["import"] => Self::Import,
            ["settings"] => Self::Settings(Section::Devices),
            ["settings", name] => Section::ALL
                .into_iter()
                .find(|section| section.as_str() == *name)
                .map_or(Self::Lost, Self::Settings),
            ["connect"] => Self::Connect,
            ["connect", "done"] => Self::ConnectDone,
            _ => Self::Lost,
        }
    }

    /// The address of the page.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::Home | Self::Lost => "/".to_owned(),
            Self::Dashboard(shown) => format!("/dashboard{}", shown.write()),
            Self::SignIn => "/signin".to_owned(),
            Self::SignUp => "/signup".to_owned(),
            Self::Forgot => "/forgot".to_owned(),
            Self::Reset => "/reset".to_owned(),
            Self::Verify => "/verify".to_owned(),
            Self::Join => "/join".to_owned(),
            Self::Library(tab, filter) => format!("/library/{}{}", tab.as_str(), filter.write()),
            Self::Document(id) => placed(format!("/library/{id}")),
            Self::Version(id, number) => placed(format!("/library/{id}/versions/{number}")),
            Self::Run(place) if place.prompt.is_some() => placed(place.address()),
            Self::Run(place) => place.address(),
            Self::Executions(filter) => format!("/executions{}", filter.write()),
            Self::Execution(id) => format!("/executions/{id}"),
            Self::Compare(one, other) => format!("/executions/{one}/with/{other}"),
            Self::DeadLetters(filter) => format!("/dead-letters{}", filter.write()),
            Self::Community => "/community".to_owned(),
            Self::Import => "/import".to_owned(),
            Self::Settings(section) => format!("/settings/{}", section.as_str()),
            Self::Connect => "/connect".to_owned(),
            Self::ConnectDone => "/connect/done".to_owned(),
        }
    }

    /// A list without filters.
    #[must_use]
    pub fn tab(tab: Tab) -> Self {
        Self::Library(tab, Filter::default())
    }

    /// Whether going from one to the other is a new page, rather than a change within one.
    #[must_use]
    pub fn same_page(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Library(one, _), Self::Library(two, _)) => one == two,
            (Self::Run(one), Self::Run(two)) => {
                (one.prompt, one.from) == (two.prompt, two.from)
                    && (two.group.is_some() || one.group.is_none())
            }
            (Self::Executions(_), Self::Executions(_))
            | (Self::DeadLetters(_), Self::DeadLetters(_))
            | (Self::Dashboard(_), Self::Dashboard(_)) => true,
            _ => self == other,
        }
    }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
