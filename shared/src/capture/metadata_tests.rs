//! Tests of what a page says of itself. Not of its text.

use super::*;

fn metadata(html: &str) -> Metadata {
    read(&Dom::parse(html), "https://www.site.example/a/b")
}

#[test]
fn linked_data_in_a_graph_wins_over_meta_elements() {
    let found = metadata(
        r#"<html lang="pl"><head><title>Doc title | Site</title><meta property="og:title" content="OG title">
        <script type="application/ld+json">{"@graph":[{"@type":"Organization","name":"Org"},
        {"@type":["NewsArticle"],"headline":"LD &amp; title","author":[{"name":"A B"},{"name":"C D"}],
         "datePublished":"2024-05-06T07:08:09Z","publisher":{"name":"The Site"}}]}</script></head></html>"#,
    );
    assert_eq!(found.title.as_deref(), Some("LD & title"));
    assert_eq!(found.author.as_deref(), Some("A B, C D"));
    assert_eq!(found.published.as_deref(), Some("2024-05-06T07:08:09Z"));
    assert_eq!(found.site.as_deref(), Some("The Site"));
    assert_eq!(found.language.as_deref(), Some("pl"));
    assert_eq!(found.kind.as_deref(), Some("NewsArticle"));
}

#[test]
fn broken_linked_data_is_passed_over_and_line_ends_in_strings_are_forgiven() {
    let found = metadata(
        "<script type='application/ld+json'>{broken</script><script type='application/ld+json'>\
         [{\"@type\":\"BlogPosting\",\"headline\":\"Two\nlines\"}]</script>",
    );
    assert_eq!(found.title.as_deref(), Some("Two lines"));
}

#[test]
fn open_graph_twitter_and_meta_are_read_in_their_order() {
    let found = metadata(
        r#"<meta name="twitter:title" content="T"><meta property="og:title" content="O"><meta name="author" content="Ann">
        <meta property="article:published_time" content="2023-01-02"><meta property="og:site_name" content="Name">
        <meta name="description" content="D"><meta property="og:locale" content="de_AT"><link rel="canonical" href="/c">"#,
    );
    assert_eq!(found.title.as_deref(), Some("O"));
    assert_eq!(found.author.as_deref(), Some("Ann"));
    assert_eq!(found.published.as_deref(), Some("2023-01-02"));
    assert_eq!(found.site.as_deref(), Some("Name"));
    assert_eq!(found.description.as_deref(), Some("D"));
    assert_eq!(found.language.as_deref(), Some("de-AT"));
    assert_eq!(
        found.canonical.as_deref(),
        Some("https://www.site.example/c")
    );
}

#[test]
fn the_title_element_loses_the_name_of_the_site() {
    let found = metadata("<title>Hello – Site.Example</title><h1>a</h1><h1>b</h1>");
    assert_eq!(found.title.as_deref(), Some("Hello"));
    assert_eq!(
        metadata("<title>x | y</title><h1>The heading</h1>")
            .title
            .as_deref(),
        Some("The heading")
    );
}

#[test]
fn addresses_are_no_names_and_words_without_a_year_are_no_dates() {
    let found = metadata(
        r#"<meta property="article:author" content="https://social.example/ann"><a rel="author nofollow">Ann  B</a>
        <meta name="date" content="yesterday"><time datetime="2020-02-03">x</time>"#,
    );
    assert_eq!(found.author.as_deref(), Some("Ann B"));
    assert_eq!(found.published, None);
}

#[test]
fn a_page_that_says_nothing_has_its_host_as_site() {
    let found = metadata("<p>x</p>");
    assert_eq!(found.title, None);
    assert_eq!(found.site.as_deref(), Some("site.example"));
}
