//! Page addresses: the canonical form that tells whether a page was saved before, and the resolution of links. Not a WHATWG URL parser.
//!
//! Addresses come from a browser, which has parsed and serialised them already (punycode hosts, escaped paths), so a split by
//! RFC 3986 is enough and keeps the internationalised-name tables out of the small modules.

/// Name prefixes of parameters that only tell where a visitor came from.
const TRACKING_PREFIXES: [&str; 8] = [
    "utm_", "mtm_", "pk_", "hsa_", "vero_", "oly_", "_hs", "piwik_",
];
/// Parameters that only tell where a visitor came from.
const TRACKING: [&str; 38] = [
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "wbraid",
    "gbraid",
    "gad_source",
    "gad_campaignid",
    "msclkid",
    "yclid",
    "ysclid",
    "twclid",
    "ttclid",
    "li_fat_id",
    "igshid",
    "igsh",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_ga",
    "_gl",
    "_openstat",
    "s_cid",
    "cmpid",
    "ncid",
    "sr_share",
    "ref_",
    "ref_src",
    "ref_url",
    "referrer",
    "epik",
    "rdt_cid",
    "srsltid",
    "wt_mc",
    "spm",
    "scm",
    "guce_referrer",
    "guce_referrer_sig",
];

/// The parts of an absolute address with an authority, as slices of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts<'a> {
    scheme: &'a str,
    authority: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

/// The canonical form of a page's address: equal for two addresses that show the same page.
///
/// - Scheme and host in lower case, default port and user info dropped, `www.` kept, path case kept.
/// - Escapes normalised (RFC 3986, 6.2.2); dot segments removed; a trailing slash dropped except at the root, because servers
///   redirect one of the two forms to the other.
/// - Tracking parameters dropped; the rest sorted by name, stably: links to one page differ in the order of parameters, while
///   the order of values of a repeated name can carry meaning.
/// - The fragment dropped unless it is a route (`#/…`, `#!/…`); a text directive (`:~:`) always dropped.
/// - AMP and mobile addresses are left alone: they may show something else.
///
/// It is a key for comparison; the address to open is the original. Idempotent. An address that is not http(s) is only trimmed.
pub fn canonicalise(url: &str) -> String {
    let url = tidy(url);
    let Some(parts) = split(&url).filter(|parts| is_web(parts.scheme)) else {
        return url;
    };
    let scheme = parts.scheme.to_ascii_lowercase();
    let host = host(&scheme, parts.authority);
    if host.is_empty() {
        return url;
    }
    let mut path = remove_dot_segments(&normalise_escapes(parts.path));
    path.truncate(path.trim_end_matches('/').len());
    if path.is_empty() {
        path.push('/');
    }
    let mut out = format!("{scheme}://{host}{path}");
    let query = clean_query(parts.query.unwrap_or_default(), &path, true);
    if !query.is_empty() {
        out.push('?');
        out.push_str(&query);
    }
    if let Some(route) = parts.fragment.and_then(route) {
        out.push('#');
        out.push_str(&normalise_escapes(route));
    }
    out
}

/// The address to show and open: user info, tracking parameters and text directives dropped, all else as it was.
pub fn clean(url: &str) -> String {
    let url = tidy(url);
    let Some(parts) = split(&url).filter(|parts| is_web(parts.scheme)) else {
        return url;
    };
    let authority = parts
        .authority
        .rsplit_once('@')
        .map_or(parts.authority, |(_, host)| host);
    let mut out = format!("{}://{authority}{}", parts.scheme, parts.path);
    let query = clean_query(parts.query.unwrap_or_default(), parts.path, false);
    if !query.is_empty() {
        out.push('?');
        out.push_str(&query);
    }
    let fragment = parts.fragment.map(without_directive).unwrap_or_default();
    if !fragment.is_empty() {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// The host as people read it: lower case, without `www.`, with a port that is not the default. Empty when there is none.
/// Internationalised names stay in punycode, so that look-alike letters cannot pass for another site.
pub fn site(url: &str) -> String {
    let url = tidy(url);
    let Some(parts) = split(&url) else {
        return String::new();
    };
    let host = host(&parts.scheme.to_ascii_lowercase(), parts.authority);
    match host.strip_prefix("www.") {
        Some(rest) if rest.contains('.') => rest.to_owned(),
        _ => host,
    }
}

/// Resolves a link of a page to an absolute address (RFC 3986, 5.2). `None` for what must not be followed from a saved
/// document: schemes other than http, https, mailto and tel, and links without a base.
pub fn resolve(base: &str, href: &str) -> Option<String> {
    let href = tidy(href);
    if let Some(scheme) = scheme_of(&href) {
        let scheme = scheme.to_ascii_lowercase();
        return match scheme.as_str() {
            "http" | "https" => split(&href)
                .filter(|parts| !parts.authority.is_empty())
                .map(|_| href.clone()),
            "mailto" | "tel" => Some(href.clone()),
            _ => None,
        };
    }
    let base = tidy(base);
    let parts = split(&base).filter(|parts| is_web(parts.scheme))?;
    let scheme = parts.scheme;
    if let Some(rest) = href.strip_prefix("//") {
        return (!rest.is_empty()).then(|| format!("{scheme}://{rest}"));
    }
    let root = format!("{scheme}://{}", parts.authority);
    let base_path = if parts.path.is_empty() {
        "/"
    } else {
        parts.path
    };
    let query = parts
        .query
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    if href.is_empty() {
        return Some(format!("{root}{base_path}{query}"));
    }
    if href.starts_with('#') {
        return Some(format!("{root}{base_path}{query}{href}"));
    }
    if href.starts_with('?') {
        return Some(format!("{root}{base_path}{href}"));
    }
    let end = href.find(['?', '#']).unwrap_or(href.len());
    let (path, rest) = href.split_at(end);
    let joined = if path.starts_with('/') {
        remove_dot_segments(path)
    } else {
        let folder = base_path.rsplit_once('/').map_or("", |(folder, _)| folder);
        remove_dot_segments(&format!("{folder}/{path}"))
    };
    Some(format!("{root}{joined}{rest}"))
}

/// True when both addresses show the same page.
pub fn same_page(a: &str, b: &str) -> bool {
    canonicalise(a) == canonicalise(b)
}

/// Browsers ignore tabs and line ends inside an address and blanks around it; so must a check of its scheme.
fn tidy(url: &str) -> String {
    url.trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect()
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn scheme_of(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let mut chars = scheme.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    (starts && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
        .then_some(scheme)
}

fn split(url: &str) -> Option<Parts<'_>> {
    let scheme = scheme_of(url)?;
    let rest = url.strip_prefix(scheme)?.strip_prefix("://")?;
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (rest, None),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let at = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    Some(Parts {
        scheme,
        authority,
        path,
        query,
        fragment,
    })
}

/// Host and a port that is not the scheme's default, in lower case.
fn host(scheme: &str, authority: &str) -> String {
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host.trim().to_lowercase();
    let default = if scheme == "http" { "80" } else { "443" };
    let mut rest = host.as_str();
    while let Some((name, port)) = rest.rsplit_once(':') {
        if !port.is_empty() && port != default {
            break;
        }
        rest = name;
    }
    rest.trim().to_owned()
}

fn clean_query(query: &str, path: &str, canonical: bool) -> String {
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_tracking(pair, path))
        .map(|pair| {
            if canonical {
                normalise_escapes(pair)
            } else {
                pair.to_owned()
            }
        })
        .collect();
    if canonical {
        pairs.sort_by(|a, b| name_of(a).cmp(name_of(b)));
    }
    pairs.join("&")
}

fn name_of(pair: &str) -> &str {
    pair.split_once('=').map_or(pair, |(name, _)| name)
}

fn is_tracking(pair: &str, path: &str) -> bool {
    let name = normalise_escapes(name_of(pair)).to_ascii_lowercase();
    // On code hosts `ref` names a branch or tag, and another branch is another page.
    if name == "ref" {
        return !["/blob/", "/tree/", "/raw/", "/contents/", "/-/", "/src/"]
            .iter()
            .any(|part| path.contains(part));
    }
    TRACKING.contains(&name.as_str())
        || TRACKING_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

fn without_directive(fragment: &str) -> &str {
    fragment
        .split_once(":~:")
        .map_or(fragment, |(before, _)| before)
}

/// The fragment when it is a route of a single-page application.
fn route(fragment: &str) -> Option<&str> {
    let fragment = without_directive(fragment);
    let path = fragment.strip_prefix('!').unwrap_or(fragment);
    (path.starts_with('/') && path.len() > 1).then_some(fragment)
}

/// Upper-case escapes, unescaped unreserved characters, escaped blanks, controls and everything outside ASCII.
fn normalise_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| hex_pair(bytes.get(at + 1), bytes.get(at + 2)))
            .flatten();
        match escaped {
            Some(value) => {
                if is_unreserved(value) {
                    out.push(char::from(value));
                } else {
                    push_escape(&mut out, value);
                }
                at += 3;
            }
            None => {
                if byte <= b' ' || byte >= 0x7f || matches!(byte, b'"' | b'<' | b'>' | b'`') {
                    push_escape(&mut out, byte);
                } else {
                    out.push(char::from(byte));
                }
                at += 1;
            }
        }
    }
    out
}

fn hex_pair(high: Option<&u8>, low: Option<&u8>) -> Option<u8> {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Appends `%XX`.
pub(crate) fn push_escape(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    for nibble in [byte >> 4, byte & 15] {
        if let Some(&digit) = HEX.get(usize::from(nibble)) {
            out.push(char::from(digit));
        }
    }
}

/// RFC 3986, 5.2.4.
fn remove_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    let absolute = path.starts_with('/');
    if absolute {
        segments.next();
    }
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." => {
                if last {
                    kept.push("");
                }
            }
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    let joined = kept.join("/");
    if absolute {
        format!("/{joined}")
    } else {
        joined
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
