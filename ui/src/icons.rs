//! The one icon set: 16 px line drawings, as inline SVG. Not fonts and not files: a strict content policy loads nothing.

macro_rules! glyphs {
    ($($name:ident = $body:literal;)*) => {
        /// An icon.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Glyph { $($name,)* }

        impl Glyph {
            /// Every icon, for tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// What stands inside `<svg viewBox="0 0 16 16">`.
            #[must_use]
            pub const fn markup(self) -> &'static str {
                match self { $(Self::$name => $body,)* }
            }
        }
    };
}

glyphs! {
    Activity = r#"<path d="M1.8 8h2.8l2-5 2.9 10 2-5h2.7"/>"#;
    Alert = r#"<path d="M8 2.4l6.2 10.9H1.8zM8 6.6v3M8 11.4v.1"/>"#;
    Bookmark = r#"<path d="M4.5 2.5h7v11L8 10.8l-3.5 2.7z"/>"#;
    Box = r#"<rect x="2.5" y="2.5" width="11" height="4" rx="1"/><path d="M3.5 6.5v6c0 .6.4 1 1 1h7c.6 0 1-.4 1-1v-6M6.5 9.2h3"/>"#;
    Braces = r#"<path d="M6 2.5c-1.5 0-2 .7-2 2v1.7C4 7.2 3.5 8 2.5 8 3.5 8 4 8.8 4 9.8v1.7c0 1.3.5 2 2 2M10 2.5c1.5 0 2 .7 2 2v1.7c0 1 .5 1.8 1.5 1.8-1 0-1.5.8-1.5 1.8v1.7c0 1.3-.5 2-2 2"/>"#;
    Cards = r#"<rect x="2.5" y="2.5" width="4.6" height="4.6" rx="1"/><rect x="8.9" y="2.5" width="4.6" height="4.6" rx="1"/><rect x="2.5" y="8.9" width="4.6" height="4.6" rx="1"/><rect x="8.9" y="8.9" width="4.6" height="4.6" rx="1"/>"#;
    Chart = r#"<path d="M2.5 2.5v11h11M5.8 11V8.2M8.8 11V5M11.8 11V6.8"/>"#;
    Check = r#"<path d="M3 8.5l3.2 3.2L13 4.8"/>"#;
    Clock = r#"<circle cx="8" cy="8" r="6"/><path d="M8 4.6V8l2.3 1.5"/>"#;
    Coins = r#"<ellipse cx="8" cy="4.4" rx="5" ry="2.2"/><path d="M3 4.4v7.2c0 1.2 2.2 2.2 5 2.2s5-1 5-2.2V4.4M3 8c0 1.2 2.2 2.2 5 2.2s5-1 5-2.2"/>"#;
    Copy = r#"<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M3.5 10.5c-.6 0-1-.4-1-1v-6c0-.6.4-1 1-1h6c.6 0 1 .4 1 1"/>"#;
    Down = r#"<path d="M4 6l4 4 4-4"/>"#;
    Download = r#"<path d="M8 2.5v7.6M4.5 6.8 8 10.2l3.5-3.4M2.8 13.5h10.4"/>"#;
    Edit = r#"<path d="M10.8 2.8l2.4 2.4L5.5 13H3v-2.5zM9.2 4.4l2.4 2.4"/>"#;
    Eye = r#"<path d="M1.8 8s2.2-4.2 6.2-4.2S14.2 8 14.2 8s-2.2 4.2-6.2 4.2S1.8 8 1.8 8z"/><circle cx="8" cy="8" r="1.8"/>"#;
    File = r#"<path d="M9 2H4.3C3.6 2 3 2.6 3 3.3v9.4c0 .7.6 1.3 1.3 1.3h7.4c.7 0 1.3-.6 1.3-1.3V6z"/><path d="M9 2v4h4"/>"#;
    Filter = r#"<path d="M2 4h12M4.5 8h7M6.5 12h3"/>"#;
    Folder = r#"<path d="M2 4.3c0-.6.4-1 1-1h3.2l1.5 1.7H13c.6 0 1 .4 1 1v5.7c0 .6-.4 1-1 1H3c-.6 0-1-.4-1-1z"/>"#;
    Fork = r#"<circle cx="4.5" cy="3.6" r="1.6"/><circle cx="11.5" cy="3.6" r="1.6"/><circle cx="8" cy="12.4" r="1.6"/><path d="M4.5 5.2v1.2c0 1 .7 1.7 1.7 1.7h3.6c1 0 1.7-.7 1.7-1.7V5.2M8 8.1v2.7"/>"#;
    Globe = r#"<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c2 1.8 2.6 3.8 2.6 6S10 12.2 8 14c-2-1.8-2.6-3.8-2.6-6S6 3.8 8 2z"/>"#;
    History = r#"<path d="M2.6 8.4a5.4 5.4 0 1 0 1.8-4.6L2.6 5.4M2.6 2.4v3h3M8 5v3.2l2.2 1.3"/>"#;
    Home = r#"<path d="M2.5 7.2 8 2.6l5.5 4.6v5.3c0 .6-.4 1-1 1h-9c-.6 0-1-.4-1-1z"/><path d="M6.4 13.5V9.4h3.2v4.1"/>"#;
    Info = r#"<circle cx="8" cy="8" r="6"/><path d="M8 7.4v3.6M8 5v.1"/>"#;
    Insert = r#"<path d="M2.5 8h7M6.5 5l3 3-3 3M13 3v10"/>"#;
    Key = r#"<circle cx="5" cy="11" r="2.8"/><path d="M7 9l6-6M10.4 5.6l2 2"/>"#;
    Keyboard = r#"<rect x="1.8" y="4" width="12.4" height="8" rx="1.2"/><path d="M4.3 6.6h.1M6.8 6.6h.1M9.2 6.6h.1M11.7 6.6h.1M5 9.4h6"/>"#;
    Laptop = r#"<rect x="3" y="3" width="10" height="7" rx="1"/><path d="M1.5 12.8h13"/>"#;
    Library = r#"<path d="M3 2.5v11M6.2 2.5v11M9.2 3.2l3.4 10"/>"#;
    List = r#"<path d="M6 4h7.5M6 8h7.5M6 12h7.5M2.6 4h.1M2.6 8h.1M2.6 12h.1"/>"#;
    Mail = r#"<rect x="2" y="3.5" width="12" height="9" rx="1.2"/><path d="M2.5 4.8 8 9l5.5-4.2"/>"#;
    Menu = r#"<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>"#;
    Merge = r#"<circle cx="4" cy="4" r="1.6"/><circle cx="4" cy="12" r="1.6"/><circle cx="12" cy="8" r="1.6"/><path d="M4 5.6v4.8M4 5.6c0 1.6 1.6 2.4 6.4 2.4"/>"#;
    Moon = r#"<path d="M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z"/>"#;
    More = r#"<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" stroke-width="2"/>"#;
    Off = r#"<path d="M2.2 2.2l11.6 11.6M5 5.4a3.6 3.6 0 0 0-.6 7.1h7.2M7.3 4.1A4 4 0 0 1 11.9 7.5a2.6 2.6 0 0 1 1.9 3.8"/>"#;
    Open = r#"<path d="M6.5 3.5h-3v9h9v-3M9.5 2.5h4v4M13.5 2.5l-6 6"/>"#;
    Out = r#"<path d="M6.5 3h-3v10h3M9.5 5l3 3-3 3M12.5 8h-6"/>"#;
    Phone = r#"<rect x="4.5" y="2" width="7" height="12" rx="1.4"/><path d="M7.4 11.8h1.2"/>"#;
    Play = r#"<path d="M5 3.2 12.5 8 5 12.8z"/>"#;
    Plus = r#"<path d="M8 3v10M3 8h10"/>"#;
    Quote = r#"<path d="M3 4h10M3 8h10M3 12h6"/>"#;
    Right = r#"<path d="M6 4l4 4-4 4"/>"#;
    Search = r#"<circle cx="7" cy="7" r="4.5"/><path d="M10.4 10.4 14 14"/>"#;
    Shield = r#"<path d="M8 1.8l5 1.9v4c0 3-2.1 5.3-5 6.5-2.9-1.2-5-3.5-5-6.5v-4z"/>"#;
    Sliders = r#"<path d="M2.5 4.5h5M11 4.5h2.5M2.5 11.5H5M8.6 11.5h4.9"/><circle cx="9.2" cy="4.5" r="1.7"/><circle cx="6.8" cy="11.5" r="1.7"/>"#;
    Star = r#"<path d="M8 2.2l1.8 3.6 4 .6-2.9 2.8.7 4L8 11.3l-3.6 1.9.7-4L2.2 6.4l4-.6z"/>"#;
    Starred = r#"<path d="M8 2.2l1.8 3.6 4 .6-2.9 2.8.7 4L8 11.3l-3.6 1.9.7-4L2.2 6.4l4-.6z" fill="currentColor"/>"#;
    Stop = r#"<rect x="3" y="3" width="10" height="10" rx="1.5"/>"#;
    Sun = r#"<circle cx="8" cy="8" r="2.7"/><path d="M8 1.8v1.2M8 13v1.2M1.8 8H3M13 8h1.2M3.6 3.6l.9.9M11.5 11.5l.9.9M12.4 3.6l-.9.9M4.5 11.5l-.9.9"/>"#;
    Sync = r#"<path d="M13.5 8A5.5 5.5 0 0 1 3.6 11.2M2.5 8a5.5 5.5 0 0 1 9.9-3.2M12.8 2v3h-3M3.2 14v-3h3"/>"#;
    ThumbDown = r#"<path d="M5 9V3h6.3c.6 0 1.1.4 1.2 1l.9 4c.2.8-.4 1.5-1.2 1.5H9.2l.5 2.6c.1.8-.5 1.4-1.2 1.4L5 9zM2.6 3H5v6H2.6z"/>"#;
    ThumbUp = r#"<path d="M5 7v6h6.3c.6 0 1.1-.4 1.2-1l.9-4c.2-.8-.4-1.5-1.2-1.5H9.2l.5-2.6c.1-.8-.5-1.4-1.2-1.4L5 7zM2.6 13H5V7H2.6z"/>"#;
    Trash = r#"<path d="M2.8 4.2h10.4M6 4.2V2.6h4v1.6M4.2 4.2l.6 9.2h6.4l.6-9.2"/>"#;
    Undo = r#"<path d="M5.5 3 2.5 6l3 3M2.5 6h7a3.7 3.7 0 0 1 0 7.4H6"/>"#;
    Up = r#"<path d="M4 10l4-4 4 4"/>"#;
    Upload = r#"<path d="M8 10.5V3M4.8 6.2 8 3l3.2 3.2M2.8 13.5h10.4"/>"#;
    User = r#"<circle cx="8" cy="5.4" r="2.7"/><path d="M2.8 13.5c.6-2.5 2.7-3.9 5.2-3.9s4.6 1.4 5.2 3.9"/>"#;
    Users = r#"<circle cx="6" cy="5.4" r="2.4"/><path d="M1.6 13.4c.5-2.4 2.3-3.6 4.4-3.6s3.9 1.2 4.4 3.6M10.6 3.2a2.4 2.4 0 0 1 0 4.4M12 10.1c1.2.5 2.1 1.6 2.4 3.3"/>"#;
    X = r#"<path d="M4 4l8 8M12 4l-8 8"/>"#;
}

/// The mark: a K and its reflection on one stem, inside `<svg viewBox="0 0 24 24">`.
pub const MARK: &str = r#"<path class="mirror" d="M9.5 12 4 4.5M9.5 12 4 19.5"/><path d="M14.5 12 20 4.5M14.5 12 20 19.5M12 4v16"/>"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_drawn_by_shapes_alone() {
        for glyph in Glyph::ALL {
            let markup = glyph.markup();
            assert!(
                markup.starts_with('<') && markup.ends_with("/>"),
                "{glyph:?}"
            );
            for word in ["script", "style", "href", "onload"] {
                assert!(!markup.contains(word), "{glyph:?} holds {word}");
            }
        }
    }
}
