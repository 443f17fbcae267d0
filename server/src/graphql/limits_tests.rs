//! Costs and depths of small queries, and what hostile ones are refused for.

use super::super::judge::DEPTH;
use super::*;
use async_graphql::parser::parse_query;
use serde_json::json;

fn limits() -> Limits {
    let list = |name: &str| Type {
        kind: Kind::List(Box::new(Type {
            kind: Kind::Object(name.to_owned()),
            null: false,
        })),
        null: false,
    };
    let fields = |all: Vec<(&str, Costed)>| {
        all.into_iter()
            .map(|(name, it)| (name.to_owned(), it))
            .collect()
    };
    let page = Type {
        kind: Kind::Object("Page".to_owned()),
        null: true,
    };
    let roots = || {
        fields(vec![
            ("page", Costed::of(&page, Some(50))),
            ("long", Costed::of(&page, Some(500))),
            ("trees", Costed::of(&list("Tree"), None)),
        ])
    };
    Limits {
        fields: HashMap::from([
            ("Query".to_owned(), roots()),
            ("Subscription".to_owned(), roots()),
            (
                "Page".to_owned(),
                fields(vec![("items", Costed::of(&list("Tree"), None))]),
            ),
            (
                "Tree".to_owned(),
                fields(vec![("below", Costed::of(&list("Tree"), None))]),
            ),
        ]),
        types: ["Int", "JSON"].map(str::to_owned).into(),
    }
}

fn cost(query: &str, variables: serde_json::Value) -> u64 {
    let document = parse_query(query).unwrap();
    let variables = Variables::from_json(variables);
    let limits = limits();
    let (_, operation) = document.operations.iter().next().unwrap();
    let judge = Judge::new(&limits, &document.fragments, &operation.node, &variables);
    judge.whole("Query").unwrap().cost
}

#[test]
fn a_field_costs_what_is_in_it_for_each_item() {
    let none = || json!({});
    assert_eq!(cost("{ unknown }", none()), 21);
    assert_eq!(cost("{ trees { id } }", none()), 21 + 10);
    assert_eq!(
        cost("{ trees { below { id } } }", none()),
        21 + 10 * (1 + 10)
    );
    // The page, its list once, and what is in an item for each.
    assert_eq!(cost("{ page { items { id } } }", none()), 21 + 50 * 2);
    assert_eq!(cost("{ long { items { id } } }", none()), 21 + 500 * 2);
    assert_eq!(
        cost("{ page(first: 3) { items { id } next } }", none()),
        21 + 3 * 3
    );
    let asked = "query($n: Int = 4) { page(first: $n) { items { id } } }";
    assert_eq!(cost(asked, none()), 21 + 4 * 2);
    assert_eq!(cost(asked, json!({"n": 7})), 21 + 7 * 2);
    assert_eq!(cost("{ page(first: -1) { next } }", none()), 21 + 50);
    assert_eq!(
        cost(
            "{ ...f } fragment f on Query { trees { id } ... { a: trees { id } } }",
            none()
        ),
        2 * 31
    );
    // Each part of the schema is looked for in all of it.
    assert_eq!(cost("{ __type(name: \"Query\") { name } }", none()), 22);
}

#[test]
fn depth_is_counted_by_fields() {
    let document = |levels: usize| {
        let query = format!(
            "{{ trees {} {} }}",
            "{ below ".repeat(levels),
            "}".repeat(levels)
        );
        parse_query(query).unwrap()
    };
    let judge = |levels| limits().judge(document(levels), None, &Variables::default());
    assert!(judge(2).is_ok());
    assert!(judge(DEPTH).unwrap_err().contains("12 levels"));
}

/// The operations and fragments that are handed on, or why none is.
fn judged(
    query: &str,
    name: Option<&str>,
    variables: serde_json::Value,
) -> Result<(usize, Vec<String>), String> {
    let document = parse_query(query).unwrap();
    let (document, _) = limits().judge(document, name, &Variables::from_json(variables))?;
    let mut fragments: Vec<String> = document.fragments.keys().map(Name::to_string).collect();
    fragments.sort();
    Ok((document.operations.iter().len(), fragments))
}

/// A fragment that holds the next one three times, and so on: 3 to the thirtieth, when it is followed.
fn growing() -> String {
    let each = (0..30).map(|at| {
        let next = at + 1;
        format!("fragment f{at} on Query {{ ...f{next} ...f{next} ...f{next} }} ")
    });
    each.collect::<String>() + "fragment f30 on Query { __typename }"
}

#[test]
fn what_was_not_judged_is_not_handed_on() {
    let growing = growing();
    let two = format!(
        "query A {{ __typename ...g }} query B {{ ...f0 }} fragment g on Query {{ a }} {growing}"
    );
    assert_eq!(
        judged(&two, Some("A"), json!({})),
        Ok((1, vec!["g".to_owned()]))
    );
    let unused = format!("{{ __typename }} {growing}");
    assert_eq!(judged(&unused, None, json!({})), Ok((1, Vec::new())));
    assert_eq!(
        judged("query A { a }", None, json!({})),
        Ok((1, Vec::new()))
    );
    for (query, name, why) in [
        (two.as_str(), Some("B"), "1000 fields"),
        (&two, Some("nope"), "no operation of the name"),
        (&two, None, "which operation"),
        (&unused, Some("A"), "has no name"),
    ] {
        let refused = judged(query, name, json!({})).unwrap_err();
        assert!(refused.contains(why), "{name:?}: {refused}");
    }
}

/// Queries that are refused, each for what it says, however short they are.
#[test]
fn what_grows_with_the_product_of_its_parts_is_refused() {
    let many = |text: &str, times: usize| text.repeat(times);
    let held = "x".repeat(1024 * 1024);
    let held = || json!({"v": held, "w": {"deep": [held]}});
    let long = "n".repeat(101);
    let cases = [
        // Each argument would be compared with each of every repetition.
        (
            format!(
                "{{ a: b({}) {} }}",
                many("c: 1, ", 15_000),
                many("a: b ", 900)
            ),
            "at most 32 arguments",
        ),
        ("{ b(c: 1, c: 2) }".to_owned(), "argument `c` once"),
        (
            "{ b @include(if: true, if: true) }".to_owned(),
            "argument `if` once",
        ),
        (
            format!("{{ ...f {} }} fragment f on Query {{ b }}", many("@a ", 5)),
            "4 directives",
        ),
        (
            format!("{{ ...f }} fragment f on Query {} {{ b }}", many("@a ", 5)),
            "4 directives",
        ),
        (format!("query {} {{ b }}", many("@a ", 5)), "4 directives"),
        (
            format!("query($v: Int {}) {{ b }}", many("@a ", 5)),
            "4 directives",
        ),
        // Each use of a variable is a copy of what it holds.
        (
            format!("query($v: JSON) {{ b(c: [{}]) }}", many("$v, ", 5)),
            "4 MiB",
        ),
        (
            format!("query($w: JSON) {{ b(c: {{d: [{}]}}) }}", many("$w, ", 5)),
            "4 MiB",
        ),
        (
            // One that is not defined is copied as well, before it is told.
            (0..5).fold("{ ".to_owned(), |query, at| {
                format!("{query} b{at}: b @include(if: $v) ")
            }) + "}",
            "4 MiB",
        ),
        (
            format!(
                "query($v: JSON) {{ b {{ {} }} }} fragment f on B {{ c(d: $v) }}",
                many("...f ", 5)
            ),
            "4 MiB",
        ),
        (
            format!("{{ b(c: [{}]) }}", many("1, ", 10_001)),
            "10000 values",
        ),
        (
            format!(
                "{{ b {{ {} }} }} fragment f on B {{ c(d: [{}]) }}",
                many("...f ", 101),
                many("1, ", 100)
            ),
            "10000 values",
        ),
        (
            format!("query({}) {{ b }}", many("$v: Int ", 101)),
            "100 variables",
        ),
        // A type that there is not: in a list, the executor takes it for granted.
        ("query($v: Nope) { b }".to_owned(), "no type `Nope`"),
        ("query($v: [Nope] = [1]) { b }".to_owned(), "no type `Nope`"),
        (
            "query($v: [[Nope!]!]! = [[1]]) { b }".to_owned(),
            "no type `Nope`",
        ),
        // Names are repeated in each error and in each path.
        (format!("{{ {long} }}"), "100 letters"),
        (format!("{{ {long}: b }}"), "100 letters"),
        (format!("{{ b({long}: 1) }}"), "100 letters"),
        (format!("{{ b @{long} }}"), "100 letters"),
        (format!("query(${long}: Int) {{ b }}"), "100 letters"),
        (format!("query($v: {long}) {{ b }}"), "100 letters"),
        // The executor does both.
        ("{ b b }".to_owned(), "`b` is asked for twice"),
        (
            "{ a: b ...f } fragment f on Query { a: c }".to_owned(),
            "`a` is asked for twice",
        ),
        (
            format!(
                "{{ {} }}",
                (0..21)
                    .map(|at| format!("a{at}: __type(name: \"Query\") {{ name }} "))
                    .collect::<String>()
            ),
            "20 things",
        ),
        (
            "subscription { ...f } fragment f on Subscription { page { next } }".to_owned(),
            "in a fragment",
        ),
        (
            "subscription { ... { page { next } } }".to_owned(),
            "in a fragment",
        ),
        (
            "subscription { page { next } trees { id } }".to_owned(),
            "one field",
        ),
    ];
    for (query, why) in cases {
        let shown: String = query.chars().take(80).collect();
        let refused = judged(&query, None, held()).expect_err(&shown);
        assert!(refused.contains(why), "{shown}: {refused}");
    }
}

#[test]
fn what_is_usual_is_not_refused() {
    let held = "x".repeat(2 * 1024 * 1024);
    for query in [
        // Once is not often, however much it holds.
        "query($v: JSON) { b(c: {d: $v}) }",
        "{ __typename ...f ... { __typename } } fragment f on Query { __typename trees { id id } }",
        "{ page { items { ...f ...g } } } fragment f on Tree { id } fragment g on Tree { id }",
        "query($n: [Int!]! = [1]) { page(first: $n) { next @skip(if: true) @include(if: true) } }",
    ] {
        let answer = judged(query, None, json!({"v": held}));
        assert!(answer.is_ok(), "{query}: {answer:?}");
    }
}
