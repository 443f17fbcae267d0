//! The shapes of a small document as GraphQL has them.

use super::*;
use serde_json::json;

fn document() -> Value {
    json!({"components": {"schemas": {
        "DocId": {"type": "string", "format": "uuid"},
        "Nano": {"type": "integer", "format": "int64"},
        "Kind": {"type": "string", "enum": ["prompt", "dead_letter"]},
        "Tree": {"type": "object", "description": "A tree.", "required": ["id", "below"], "properties": {
            "id": {"$ref": "#/components/schemas/DocId", "description": "Its id."},
            "above": {"oneOf": [{"$ref": "#/components/schemas/DocId"}, {"type": "null"}]},
            "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            "made_at": {"type": ["integer", "null"], "format": "int64"}
        }},
        "Leaf": {"allOf": [
            {"$ref": "#/components/schemas/Tree"},
            {"type": "object", "required": ["kind"], "properties": {"kind": {"$ref": "#/components/schemas/Kind"}}}
        ]},
        "Event": {"oneOf": [
            {"type": "object", "required": ["event", "of"], "properties": {
                "event": {"type": "string", "enum": ["text"]}, "of": {"$ref": "#/components/schemas/DocId"}}},
            {"type": "object", "required": ["event", "of"], "properties": {
                "event": {"type": "string", "enum": ["grown"]}, "of": {"$ref": "#/components/schemas/Tree"}}}
        ]},
        "Step": {"oneOf": [{"type": "string", "enum": ["archive"]}, {"type": "object", "properties": {"publish": {"type": "object"}}}]},
        "Map": {"type": "object", "additionalProperties": {"type": "string"}}
    }}})
}

fn read(name: &str) -> (Type, Model) {
    let document = document();
    let mut reader = Reader::new(&document);
    let schema = json!({"$ref": format!("#/components/schemas/{name}")});
    let of = reader.read(&schema, "Unnamed");
    (of, reader.model)
}

fn told(of: &Type) -> String {
    let bare = match &of.kind {
        Kind::Scalar(name) => (*name).to_owned(),
        Kind::Enum(name) | Kind::Object(name) => name.clone(),
        Kind::List(items) => format!("[{}]", told(items)),
    };
    if of.null { bare } else { format!("{bare}!") }
}

fn fields(model: &Model, name: &str) -> Vec<String> {
    let fields = model.objects[name].fields.iter();
    fields
        .map(|it| format!("{}: {}", it.name, told(&it.of)))
        .collect()
}

#[test]
fn an_object_has_its_fields_and_may_hold_its_own_kind() {
    let (of, model) = read("Tree");
    assert_eq!(told(&of), "Tree!");
    assert_eq!(model.objects["Tree"].about, "A tree.");
    assert_eq!(
        fields(&model, "Tree"),
        ["above: ID", "below: [Tree!]!", "id: ID!", "madeAt: Long"]
    );
}

#[test]
fn parts_are_one_object() {
    let (_, model) = read("Leaf");
    assert_eq!(fields(&model, "Leaf").len(), 5);
    assert_eq!(fields(&model, "Leaf")[4], "kind: Kind!");
    let values = &model.enums["Kind"].values;
    assert_eq!(
        values[1],
        ("DEAD_LETTER".to_owned(), "dead_letter".to_owned())
    );
}

#[test]
fn cases_are_one_object_with_a_tag_and_what_differs_has_its_own_name() {
    let (of, model) = read("Event");
    assert_eq!(told(&of), "Event!");
    assert_eq!(
        fields(&model, "Event"),
        ["event: EventEvent!", "of: ID", "tree: Tree"]
    );
    let values: Vec<&str> = model.enums["EventEvent"]
        .values
        .iter()
        .map(|it| it.0.as_str())
        .collect();
    assert_eq!(values, ["TEXT", "GROWN"]);
}

#[test]
fn what_has_no_known_fields_is_json() {
    for name in ["Step", "Map"] {
        let (of, model) = read(name);
        assert_eq!(told(&of), "JSON!", "{name}");
        assert!(model.objects.is_empty());
    }
    assert_eq!(told(&read("Nano").0), "Long!");
}

#[test]
fn an_enum_that_is_written_where_it_is_used_is_the_known_one() {
    let document = document();
    let mut reader = Reader::new(&document);
    let inline =
        json!({"oneOf": [{"type": "string", "enum": ["prompt", "dead_letter"]}, {"type": "null"}]});
    assert_eq!(told(&reader.read(&inline, "documents_kind")), "Kind");
    let other = json!({"type": "string", "enum": ["24h", "all"]});
    assert_eq!(told(&reader.read(&other, "window")), "Window!");
    assert_eq!(reader.model.enums["Window"].values[0].0, "_24H");
}
