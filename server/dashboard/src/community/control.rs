//! What the page of public prompts shows and does. Not how it looks.

use crate::app::App;
use crate::platform;
use crate::timing::Debounce;
use krowoc_shared::leaderboard::wire::{
    BoardView, CastVote, Fork, MyVotes, PublicList, PublicPrompt, Recomputed, Tie, Vote, VoteView,
};
use krowoc_shared::leaderboard::{Formula, Window};
use krowoc_shared::library::wire::Written;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::format::percent;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{community as words, library};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;

/// The state of the page; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Control {
    /// What every page shares.
    pub app: App,
    /// How far the board looks back.
    pub window: RwSignal<Window>,
    /// How it is ordered.
    pub formula: RwSignal<Formula>,
    /// What is searched for.
    pub words: RwSignal<String>,
    /// The board, once it is here.
    pub board: RwSignal<Option<Result<BoardView, ApiError>>>,
    /// What the search found.
    pub found: RwSignal<Option<PublicList>>,
    /// The reader's votes, by slug, as the server knows them.
    pub votes: RwSignal<BTreeMap<String, Vote>>,
    /// Their votes as they were when the counts came: a vote since then is added to the count that is shown.
    pub counted: RwSignal<BTreeMap<String, Vote>>,
    /// What is not theirs to judge, by slug, and why.
    pub ties: RwSignal<BTreeMap<String, Tie>>,
    typing: Debounce,
    /// Which request is the latest.
    asked: StoredValue<u32>,
}

impl Control {
    /// Of a page that was just opened.
    pub(super) fn new(app: App) -> Self {
        let this = Self {
            app,
            window: RwSignal::new(Window::default()),
            formula: RwSignal::new(Formula::default()),
            words: RwSignal::new(String::new()),
            board: RwSignal::new(None),
            found: RwSignal::new(None),
            votes: RwSignal::new(BTreeMap::new()),
            counted: RwSignal::new(BTreeMap::new()),
            ties: RwSignal::new(BTreeMap::new()),
            typing: Debounce::new(250),
            asked: StoredValue::new(0),
        };
        this.load();
        this
    }

    /// Reads the board and one's votes.
    pub(super) fn load(self) {
        let (window, formula) = (self.window.get_untracked(), self.formula.get_untracked());
        let asked = self.next();
        spawn_local(async move {
            let path = format!(
                "/leaderboard?window={}&formula={}",
                window.as_str(),
                formula.as_str()
            );
            let board = Client.get::<BoardView>(&path).await;
            let votes = Client.get::<MyVotes>("/votes").await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            if let Ok(mine) = votes {
                self.counted.set(mine.votes.clone());
                self.votes.set(mine.votes);
                self.ties.set(mine.ties);
            }
            self.board.set(Some(board));
        });
    }

    fn next(self) -> u32 {
        let next = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(next);
        next
    }

    /// Another window.
    pub(super) fn look_back(self, window: Window) {
        self.window.set(window);
        self.load();
    }

    /// Another formula.
    pub(super) fn order_by(self, formula: Formula) {
        self.formula.set(formula);
        self.load();
    }

    /// Looks for words a moment after they were typed.
    pub(super) fn search(self, words: String) {
        self.words.set(words);
        self.typing.run(move || {
            let words = self.words.get_untracked();
            if words.trim().is_empty() {
                self.found.set(None);
                return;
            }
            spawn_local(async move {
                let path = format!("/public/prompts?q={}", percent(words.trim()));
                let found = Client.get::<PublicList>(&path).await;
                // Something else was typed meanwhile.
                if self.words.try_get_untracked() != Some(words) {
                    return;
                }
                match found {
                    Ok(found) => self.found.set(Some(found)),
                    Err(error) => self.app.failed(&error),
                }
            });
        });
    }

    /// Why a vote for a prompt is not taken. One that was given before may be taken back.
    pub(super) fn barred(self, slug: &str) -> Option<Tie> {
        let tie = self.ties.with(|ties| ties.get(slug).copied())?;
        let given = self.votes.with(|votes| votes.contains_key(slug));
        (!given).then_some(tie)
    }

    /// Votes for a prompt, or takes that back: shown at once, and undone when the server refuses.
    pub(super) fn vote(self, slug: String) {
        if let Some(tie) = untrack(|| self.barred(&slug)) {
            self.app.toasts.say(Glyph::Alert, tie.why());
            return;
        }
        let before = self.votes.with_untracked(|votes| votes.get(&slug).copied());
        let now = (before != Some(Vote::Up)).then_some(Vote::Up);
        self.put(&slug, now);
        spawn_local(async move {
            let path = format!("/public/prompts/{}/vote", percent(&slug));
            let answer = match now {
                Some(vote) => Client.put::<VoteView>(&path, &CastVote { vote }).await,
                None => Client.delete::<VoteView>(&path).await,
            };
            match answer {
                Ok(view) => {
                    self.put(&slug, view.vote);
                    let said = match (view.vote, view.counts) {
                        (None, _) => words::VOTE_GONE,
                        (Some(_), true) => words::VOTE_KEPT,
                        (Some(_), false) => words::VOTE_WAITS,
                    };
                    self.app.toasts.say(Glyph::Check, said);
                }
                Err(error) => {
                    self.put(&slug, before);
                    self.app.failed(&error);
                }
            }
        });
    }

    fn put(self, slug: &str, vote: Option<Vote>) {
        self.votes.try_update(|votes| match vote {
            Some(vote) => drop(votes.insert(slug.to_owned(), vote)),
            None => drop(votes.remove(slug)),
        });
    }

    /// The votes to show beside a prompt: those that were counted, and what the reader changed since.
    pub(super) fn shown(self, slug: &str, counted: u64) -> u64 {
        let up = |votes: &BTreeMap<String, Vote>| votes.get(slug) == Some(&Vote::Up);
        match (self.counted.with(up), self.votes.with(up)) {
            (false, true) => counted.saturating_add(1),
            (true, false) => counted.saturating_sub(1),
            _ => counted,
        }
    }

    /// Puts the text of a prompt on the clipboard.
    pub(super) fn copy(self, slug: String) {
        spawn_local(async move {
            let path = format!("/public/prompts/{}", percent(&slug));
            match Client.get::<PublicPrompt>(&path).await {
                Ok(prompt) if platform::copy(&prompt.text).await => {
                    self.app.toasts.say(Glyph::Check, library::COPIED);
                }
                Ok(_) => self.app.toasts.say(Glyph::Alert, library::COPY_FAILED),
                Err(error) => self.app.failed(&error),
            }
        });
    }

    /// Takes a copy into one's own library.
    pub(super) fn take(self, slug: String) {
        let wanted = Fork {
            op_id: Some(platform::op_id()),
            id: Some(platform::doc_id()),
        };
        spawn_local(async move {
            let path = format!("/public/prompts/{}/fork", percent(&slug));
            match Client.post::<Written>(&path, &wanted).await {
                Ok(_) => {
                    self.app.toasts.say(Glyph::Fork, words::TAKEN);
                    self.app.refresh_overview();
                }
                Err(error) => self.app.failed(&error),
            }
        });
    }

    /// Counts now instead of with the next hour.
    pub(super) fn recount(self) {
        spawn_local(async move {
            let path = "/admin/leaderboard/recompute";
            match Client
                .post::<Recomputed>(path, &serde_json::json!({}))
                .await
            {
                Ok(_) => {
                    self.app.toasts.say(Glyph::Check, words::RECOUNTED);
                    self.load();
                }
                Err(error) => self.app.failed(&error),
            }
        });
    }
}
