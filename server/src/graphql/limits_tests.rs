//! Brackets, costs and depths of small queries.

use super::*;

#[test]
fn brackets_in_texts_and_comments_are_none() {
    for (query, most) in [
        ("", 0),
        ("{ a { b } c { d(e: [1]) } }", 4),
        ("{ a(text: \"{{{{{\") }", 2),
        ("{ a(text: \"\\\"{{{\") }", 2),
        ("{ a(text: \"\\\\\") { b } }", 2),
        ("{ a(text: \"\"\"{{{ \\\"\"\" {{{\"\"\") { b } }", 2),
        ("{ # {{{{\n a }", 1),
        ("{ a(text: \"gr\u{fc}n\") }", 2),
        ("{ \"{{{", 1),
        ("}}}{", 1),
    ] {
        assert_eq!(brackets(query), most, "{query}");
    }
}

#[test]
fn what_is_too_long_or_too_deep_is_not_read() {
    assert_eq!(readable(&"{".repeat(BRACKETS)), Ok(()));
    assert!(
        readable(&"{".repeat(BRACKETS + 1))
            .unwrap_err()
            .contains("48")
    );
    assert!(
        readable(&" ".repeat(QUERY_BYTES + 1))
            .unwrap_err()
            .contains("64 kB")
    );
}

fn limits() -> Limits {
    let list = |name: &str| Type {
        kind: Kind::List(Box::new(Type {
            kind: Kind::Object(name.to_owned()),
            null: false,
        })),
        null: false,
    };
    let costed = |of: &Type, page| Costed::of(of, page);
    let fields = |all: Vec<(&str, Costed)>| {
        all.into_iter()
            .map(|(name, it)| (name.to_owned(), it))
            .collect()
    };
    let page = Type {
        kind: Kind::Object("Page".to_owned()),
        null: true,
    };
    Limits(HashMap::from([
        (
            "Query".to_owned(),
            fields(vec![
                ("page", costed(&page, true)),
                ("trees", costed(&list("Tree"), false)),
            ]),
        ),
        (
            "Page".to_owned(),
            fields(vec![("items", costed(&list("Tree"), false))]),
        ),
        (
            "Tree".to_owned(),
            fields(vec![("below", costed(&list("Tree"), false))]),
        ),
    ]))
}

fn cost(query: &str, variables: serde_json::Value) -> u64 {
    let document = async_graphql::parser::parse_query(query).unwrap();
    let variables = Variables::from_json(variables);
    let limits = limits();
    let (_, operation) = document.operations.iter().next().unwrap();
    let mut judge = Judge {
        limits: &limits,
        document: &document,
        operation: &operation.node,
        variables: &variables,
        selections: 0,
        roots: 0,
        asks_schema: false,
    };
    let set = &operation.node.selection_set.node;
    judge.set(set, Some("Query"), 0, &Way::Root).unwrap()
}

#[test]
fn a_field_costs_what_is_in_it_for_each_item() {
    let none = || serde_json::json!({});
    assert_eq!(cost("{ unknown }", none()), 21);
    assert_eq!(cost("{ trees { id } }", none()), 21 + 10);
    assert_eq!(
        cost("{ trees { below { id } } }", none()),
        21 + 10 * (1 + 10)
    );
    // The page, its list once, and what is in an item for each.
    assert_eq!(cost("{ page { items { id } } }", none()), 21 + 50 * 2);
    assert_eq!(
        cost("{ page(first: 3) { items { id } next } }", none()),
        21 + 3 * 3
    );
    let asked = "query($n: Int = 4) { page(first: $n) { items { id } } }";
    assert_eq!(cost(asked, none()), 21 + 4 * 2);
    assert_eq!(cost(asked, serde_json::json!({"n": 7})), 21 + 7 * 2);
    assert_eq!(cost("{ page(first: -1) { next } }", none()), 21 + 50);
    assert_eq!(
        cost(
            "{ ...f } fragment f on Query { trees { id } ... { trees { id } } }",
            none()
        ),
        2 * 31
    );
}

#[test]
fn depth_is_counted_by_fields() {
    let document = |levels: usize| {
        let query = format!(
            "{{ trees {} {} }}",
            "{ below ".repeat(levels),
            "}".repeat(levels)
        );
        async_graphql::parser::parse_query(query).unwrap()
    };
    let judge = |levels| limits().judge(&document(levels), None, &Variables::default());
    assert!(judge(2).is_ok());
    assert!(judge(DEPTH).unwrap_err().contains("12 levels"));
}
