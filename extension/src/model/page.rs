//! Which pages a browser lets nobody read, and what its refusals mean. Not the reading.

use crate::messages::FailureCode;

/// Hosts on which browsers allow no extension, their own stores first.
const CLOSED: [&str; 5] = [
    "chromewebstore.google.com",
    "chrome.google.com/webstore",
    "addons.mozilla.org",
    "microsoftedge.microsoft.com/addons",
    "accounts.firefox.com",
];

/// What keeps a page from being read, as far as its address tells.
#[must_use]
pub fn closed(url: &str) -> Option<FailureCode> {
    let (scheme, rest) = url.split_once(':')?;
    match scheme {
        "http" | "https" => {
            let rest = rest.trim_start_matches('/');
            CLOSED
                .iter()
                .any(|place| {
                    rest.strip_prefix(place)
                        .is_some_and(|after| after.is_empty() || after.starts_with(['/', '?', '#']))
                })
                .then_some(FailureCode::RestrictedPage)
        }
        "file" => Some(FailureCode::LocalFile),
        _ => Some(FailureCode::RestrictedPage),
    }
}

/// The kind of a refusal to run the serialiser, by what the browsers say.
#[must_use]
pub fn refusal(message: &str) -> FailureCode {
    let message = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["file url", "file://"]) {
        FailureCode::LocalFile
    } else if says(&["no tab", "invalid tab"]) {
        FailureCode::NoPage
    } else if says(&[
        "cannot access",
        "cannot be scripted",
        "missing host permission",
        "extensions gallery",
        "showing error page",
        "must request permission",
    ]) {
        FailureCode::RestrictedPage
    } else {
        FailureCode::Internal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_browser_and_its_store_are_closed() {
        for url in [
            "chrome://extensions",
            "about:addons",
            "view-source:https://a.example",
            "https://chromewebstore.google.com/detail/x",
            "https://chrome.google.com/webstore",
            "https://addons.mozilla.org/",
            "moz-extension://0/pages/popup.html",
        ] {
            assert_eq!(closed(url), Some(FailureCode::RestrictedPage), "{url}");
        }
        assert_eq!(closed("file:///tmp/a.html"), Some(FailureCode::LocalFile));
    }

    #[test]
    fn ordinary_pages_are_open() {
        for url in [
            "https://a.example/",
            "http://localhost:80/",
            "https://addons.mozilla.org.example/",
            "https://chrome.google.com/webstores",
        ] {
            assert_eq!(closed(url), None, "{url}");
        }
    }

    #[test]
    fn refusals_of_both_browsers_are_understood() {
        let cases = [
            ("Cannot access a chrome:// URL", FailureCode::RestrictedPage),
            (
                "The extensions gallery cannot be scripted.",
                FailureCode::RestrictedPage,
            ),
            (
                "Missing host permission for the tab",
                FailureCode::RestrictedPage,
            ),
            (
                "Cannot access contents of the page. Extension manifest must request permission to access the respective host.",
                FailureCode::RestrictedPage,
            ),
            ("No tab with id: 7", FailureCode::NoPage),
            ("Invalid tab ID: 7", FailureCode::NoPage),
            ("Cannot access file URLs", FailureCode::LocalFile),
            ("out of memory", FailureCode::Internal),
        ];
        for (message, code) in cases {
            assert_eq!(refusal(message), code, "{message}");
        }
    }
}
