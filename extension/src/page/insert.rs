//! A text put where the cursor of the page in front is, or on the clipboard where no page takes it. Not which text.

use super::t;
use crate::browser::{self, Inserted};

/// What became of it.
pub struct Done {
    /// It stands in the page as it was.
    pub whole: bool,
    /// The sentence about it.
    pub said: String,
}

/// Inserts a text into a tab, or into the one in front. What cannot be inserted is copied, and that is said.
pub async fn insert(tab: Option<i32>, text: &str) -> Done {
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
    let said = match inserted {
        Inserted::Whole => t("inserted"),
        Inserted::Otherwise => t("insertedOtherwise"),
        Inserted::No => match browser::copy(text).await {
            Ok(()) => t("insertCopied"),
            Err(error) => error.0,
        },
    };
    Done {
        whole: inserted == Inserted::Whole,
        said,
    }
}
