//! The way back to a public page that somebody left to sign in. Not the keeping of it: the page and the browser do that.

use krowoc_shared::ids::Millis;
use serde::Deserialize;

/// What the public page keeps.
#[derive(Deserialize)]
struct Kept {
    /// With its query.
    path: String,
    /// How long it is gone back to, as the page says: whoever signs in later wants something else.
    until: Millis,
}

/// The address to go back to, when what is kept is one of ours and not old.
pub fn path(kept: &str, now: Millis) -> Option<String> {
    let Kept { path, until } = serde_json::from_str(kept).ok()?;
    let fresh = now <= until;
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let (place, _) = path.split_at_checked(end)?;
    let public =
        place == "/leaderboard" || place.starts_with("/leaderboard/") || place.starts_with("/p/");
    (fresh && public && !place.contains("..")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(path: &str) -> String {
        serde_json::json!({ "path": path, "until": 3_000 }).to_string()
    }

    #[test]
    fn a_public_page_that_was_left_a_moment_ago_is_gone_back_to() {
        for page in [
            "/p/chef",
            "/leaderboard",
            "/leaderboard?window=7d",
            "/leaderboard/rules",
        ] {
            assert_eq!(path(&kept(page), 2_000).as_deref(), Some(page));
        }
        assert_eq!(path(&kept("/p/chef"), 3_001), None);
    }

    #[test]
    fn nothing_else_is() {
        for page in [
            "",
            "/",
            "/settings/account",
            "//evil.example",
            "https://evil.example",
            "/p/../api",
            "/pirates",
            "/leaderboards",
        ] {
            assert_eq!(path(&kept(page), 2_000), None, "{page}");
        }
        assert_eq!(path("no json", 2_000), None);
    }
}
