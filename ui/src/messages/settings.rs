//! Words of the settings.

words! {
    TITLE = "Settings";
    DEVICES = "Devices";
    SESSIONS = "Sessions";
    APPEARANCE = "Appearance";
    EXPORT = "Export";
    DEVICES_TEXT = "Browsers with the extension that read and change your library. A disconnected device keeps what it holds, and can send nothing more.";
    NO_DEVICES = "No device is connected";
    NO_DEVICES_TEXT = "Install the extension, open its options, type the address below and press Connect.";
    HOW_TITLE = "Connect a browser";
    HOW_1 = "Install the Krowoc extension in Chrome or Firefox.";
    HOW_2 = "Open its options and type this address:";
    HOW_3 = "Press Connect there, and Connect again on the page that opens.";
    COPY_ADDRESS = "Copy address";
    DEVICE = "Device";
    CONNECTED = "Connected";
    LAST_SEEN = "Last seen";
    ACTIONS = "Actions";
    DISCONNECT = "Disconnect";
    DISCONNECTED = "Disconnected. To use it again, press Connect in its options.";
    RENAME = "Rename";
    RENAMED = "Renamed";
    SAVE = "Save";
    CANCEL = "Cancel";
    LOADING = "Loading";
    FAILED = "This could not be loaded";
    TRY_AGAIN = "Try again";
    BROWSER = "Browser";
    SIGNED_IN = "Signed in";
    THIS_ONE = "this one";
    END = "Sign out";
    END_ALL = "Sign out everywhere";
    ENDED = "Signed out there";
    THEME = "Theme";
    THEME_TEXT = "Kept in this browser.";
    SYSTEM = "System";
    LIGHT = "Light";
    DARK = "Dark";
    DENSITY = "Density of lists";
    COMFORTABLE = "Comfortable";
    COMPACT = "Compact";
    EXPORT_TEXT = "Everything in your library, to keep or to take elsewhere. The trash is part of it.";
    JSON = "JSON";
    JSON_TEXT = "One file that Krowoc can import again, with tags, collections, notes and sources.";
    MARKDOWN = "Markdown";
    MARKDOWN_TEXT = "A zip with one Markdown file a document, for other tools and for reading.";
    DOWNLOAD_JSON = "Download JSON";
    DOWNLOAD_MARKDOWN = "Download Markdown zip";
    ACCOUNT = "Account";
    SIGN_OUT = "Sign out";
}

/// Name of a row's button.
#[must_use]
pub fn named(action: &str, name: &str) -> String {
    format!("{action} {name}")
}
