//! Tests of templates: read, written again, filled in.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

fn render(source: &str, pairs: &[(&str, &str)]) -> String {
    parse(source).unwrap().render(&values(pairs)).unwrap()
}

fn error(source: &str) -> (usize, usize, TemplateErrorKind) {
    let error = parse(source).unwrap_err();
    (error.line, error.column, error.kind)
}

#[test]
fn values_take_the_place_of_placeholders() {
    assert_eq!(
        render(
            "Act as {{ role }} in {{Größe 2}}.",
            &[("role", "a cook"), ("Größe 2", "XL")]
        ),
        "Act as a cook in XL."
    );
    assert_eq!(
        render("{{اسم}}, {{名前}}", &[("اسم", "a"), ("名前", "b")]),
        "a, b"
    );
    assert_eq!(render("{{a  b}}", &[("a b", "1")]), "1");
}

#[test]
fn defaults_fill_in_for_missing_values() {
    assert_eq!(
        render("{{x:one two}} {{y: spaced }} {{z:}}", &[]),
        "one two spaced "
    );
    assert_eq!(render("{{x}} {{x:late}}", &[]), "late late");
    assert_eq!(render("{{x:a}} {{x:b}} {{x}}", &[]), "a b a");
    assert_eq!(render("{{x:a}}", &[("x", "")]), "");
    assert_eq!(
        render("{{url:https://example.org/a:b}}", &[]),
        "https://example.org/a:b"
    );
}

#[test]
fn a_default_may_hold_braces_and_lines() {
    assert_eq!(render(r"{{x:a\}}b}}", &[]), "a}}b");
    assert_eq!(render(r"{{x:\{\{y\}\}}}", &[]), "{{y}}");
    assert_eq!(render(r"{{x:C:\dir\\}}", &[]), r"C:\dir\");
    assert_eq!(render("{{x:one\ntwo}}", &[]), "one\ntwo");
    assert_eq!(render("{{x:a{b}c}}", &[]), "a{b}c");
}

#[test]
fn braces_can_be_literal() {
    assert_eq!(
        render(r"\{{x}} and \\{{x}} and \\\{{x}}", &[("x", "1")]),
        r"{{x}} and \1 and \{{x}}"
    );
    assert_eq!(render(r"\{{{x}}}", &[]), "{{{x}}}");
    assert_eq!(render("} }} { a\\b \\d{2}", &[]), "} }} { a\\b \\d{2}");
}

#[test]
fn the_last_two_of_many_braces_open() {
    assert_eq!(render(r#"{"a":{{{x}}}}"#, &[("x", "1")]), r#"{"a":{1}}"#);
    assert_eq!(render("{{{{x}}", &[("x", "1")]), "{{1");
}

#[test]
fn values_are_never_read_as_templates() {
    assert_eq!(
        render("{{a}}{{b}}", &[("a", "{{b}}"), ("b", r"\{{a}}")]),
        r"{{b}}\{{a}}"
    );
}

#[test]
fn an_error_names_its_line_and_column() {
    use TemplateErrorKind as K;
    assert_eq!(error("é\nab{{}}"), (2, 3, K::EmptyName));
    assert_eq!(error("{{ }}"), (1, 1, K::EmptyName));
    assert_eq!(error("a {{#if x}}"), (1, 3, K::InvalidName));
    assert_eq!(error("{{a\nb}}"), (1, 1, K::InvalidName));
    assert_eq!(error("{{a.b}}"), (1, 1, K::InvalidName));
    assert_eq!(error("x {{a {{b}}"), (1, 3, K::Unclosed));
    assert_eq!(error("x {{a"), (1, 3, K::Unclosed));
    assert_eq!(
        error(&format!("{{{{{}}}}}", "x".repeat(65))),
        (1, 1, K::LongName)
    );
    assert!(
        parse("{{")
            .unwrap_err()
            .to_string()
            .contains("line 1, column 1")
    );
}

#[test]
fn what_is_wrong_stays_as_text_in_an_analysis() {
    let analysis = analyse("{{#each x}}{{name}}{{/each}} {{");
    assert_eq!(analysis.errors.len(), 3);
    assert_eq!(analysis.template.variables().len(), 1);
    let text = analysis.template.render(&values(&[("name", "n")])).unwrap();
    assert_eq!(text, "{{#each x}}n{{/each}} {{");
}

#[test]
fn variables_come_once_in_order_with_their_first_default() {
    let found = parse("{{b}} {{a:1}} {{b:2}} {{b:3}}").unwrap().variables();
    let short: Vec<_> = found
        .iter()
        .map(|v| (v.name.as_str(), v.default.as_deref(), v.count))
        .collect();
    assert_eq!(short, [("b", Some("2"), 3), ("a", Some("1"), 1)]);
    assert_eq!(found[0].span, Span { start: 2, end: 3 });
}

#[test]
fn each_missing_value_is_named_once_with_its_place() {
    let error = parse("{{z}}\n  {{a}} {{z}}")
        .unwrap()
        .render(&BTreeMap::new())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "give a value for z (line 1, column 1), a (line 2, column 3)"
    );
}

#[test]
fn a_hundred_thousand_openings_are_read_in_one_pass() {
    let analysis = analyse(&"{{a ".repeat(100_000));
    assert_eq!(analysis.errors.len(), 100_000);
    assert_eq!(analyse(&"{".repeat(300_000)).errors.len(), 1);
}

proptest! {
    #[test]
    fn segments_cover_the_source(source in r"[a{}\\: \né]{0,60}") {
        let template = analyse(&source).template;
        let joined: String = template.segments().iter().map(|s| s.span().of(&source)).collect();
        prop_assert_eq!(joined, source);
    }

    #[test]
    fn a_text_without_openings_renders_to_itself(source in any::<String>()) {
        prop_assume!(!source.contains("{{"));
        prop_assert_eq!(render(&source, &[]), source);
    }

    #[test]
    fn an_escaped_text_renders_to_the_text(text in r"[a{}\\: \né]{0,60}") {
        prop_assert_eq!(render(&escape(&text), &[]), text);
    }

    #[test]
    fn no_input_makes_it_panic(source in any::<String>(), braces in r"([{}\\:]|\PC){0,40}") {
        for text in [source, braces] {
            let analysis = analyse(&text);
            let _ = analysis.template.render(&BTreeMap::new());
            for error in analysis.errors {
                prop_assert!(text.is_char_boundary(error.offset));
                prop_assert!(!error.span.of(&text).is_empty());
            }
        }
    }

    #[test]
    fn a_value_stands_in_the_text_as_it_is(value in any::<String>()) {
        let values = BTreeMap::from([("x".to_owned(), value.clone())]);
        prop_assert_eq!(parse("<{{x}}>").unwrap().render(&values).unwrap(), format!("<{value}>"));
    }
}
