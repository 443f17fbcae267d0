//! A library through GraphQL: made, found, edited, published, thrown away; and that each team's rules hold.

use super::{data, refused};
use krowoc_tests::TestApp;
use serde_json::{Value, json};

const MAKE: &str = "mutation($input: CreateDocumentInput!, $space: ID) {
  createDocument(input: $input, space: $space) { result { outcome } document { id kind body { rev text } fields tags } }
}";

#[tokio::test]
async fn a_prompt_lives_its_life() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let input = json!({"kind": "PROMPT", "set": {"title": "Notes", "created_at": 5}, "tags": ["work"], "body": "On {{topic}}"});
    let made = data(&alice, MAKE, json!({"input": input})).await;
    let made = &made["createDocument"];
    assert_eq!(made["result"]["outcome"], "APPLIED");
    assert_eq!(made["document"]["fields"]["title"]["value"], "Notes");
    let id = made["document"]["id"].clone();
    let edit = "mutation($id: ID!, $input: EditDocumentInput!) { editDocument(id: $id, input: $input) { document { body { text rev } } } }";
    let input = json!({"body": {"baseRev": made["document"]["body"]["rev"], "text": "About {{topic}}"}, "tags": {"add": ["new"]}});
    let edited = data(&alice, edit, json!({"id": id, "input": input})).await;
    let body = &edited["editDocument"]["document"]["body"];
    assert_eq!(body["text"], "About {{topic}}");
    let publish = "mutation($id: ID!, $rev: Long!) { publishPrompt(id: $id, input: {bodyRev: $rev, note: \"First\"}) { document { lifecycle { __typename } } } }";
    data(&alice, publish, json!({"id": id, "rev": body["rev"]})).await;
    let look = "query($id: ID!) {
      document(id: $id) { versions published collectionTitle document { kind } }
      versions(id: $id, first: 10) { items { number text note } next }
      version(id: $id, number: 1) { text }
      promptName(id: $id) { slug }
      documents(q: \"about\", kind: PROMPT, tag: \"new\", sort: TITLE) { total items { id title } }
      libraryOverview { prompts }
    }";
    let seen = data(&alice, look, json!({"id": id})).await;
    assert_eq!(seen["document"]["published"], seen["document"]["versions"]);
    assert_eq!(seen["document"]["collectionTitle"], Value::Null);
    assert_eq!(seen["versions"]["items"][0]["note"], "First");
    assert_eq!(seen["version"]["text"], "On {{topic}}");
    assert_eq!(seen["promptName"]["slug"], "notes");
    assert_eq!(
        seen["documents"]["items"],
        json!([{"id": id, "title": "Notes"}])
    );
    let away = "mutation($id: ID!) { trashDocument(id: $id) { result { outcome } } }";
    data(&alice, away, json!({"id": id})).await;
    let found = data(
        &alice,
        "{ documents { total } trash: documents(trash: true) { total } }",
        json!({}),
    )
    .await;
    assert_eq!(
        found,
        json!({"documents": {"total": 0}, "trash": {"total": 1}})
    );
    let back = "mutation($id: ID!) { restoreDocument(id: $id) { document { id } } }";
    assert_eq!(
        data(&alice, back, json!({"id": id})).await["restoreDocument"]["document"]["id"],
        id
    );
}

#[tokio::test]
async fn pages_follow_one_another_to_the_end() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    for at in 0..7 {
        let input = json!({"kind": "SNIPPET", "set": {"title": format!("Note {at}")}, "body": "x"});
        data(&alice, MAKE, json!({"input": input})).await;
    }
    let page = "query($after: String) { documents(first: 3, after: $after, sort: TITLE) { total next items { title } } }";
    let (mut titles, mut after) = (Vec::new(), Value::Null);
    loop {
        let found = data(&alice, page, json!({"after": after})).await;
        let found = &found["documents"];
        assert_eq!(found["total"], 7);
        let items = found["items"].as_array().unwrap();
        titles.extend(
            items
                .iter()
                .map(|it| it["title"].as_str().unwrap().to_owned()),
        );
        after = found["next"].clone();
        if after.is_null() {
            break;
        }
    }
    let expected: Vec<String> = (0..7).map(|at| format!("Note {at}")).collect();
    assert_eq!(titles, expected);
    let (code, error) = refused(&alice, page, json!({"after": "nowhere"})).await;
    assert_eq!(
        (code.as_str(), &error["extensions"]["field"]),
        ("invalid_field", &json!("/cursor"))
    );
}

#[tokio::test]
async fn mutations_of_one_request_are_done_one_after_another() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let id = krowoc_tests::ops::doc_id();
    let query = "mutation($id: ID!) {
      made: createDocument(input: {id: $id, kind: PROMPT, body: \"one\"}) { document { id } }
      archived: archivePrompt(id: $id) { result { outcome } }
      again: createDocument(input: {id: $id, kind: PROMPT, body: \"two\"}) { document { id } }
      trashed: trashDocument(id: $id) { result { outcome } }
    }";
    let answer = super::ask(&alice, query, json!({"id": id})).await.ok();
    let whole: Value = answer.json();
    assert_eq!(whole["data"]["made"]["document"]["id"], json!(id));
    assert_eq!(whole["data"]["trashed"]["result"]["outcome"], "APPLIED");
    assert_eq!(whole["data"]["again"], Value::Null);
    let errors = whole["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{whole}");
    assert_eq!(errors[0]["extensions"]["code"], "already_exists");
}

#[tokio::test]
async fn an_input_of_another_shape_is_refused_before_anything_is_done() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    for input in [
        json!({"kind": "NOTHING", "body": "x"}),
        json!({"body": "x"}),
        json!({"kind": "PROMPT", "body": "x", "unknown": 1}),
    ] {
        let (code, error) = refused(&alice, MAKE, json!({"input": input})).await;
        assert_eq!(code, "invalid_request", "{error}");
    }
    let long = json!({"kind": "PROMPT", "set": {"title": "x".repeat(10_000)}, "body": "x"});
    let (code, error) = refused(&alice, MAKE, json!({"input": long})).await;
    assert_eq!(
        (code.as_str(), &error["extensions"]["field"]),
        ("invalid_field", &json!("/set/title"))
    );
}

#[tokio::test]
async fn a_variable_that_is_left_out_is_a_field_that_is_left_out() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let make = "mutation($tags: [String!], $set: JSON, $meta: JSON, $space: ID) {
      createDocument(space: $space, input: {kind: SNIPPET, body: \"x\", tags: $tags, set: $set, meta: $meta}) { document { id tags } }
    }";
    let made = data(&alice, make, json!({})).await;
    let document = &made["createDocument"]["document"];
    assert_eq!(document["tags"], json!({}));
    let edit = "mutation($id: ID!, $tags: TagEditInput, $resolves: [ID!], $set: JSON) {
      editDocument(id: $id, input: {set: $set, tags: $tags, resolves: $resolves}) { document { id } }
    }";
    let variables = json!({"id": document["id"], "set": {"title": "Named"}});
    data(&alice, edit, variables).await;
    let set = "mutation($ceiling: Long, $unpriced: UnpricedPolicy) { setBudget(input: {ceiling: $ceiling, unpriced: $unpriced}) { ceiling } }";
    let budget = data(&alice, set, json!({"ceiling": 5})).await;
    assert_eq!(budget, json!({"setBudget": {"ceiling": 5}}));
}
