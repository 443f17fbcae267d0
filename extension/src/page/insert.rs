//! A text put where the cursor of the page in front is, or on the clipboard where no page takes it. Not which text.

use super::dom::close_window;
use super::reactive::Signal;
use super::t;
use crate::browser::{self, Inserted};

/// Where it is said what became of a text: read out, and shown.
#[derive(Clone, Copy)]
pub struct Said {
    /// Read out.
    pub spoken: Signal<String>,
    /// Shown, until something else is tried.
    pub told: Signal<Option<String>>,
}

impl Said {
    /// Says a sentence.
    pub fn tell(self, said: String) {
        self.spoken.set(said.clone());
        self.told.set(Some(said));
    }
}

/// Inserts a text into a tab, or into the one in front, and says what became of it; what cannot be inserted is copied. `closes`: this window
/// has done its work once the text stands in the page as it was, which has the focus again then. False where the window stays.
pub async fn insert(tab: Option<i32>, text: &str, closes: bool, said: Said) -> bool {
    let tab = match tab {
        Some(tab) => Some(tab),
        None => browser::active_tab()
            .await
            .ok()
            .flatten()
            .and_then(|it| it.id),
    };
    let inserted = match tab {
        // A page of the browser, or one that may not be touched: it takes nothing.
        Some(tab) => browser::insert(tab, text).await.unwrap_or(Inserted::No),
        None => Inserted::No,
    };
    if closes && inserted == Inserted::Whole {
        close_window();
        return true;
    }
    said.tell(match inserted {
        Inserted::Whole => t("inserted"),
        Inserted::Otherwise => t("insertedOtherwise"),
        Inserted::No => match browser::copy(text).await {
            Ok(()) => t("insertCopied"),
            Err(error) => error.0,
        },
    });
    false
}
