//! The server's address as a person types it. Not a URL parser: hosts are ASCII here, the browser has converted them.

/// A server's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `https://host:port`, without a slash at the end.
    pub origin: String,
    /// The permission that lets the extension talk to it. See [`without_port`] for browsers that know no ports in patterns.
    pub pattern: String,
    /// Not encrypted, and not this machine either.
    pub exposed: bool,
}

/// Why an address cannot be used; each has a sentence in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadAddress {
    /// Nothing was typed.
    Empty,
    /// Neither http nor https.
    Scheme,
    /// No host, or one with characters that no host has.
    Host,
    /// A port that is none.
    Port,
    /// A user name or password inside.
    Credentials,
}

/// Reads an address. Without a scheme it is https, or http for this machine. Path, query and fragment are dropped.
pub fn parse(typed: &str) -> Result<Server, BadAddress> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(BadAddress::Empty);
    }
    let (scheme, rest) = match typed.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, typed),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(BadAddress::Credentials);
    }
    let (host, port) = split_port(authority)?;
    let host = host.to_ascii_lowercase();
    let local = is_loopback(&host);
    let scheme = match scheme.as_deref() {
        Some(known @ ("http" | "https")) => known.to_owned(),
        Some(_) => return Err(BadAddress::Scheme),
        None if local => "http".to_owned(),
        None => "https".to_owned(),
    };
    let default = if scheme == "http" { 80 } else { 443 };
    let port = port
        .filter(|&port| port != default)
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    Ok(Server {
        origin: format!("{scheme}://{host}{port}"),
        pattern: format!("{scheme}://{host}{port}/*"),
        exposed: scheme == "http" && !local,
    })
}

/// A pattern without its port: it then stands for every port of the host.
#[must_use]
pub fn without_port(pattern: &str) -> String {
    let origin = pattern.strip_suffix("/*").unwrap_or(pattern);
    match origin.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => format!("{host}/*"),
        _ => pattern.to_owned(),
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), BadAddress> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (inside, after) = rest.split_once(']').ok_or(BadAddress::Host)?;
        if inside.is_empty() || !inside.chars().all(|c| c.is_ascii_hexdigit() || c == ':') {
            return Err(BadAddress::Host);
        }
        let end = authority.len().saturating_sub(after.len());
        (
            authority.get(..end).unwrap_or_default(),
            after.strip_prefix(':'),
        )
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    if !host.starts_with('[') && !is_host(host) {
        return Err(BadAddress::Host);
    }
    match port {
        None | Some("") => Ok((host, None)),
        Some(port) => match port.parse::<u16>() {
            Ok(port) if port > 0 => Ok((host, Some(port))),
            _ => Err(BadAddress::Port),
        },
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    host.len() <= 253 && host.split('.').all(label)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_127(host)
}

fn is_127(host: &str) -> bool {
    let mut parts = host.split('.');
    parts.next() == Some("127")
        && host.split('.').count() == 4
        && parts.all(|part| part.parse::<u8>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(typed: &str) -> Result<String, BadAddress> {
        parse(typed).map(|server| server.origin)
    }

    #[test]
    fn an_address_without_a_scheme_is_encrypted_unless_it_is_this_machine() {
        assert_eq!(
            origin("krowoc.example"),
            Ok("https://krowoc.example".into())
        );
        assert_eq!(
            origin(" localhost:8420/library "),
            Ok("http://localhost:8420".into())
        );
        assert_eq!(origin("127.0.0.1:80"), Ok("http://127.0.0.1".into()));
        assert_eq!(origin("[::1]:8420"), Ok("http://[::1]:8420".into()));
    }

    #[test]
    fn path_query_case_and_the_default_port_do_not_matter() {
        for typed in [
            "https://Krowoc.Example",
            "https://krowoc.example:443/",
            "HTTPS://krowoc.example/library?x#y",
        ] {
            assert_eq!(
                origin(typed),
                Ok("https://krowoc.example".into()),
                "{typed}"
            );
        }
    }

    #[test]
    fn plain_http_is_allowed_and_marked_as_exposed_beyond_this_machine() {
        assert!(parse("http://nas.example:8420").unwrap().exposed);
        assert!(!parse("http://localhost:8420").unwrap().exposed);
        assert!(!parse("https://nas.example").unwrap().exposed);
        assert!(parse("http://127.0.0.1.evil.example").unwrap().exposed);
    }

    #[test]
    fn the_permission_covers_the_one_port_where_the_browser_can_say_so() {
        let pattern = parse("http://127.0.0.1:8420").unwrap().pattern;
        assert_eq!(pattern, "http://127.0.0.1:8420/*");
        assert_eq!(without_port(&pattern), "http://127.0.0.1/*");
        let six = parse("http://[::1]:8420").unwrap().pattern;
        assert_eq!(without_port(&six), "http://[::1]/*");
        for plain in ["https://a.example/*", "http://[::1]/*"] {
            assert_eq!(without_port(plain), plain);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        let cases = [
            ("", BadAddress::Empty),
            ("   ", BadAddress::Empty),
            ("ftp://a.example", BadAddress::Scheme),
            ("javascript://a.example", BadAddress::Scheme),
            ("https://", BadAddress::Host),
            ("https://a b.example", BadAddress::Host),
            ("https://-a.example", BadAddress::Host),
            ("https://a..example", BadAddress::Host),
            ("https://*.example", BadAddress::Host),
            ("https://[::1", BadAddress::Host),
            ("https://a.example:0", BadAddress::Port),
            ("https://a.example:99999", BadAddress::Port),
            ("https://me:secret@a.example", BadAddress::Credentials),
        ];
        for (typed, reason) in cases {
            assert_eq!(parse(typed), Err(reason), "{typed:?}");
        }
    }
}
