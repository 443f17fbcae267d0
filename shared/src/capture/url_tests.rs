//! Tests of canonical addresses. Not of fetching anything.

use super::*;
use proptest::prelude::*;

fn canonical(pairs: &[(&str, &str)]) {
    for (given, wanted) in pairs {
        assert_eq!(&canonicalise(given), wanted, "canonical form of {given}");
    }
}

#[test]
fn scheme_host_port_and_user_info_are_normalised_and_www_is_kept() {
    canonical(&[
        (
            "HTTPS://WWW.Example.COM:443/Path",
            "https://www.example.com/Path",
        ),
        (
            "http://user:secret@example.com:80/a",
            "http://example.com/a",
        ),
        ("http://example.com:8080", "http://example.com:8080/"),
        ("https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x"),
        ("  https://exam\nple.com/a ", "https://example.com/a"),
    ]);
}

#[test]
fn tracking_parameters_are_dropped_and_the_rest_is_sorted_by_name() {
    canonical(&[
        (
            "https://a.example/p?utm_source=x&id=7&UTM_Medium=y&fbclid=1",
            "https://a.example/p?id=7",
        ),
        (
            "https://a.example/p?b=2&a=1&b=1",
            "https://a.example/p?a=1&b=2&b=1",
        ),
        (
            "https://a.example/p?gclid=1&mc_eid=2&igshid=3&ref_src=tw",
            "https://a.example/p",
        ),
        ("https://a.example/p?ref=producthunt", "https://a.example/p"),
        (
            "https://code.example/o/r/blob/x?ref=v2",
            "https://code.example/o/r/blob/x?ref=v2",
        ),
        ("https://a.example/p?&&", "https://a.example/p"),
        (
            "https://a.example/search?q=utm_source",
            "https://a.example/search?q=utm_source",
        ),
    ]);
}

#[test]
fn a_fragment_is_kept_only_when_it_is_a_route() {
    canonical(&[
        ("https://a.example/p#section", "https://a.example/p"),
        ("https://a.example/p#:~:text=hello", "https://a.example/p"),
        (
            "https://a.example/#/inbox/7:~:text=x",
            "https://a.example/#/inbox/7",
        ),
        ("https://a.example/#!/user", "https://a.example/#!/user"),
        ("https://a.example/#/", "https://a.example/"),
    ]);
}

#[test]
fn paths_lose_dot_segments_and_the_trailing_slash_but_keep_case_and_amp() {
    canonical(&[
        ("https://a.example/x/../y/./z/", "https://a.example/y/z"),
        ("https://a.example", "https://a.example/"),
        (
            "https://a.example/%7euser/%41%2f",
            "https://a.example/~user/A%2F",
        ),
        (
            "https://a.example/żółw",
            "https://a.example/%C5%BC%C3%B3%C5%82w",
        ),
        ("https://m.a.example/amp/x", "https://m.a.example/amp/x"),
        ("about:blank", "about:blank"),
        ("", ""),
    ]);
}

#[test]
fn the_address_to_open_loses_only_user_info_tracking_and_directives() {
    assert_eq!(
        clean("https://u:p@a.example/P/?b=1&utm_source=x&a=2#sec:~:text=q"),
        "https://a.example/P/?b=1&a=2#sec"
    );
}

#[test]
fn the_site_is_the_host_as_people_read_it() {
    assert_eq!(site("https://www.Example.com/a"), "example.com");
    assert_eq!(site("http://localhost:8080/a"), "localhost:8080");
    assert_eq!(site("https://www.com/"), "www.com");
    assert_eq!(site("mailto:a@b.example"), "");
}

#[test]
fn links_resolve_as_in_rfc_3986() {
    let base = "http://a/b/c/d?q";
    for (href, wanted) in [
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g"),
        ("?y", "http://a/b/c/d?y"),
        ("g?y#s", "http://a/b/c/g?y#s"),
        ("#s", "http://a/b/c/d?q#s"),
        ("", "http://a/b/c/d?q"),
        (".", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../../../g", "http://a/g"),
        ("https://x.example/y", "https://x.example/y"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ] {
        assert_eq!(resolve(base, href).as_deref(), Some(wanted), "{href}");
    }
}

#[test]
fn links_that_could_run_something_do_not_resolve() {
    for href in [
        "javascript:alert(1)",
        " JaVa\nScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://a/1",
        "https:",
    ] {
        assert_eq!(resolve("https://a.example/", href), None, "{href}");
    }
    assert_eq!(resolve("about:blank", "x"), None);
}

proptest! {
    #[test]
    fn the_canonical_form_is_a_fixed_point(
        scheme in "(http|HTTPS|ftp|x)", host in "[A-Za-z0-9.:@-]{0,12}", rest in "\\PC{0,40}"
    ) {
        let once = canonicalise(&format!("{scheme}://{host}{rest}"));
        prop_assert_eq!(canonicalise(&once), once);
    }

    #[test]
    fn any_text_has_a_fixed_canonical_form(text in "\\PC{0,60}") {
        let once = canonicalise(&text);
        prop_assert_eq!(canonicalise(&once), once);
    }

    #[test]
    fn a_tracking_parameter_never_changes_the_page(path in "[a-z/]{0,10}", query in "([a-c]=[0-9]&){0,3}", value in "[a-z0-9]{0,6}") {
        let plain = format!("https://a.example/{path}?{query}");
        let tracked = format!("{plain}utm_campaign={value}&fbclid={value}#frag");
        prop_assert!(same_page(&plain, &tracked));
    }

    #[test]
    fn a_link_never_resolves_to_a_scheme_that_runs(href in "\\PC{0,40}") {
        if let Some(url) = resolve("https://a.example/x/", &href) {
            let lower = url.to_ascii_lowercase();
            prop_assert!(["http://", "https://", "mailto:", "tel:"].iter().any(|s| lower.starts_with(s)), "{}", url);
        }
    }
}
