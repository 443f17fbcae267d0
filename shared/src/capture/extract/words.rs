//! What words tell: counts over a text, the vocabulary of page furniture, and the hints in class names. No grammar, no language model.

use super::super::dom::{Dom, NodeId};

/// Counts over one text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Runs of letters and digits; each character of a script without spaces counts as half a word.
    pub(super) words: u32,
    pub(super) chars: u32,
    pub(super) capitals: u32,
    pub(super) numbers: u32,
    /// Words so common in running text that lists and labels lack them.
    pub(super) function_words: u32,
    /// Words of menus, footers, banners and buttons.
    pub(super) furniture: u32,
    /// Sentence marks and commas.
    pub(super) stops: u32,
    pub(super) commas: u32,
    pub(super) ends_sentence: bool,
    /// Bars, arrows and bullets.
    pub(super) separators: u32,
}

impl Counts {
    pub(super) fn of(text: &str) -> Self {
        let mut counts = Self::default();
        let mut spaceless = 0u32;
        let mut lower = String::new();
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’') {
            let Some(first) = word.chars().next() else {
                continue;
            };
            if is_spaceless(first) {
                spaceless += u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
                continue;
            }
            counts.words += 1;
            counts.capitals += u32::from(first.is_uppercase());
            counts.numbers += u32::from(first.is_numeric());
            lower.clear();
            lower.extend(word.chars().take(16).flat_map(char::to_lowercase));
            counts.function_words += u32::from(is_function_word(&lower));
            counts.furniture += u32::from(is_furniture(&lower));
        }
        counts.words += spaceless.div_ceil(2);
        for c in text.chars() {
            counts.chars += 1;
            match c {
                '.' | '!' | '?' | '。' | '！' | '？' | '؟' | '।' => counts.stops += 1,
                ',' | ';' | '،' | '、' | '，' => counts.commas += 1,
                '|' | '›' | '»' | '·' | '•' | '→' | '/' | '©' => counts.separators += 1,
                _ => {}
            }
        }
        counts.ends_sentence = text.ends_with([
            '.', '!', '?', ':', '"', '”', '。', '！', '？', '؟', '।', ')',
        ]);
        counts
    }
}

/// Number of words.
pub(super) fn count(text: &str) -> u32 {
    Counts::of(text).words
}

fn is_spaceless(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

fn is_function_word(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "a"
            | "an"
            | "of"
            | "to"
            | "in"
            | "and"
            | "is"
            | "are"
            | "was"
            | "were"
            | "that"
            | "this"
            | "it"
            | "as"
            | "with"
            | "for"
            | "on"
            | "be"
            | "by"
            | "at"
            | "from"
            | "or"
            | "but"
            | "not"
            | "have"
            | "has"
            | "had"
            | "you"
            | "we"
            | "they"
            | "i"
            | "he"
            | "she"
            | "his"
            | "her"
            | "their"
            | "which"
            | "who"
            | "can"
            | "will"
            | "would"
            | "if"
            | "when"
            | "than"
            | "der"
            | "die"
            | "das"
            | "und"
            | "ist"
            | "nicht"
            | "mit"
            | "ein"
            | "eine"
            | "von"
            | "zu"
            | "den"
            | "im"
            | "le"
            | "la"
            | "les"
            | "de"
            | "des"
            | "et"
            | "est"
            | "un"
            | "une"
            | "que"
            | "qui"
            | "dans"
            | "pour"
            | "du"
            | "el"
            | "los"
            | "las"
            | "y"
            | "en"
            | "es"
            | "por"
            | "con"
            | "para"
            | "se"
            | "una"
            | "il"
            | "di"
            | "che"
            | "non"
            | "per"
            | "sono"
            | "o"
            | "da"
            | "em"
            | "um"
            | "uma"
            | "os"
            | "não"
            | "w"
            | "z"
            | "na"
            | "nie"
            | "jest"
            | "się"
            | "и"
            | "в"
            | "не"
            | "на"
            | "что"
            | "с"
            | "het"
            | "een"
            | "van"
            | "في"
            | "من"
            | "على"
            | "و"
    )
}

fn is_furniture(word: &str) -> bool {
    matches!(
        word,
        "home"
            | "contact"
            | "login"
            | "log"
            | "sign"
            | "signup"
            | "register"
            | "account"
            | "privacy"
            | "policy"
            | "policies"
            | "terms"
            | "cookie"
            | "cookies"
            | "subscribe"
            | "newsletter"
            | "share"
            | "tweet"
            | "facebook"
            | "twitter"
            | "instagram"
            | "linkedin"
            | "youtube"
            | "pinterest"
            | "whatsapp"
            | "tiktok"
            | "email"
            | "menu"
            | "search"
            | "cart"
            | "wishlist"
            | "copyright"
            | "rights"
            | "reserved"
            | "reply"
            | "comment"
            | "comments"
            | "next"
            | "previous"
            | "prev"
            | "skip"
            | "follow"
            | "related"
            | "popular"
            | "trending"
            | "recent"
            | "latest"
            | "posts"
            | "tags"
            | "tagged"
            | "categories"
            | "archives"
            | "sitemap"
            | "careers"
            | "disclaimer"
            | "advertisement"
            | "sponsored"
            | "loading"
            | "close"
            | "toggle"
            | "navigation"
            | "accept"
            | "consent"
            | "powered"
            | "view"
            | "read"
            | "more"
            | "click"
            | "here"
            | "download"
            | "print"
            | "back"
            | "top"
            | "filter"
            | "sort"
            | "checkout"
            | "basket"
            | "faq"
            | "help"
            | "support"
            | "press"
            | "blog"
            | "news"
            | "about"
            | "shop"
            | "store"
            | "quick"
            | "links"
            | "join"
            | "password"
            | "forgot"
            | "submit"
            | "cancel"
            | "send"
            | "report"
            | "quote"
            | "like"
            | "likes"
            | "views"
            | "replies"
            | "ago"
            | "minutes"
    )
}

/// Classes of hints, one bit each, from class names, ids and roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints(pub(super) u32);

/// Number of hint classes.
pub(super) const HINTS: usize = 20;

/// Hints of one element.
pub(super) fn hints(dom: &Dom, id: NodeId) -> Hints {
    let mut bits = 0;
    for name in ["class", "id", "role", "itemprop"] {
        if let Some(value) = dom.attr(id, name) {
            // A long list of utility classes says nothing by its end.
            for word in name_words(value).take(40) {
                bits |= hint(&word);
            }
        }
    }
    Hints(bits)
}

/// The words of names such as `entry-content`, `relatedPosts`, `nav_main`.
fn name_words(names: &str) -> impl Iterator<Item = String> + '_ {
    let mut chars = names.chars().peekable();
    std::iter::from_fn(move || {
        let mut word = String::new();
        while let Some(&c) = chars.peek() {
            let boundary = !c.is_alphabetic()
                || (c.is_uppercase() && word.chars().next_back().is_some_and(char::is_lowercase));
            if boundary && !word.is_empty() {
                return Some(word);
            }
            chars.next();
            if c.is_alphabetic() {
                word.extend(c.to_lowercase());
            }
        }
        (!word.is_empty()).then_some(word)
    })
}

fn hint(word: &str) -> u32 {
    let class = match word {
        "nav" | "navbar" | "navigation" | "menu" | "menus" | "menubar" | "megamenu" | "submenu"
        | "navi" | "topnav" => 0,
        "breadcrumb" | "breadcrumbs" | "crumbs" | "crumb" | "pagination" | "pager" | "paging"
        | "pages" | "toc" => 1,
        "header" | "masthead" | "topbar" | "head" | "logo" | "top" => 2,
        "footer" | "foot" | "copyright" | "colophon" | "legal" | "bottom" | "contentinfo" => 3,
        "sidebar" | "side" | "aside" | "rail" | "widget" | "widgets" | "secondary"
        | "complementary" | "sidenav" => 4,
        "related" | "recommend" | "recommended" | "recommendations" | "similar" | "also"
        | "popular" | "trending" | "suggested" | "suggestions" | "upsell" | "upsells"
        | "crosssell" | "latest" | "recent" | "readmore" | "more" | "next" | "prev" => 5,
        "comment" | "comments" | "disqus" | "reply" | "replies" | "respond" | "commentlist" => 6,
        "share" | "sharing" | "social" | "follow" | "facebook" | "twitter" | "sharedaddy"
        | "addthis" | "icons" => 7,
        "ad" | "ads" | "advert" | "advertisement" | "sponsor" | "sponsored" | "promo"
        | "promotion" | "banner" | "cta" | "offer" => 8,
        "cookie" | "cookies" | "consent" | "gdpr" | "modal" | "popup" | "overlay" | "toast"
        | "dialog" | "lightbox" | "drawer" => 9,
        "newsletter" | "subscribe" | "subscription" | "signup" | "signin" | "login"
        | "register" | "form" | "optin" | "mailchimp" => 10,
        "meta" | "byline" | "author" | "date" | "time" | "posted" | "tags" | "tag" | "category"
        | "categories" | "info" | "credit" | "avatar" | "timestamp" | "metadata" | "bio" => 11,
        "content" | "article" | "story" | "body" | "main" | "text" | "prose" | "markdown"
        | "entry" | "description" | "desc" | "detail" | "details" | "richtext" | "rte"
        | "wysiwyg" | "copy" | "summary" | "primary" | "articlebody" => 12,
        "product" | "price" | "spec" | "specs" | "specification" | "specifications" | "sku"
        | "cart" | "buy" | "variant" | "swatch" | "quantity" | "shipping" | "pdp"
        | "attributes" => 13,
        "list" | "grid" | "card" | "cards" | "item" | "items" | "tile" | "tiles" | "results"
        | "result" | "collection" | "catalog" | "gallery" | "carousel" | "slider" | "slide"
        | "swiper" | "slick" => 14,
        "search" | "filter" | "filters" | "facet" | "facets" | "sort" | "toolbar" | "refine"
        | "sorting" => 15,
        "hidden" | "sr" | "visually" | "screen" | "skip" | "offscreen" | "print" | "noprint"
        | "mobile" => 16,
        "button" | "btn" | "buttons" | "link" | "links" | "action" | "actions" | "control"
        | "controls" | "tooltip" | "dropdown" | "toggle" => 17,
        "post" | "posts" | "thread" | "message" | "messages" | "forum" | "topic" | "answer"
        | "answers" | "question" | "review" | "reviews" | "discussion" | "blog" => 18,
        "user" | "username" | "profile" | "rank" | "stats" | "vote" | "votes" | "score"
        | "rating" | "signature" | "userinfo" | "member" | "badge" | "likes" => 19,
        _ => return 0,
    };
    1 << class
}

/// True for headings that open a section beside the content: related links, comments, sharing.
pub(super) fn opens_extras(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    let hit = [
        "related",
        "you may also",
        "you might also",
        "more from",
        "read next",
        "recommended",
        "popular",
        "trending",
        "latest",
        "recent",
        "leave a",
        "comments",
        "share this",
        "share",
        "subscribe",
        "newsletter",
        "follow us",
        "categories",
        "archives",
        "tags",
        "about the author",
        "similar",
        "also like",
        "also viewed",
        "also bought",
        "sign up",
        "customers",
        "more in",
        "up next",
        "join",
        "contact",
        "quick links",
        "footer",
        "navigation",
        "menu",
        "search",
        "post navigation",
        "reviews",
        "advertisement",
        "sponsored",
    ]
    .iter()
    .any(|phrase| lower.starts_with(phrase));
    hit && lower.len() < 60
}

/// FNV-1a.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
