//! Tests of which notations are proposed as variables, and of what they are converted to.

use super::*;
use crate::prompts::{convert, parse};
use proptest::prelude::*;

fn found(text: &str) -> Vec<(String, Style, Confidence)> {
    recognise(text)
        .into_iter()
        .map(|p| (p.name, p.style, p.confidence))
        .collect()
}

fn one(text: &str) -> Option<(String, Confidence)> {
    let all = found(text);
    assert!(all.len() <= 1, "{all:?}");
    all.into_iter()
        .next()
        .map(|(name, _, confidence)| (name, confidence))
}

fn confidence(text: &str) -> Option<Confidence> {
    one(text).map(|(_, confidence)| confidence)
}

#[test]
fn dollar_placeholders_are_certain_outside_code() {
    assert_eq!(
        one("Write about ${ Topic  Name }."),
        Some(("Topic Name".into(), Confidence::High))
    );
    assert_eq!(
        one("in ${language:English}"),
        Some(("language".into(), Confidence::High))
    );
    assert_eq!(recognise("${a:x: y}")[0].default(), Some("x: y"));
    assert_eq!(
        confidence("```js\nlog(`${status}`)\n```"),
        Some(Confidence::Low)
    );
    assert_eq!(confidence("echo ${HOME:-/root}"), Some(Confidence::Low));
}

#[test]
fn dollar_expressions_are_not_placeholders() {
    for text in [
        "${response.status}",
        "${a + b}",
        "${}",
        "${1}",
        "$x",
        "\\${x}",
        "${a",
        "${a{b}}",
    ] {
        assert_eq!(one(text), None, "{text}");
    }
}

#[test]
fn brackets_in_running_text_are_placeholders() {
    assert_eq!(
        one("Write to [insert name here] today"),
        Some(("insert name here".into(), Confidence::High))
    );
    assert_eq!(
        one("for [TARGET AUDIENCE], please"),
        Some(("TARGET AUDIENCE".into(), Confidence::High))
    );
    assert_eq!(
        one("a poem about [topic]"),
        Some(("topic".into(), Confidence::Medium))
    );
    assert_eq!(
        one("关于 [产区A]"),
        Some(("产区A".into(), Confidence::Medium))
    );
    assert_eq!(one("关于[品类]"), None);
    assert_eq!(
        one("关于 [品类]"),
        Some(("品类".into(), Confidence::Medium))
    );
    assert_eq!(
        one("Verse:\n[Chorus]\nla la"),
        Some(("Chorus".into(), Confidence::Low))
    );
}

#[test]
fn brackets_with_another_meaning_are_not_placeholders() {
    let texts = [
        "[docs](https://example.org)",
        "![logo](a.png)",
        "[text][ref]",
        "[ref]: https://example.org",
        "as shown [1]",
        "[^note]",
        "- [ ] task",
        "- [x] done",
        "[X] done",
        "a[i] and list[str]",
        "[\"a\", \"b\"]",
        "[0.0, 1.0]",
        "[1280px]",
        "[50 miles]",
        "[a-z]+[^>]",
        "\\[x]",
        "[]",
        "[…]",
        "`[x]`",
        "```\n[topic]\n```",
        "[a sentence that goes on for far too long]",
    ];
    for text in texts {
        assert!(
            found(text).iter().all(|(name, ..)| name == "a-z"),
            "{text}: {:?}",
            found(text)
        );
    }
}

#[test]
fn braces_in_running_text_are_placeholders() {
    assert_eq!(
        one("Act as {character} now"),
        Some(("character".into(), Confidence::Medium))
    );
    assert_eq!(
        one("say {your name}"),
        Some(("your name".into(), Confidence::High))
    );
    assert_eq!(one("for {n} times"), Some(("n".into(), Confidence::Low)));
}

#[test]
fn braces_with_another_meaning_are_not_placeholders() {
    let texts = [
        "{\"a\": 1}",
        "{ z }",
        "{0}",
        "{}",
        "\\frac{a}{b}",
        "x_{i}",
        "x^{n}",
        "style={name}",
        "{a.b}",
        "{x:.2f}",
        "{name}}",
        "body{margin}",
        "{{name}}",
        "\\{name}",
        "```\n{name}\n```",
        "text in curly brackets {like this}.",
        "{a, b}",
    ];
    for text in texts {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn what_is_in_a_placeholder_already_is_left_alone() {
    assert_eq!(found("{{x:[topic] and ${y}}} \\{{[TOPIC]}}"), []);
    assert_eq!(
        one("{{x}} [TOPIC]"),
        Some(("TOPIC".into(), Confidence::High))
    );
}

#[test]
fn one_name_is_proposed_once_with_all_its_places() {
    let text = "${a} ${b} ${a:1}";
    let all = recognise(text);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].occurrences.len(), 2);
    let variable = all[0].variable();
    assert_eq!(
        (
            variable.name.as_str(),
            variable.default.as_deref(),
            variable.required
        ),
        ("a", Some("1"), false)
    );
}

#[test]
fn converting_rewrites_the_chosen_and_nothing_else() {
    let text = "${a:x} [TOPIC NAME] {b} ${a}";
    let all = recognise(text);
    assert_eq!(convert(text, &all), "{{a:x}} {{TOPIC NAME}} {{b}} {{a}}");
    assert_eq!(
        convert(text, all.iter().filter(|p| p.style == Style::Brace)),
        "${a:x} [TOPIC NAME] {{b}} ${a}"
    );
}

#[test]
fn a_converted_default_keeps_its_braces_and_backslashes() {
    let text = r"${dir:C:\x\}";
    let converted = convert(text, &recognise(text));
    assert_eq!(
        parse(&converted).unwrap().variables()[0].default.as_deref(),
        Some(r"C:\x\")
    );
}

#[test]
fn places_that_no_longer_fit_are_left_alone() {
    let all = recognise("abc ${x} def");
    for edited in ["${x} abc def", "", "abc ${é} def", "abcé${x} def"] {
        assert_eq!(convert(edited, &all), edited);
    }
}

#[test]
fn a_long_text_of_openings_is_read_in_linear_time() {
    for mark in ["[", "{", "${", "[a ", "{a ", "`[", "[]{}", "[a]: ", " [ab]"] {
        assert!(recognise(&mark.repeat(20_000)).len() <= 1, "{mark}");
    }
    let indented = format!("{}{}", " ".repeat(50_000), "[ab] ".repeat(10_000));
    assert_eq!(recognise(&indented).len(), 1);
}

proptest! {
    #[test]
    fn nothing_chosen_changes_nothing(text in any::<String>()) {
        prop_assert_eq!(convert(&text, &[]), text);
    }

    #[test]
    fn whatever_is_converted_is_then_a_variable(text in r"([\[\]{}$\\:`a \n]|\$\{ab:c\}|\[TOPIC\]|\{ab\}){0,30}") {
        for proposal in recognise(&text) {
            let converted = convert(&text, [&proposal]);
            let names = analyse(&converted).template.variables();
            prop_assert!(names.iter().any(|v| v.name == proposal.name), "{:?} -> {:?}", text, converted);
        }
    }

    #[test]
    fn places_lie_in_the_text_and_apart(text in r"([\[\]{}$`é \n-]|[a-zA-Z]|\PC){0,60}") {
        let mut spans: Vec<_> = recognise(&text).iter().flat_map(|p| p.occurrences.iter().map(|o| o.span)).collect();
        spans.sort();
        prop_assert!(spans.iter().all(|span| !span.of(&text).is_empty()));
        prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}
