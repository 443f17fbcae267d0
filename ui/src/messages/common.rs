//! Words of every screen.

words! {
    UNDO = "Undo";
    DISMISS = "Dismiss";
    ADD_TAG = "Add a tag";
    KNOWN_TAGS = "Known tags";
    ADDED = "Added: ";
    REMOVED = "Removed: ";
    UNREACHABLE = "The server could not be reached. Check the connection; what you changed is kept on this page.";
    CANCELLED = "Cancelled.";
    GARBLED = "The server gave an answer this page does not understand. Reload the page; the server may have been updated.";
    NAME = "Krowoc";
    SKIP = "Skip to the content";
    MAIN = "Main";
    SEARCH = "Search";
    SEARCH_OR_RUN = "Search or run a command";
    HOME = "Home";
    DASHBOARD = "Dashboard";
    LEADERBOARD = "Leaderboard";
    LIBRARY = "Library";
    IMPORT = "Import";
    RUNS = "Runs";
    RUN_A_TEXT = "Run a text";
    DEAD_LETTERS = "Dead letters";
    API_KEYS = "API keys";
    BUDGET = "Budget";
    ACCESS_TOKENS = "Access tokens";
    SETTINGS = "Settings";
    NEW_PROMPT = "New prompt (c)";
    OPEN_NAVIGATION = "Open navigation";
    CLOSE_NAVIGATION = "Close navigation";
    LIVE = "Live";
    CONNECTING = "Connecting";
    OFFLINE = "Offline";
    LIVE_HINT = "Changes from other devices appear at once";
    OFFLINE_HINT = "The server does not answer; this page tries again by itself";
    OFFLINE_NOTICE = "What you see may be out of date. This page tries again by itself.";
    KEYS = "Keys";
    CLOSE = "Close";
    RESULTS = "Results";
    ACTIONS = "Actions";
    DOCUMENTS = "Documents";
    GO_TO = "Go to";
    PALETTE_NONE = "Nothing found";
    THEME_LIGHT = "Light theme";
    THEME_DARK = "Dark theme";
    THEME_SYSTEM = "Theme of the system";
    SIGN_OUT = "Sign out";
    SIGNED_OUT = "You are signed out";
    TAGS = "Tags";
    LOST_TITLE = "There is no such page";
    LOST_TEXT = "The address may be mistyped, or the page has moved.";
    TO_LIBRARY = "Open the library";
    SERVER_AWAY_TITLE = "The server does not answer";
    TRY_AGAIN = "Try again";
    LOADING = "Loading";
    RELOAD = "Reload the page";
    PART_MISSING = "This page did not arrive";
    PANEL_MISSING = "This part of the page did not arrive";
    PART_MISSING_TEXT = "The connection may be down, or the server may have been updated. Try again, or reload the page.";
    REFERENCE = "Reference ";
    COPY = "Copy";
    NOT_CREATED = "It could not be created";
    NOT_SAVED = "It could not be saved";
}

/// When to try again.
#[must_use]
pub fn try_again_in(wait: &str) -> String {
    format!("Try again in {wait}")
}

/// Name of the button that removes a tag.
#[must_use]
pub fn remove(what: &str) -> String {
    format!("Remove {what}")
}

/// Name of a button in a row, for who cannot see which row it is in.
#[must_use]
pub fn named(action: &str, what: &str) -> String {
    format!("{action} {what}")
}

/// Lines left out of a difference.
#[must_use]
pub fn lines_unchanged(count: &str) -> String {
    if count == "1" {
        "1 line unchanged".to_owned()
    } else {
        format!("{count} lines unchanged")
    }
}
