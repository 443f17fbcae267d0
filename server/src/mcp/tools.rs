//! What an agent may call by itself: search, read and render prompts. Reads only, and no resources.

use super::KEEP_PUBLIC_MS;
use super::desk::Desk;
use super::message::RpcError;
use super::prompts::{name_in, rendered, values};
use crate::library;
use crate::store::{Conn, Store, StoreError};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::{ListQuery, Summary};
use krowoc_shared::prompts::{Variable, VariableKind};
use serde_json::{Map, Value, json};

const SEARCH: &str = "search_prompts";
const GET: &str = "get_prompt";
const RENDER: &str = "render_prompt";
/// Most results of a search.
const RESULTS: u64 = 50;

fn text(what: &str) -> Value {
    json!({"type": "string", "description": what})
}

const NAME: &str = "Name of the prompt, as in search results; @ and a number after it mean that version, and @published the one that was published last.";

/// `tools/list`: the same for everybody.
#[must_use]
pub fn list() -> Value {
    let annotations = json!({"readOnlyHint": true, "openWorldHint": false});
    let tool = |name: &str, title: &str, what: &str, input: Value, output: Value| {
        json!({
            "name": name,
            "title": title,
            "description": what,
            "inputSchema": input,
            "outputSchema": output,
            "annotations": annotations,
        })
    };
    let tools = json!([
        tool(
            SEARCH,
            "Search prompts",
            "Searches the person's library of prompts, or of snippets; without a query, the last edited ones. Results are ranked and \
             hold no texts: read one with get_prompt, or fill it with render_prompt.",
            search_input(),
            search_output(),
        ),
        tool(
            GET,
            "Read a prompt",
            "Gives a prompt's text as it was written, with {{variables}}, and what each variable takes.",
            json!({"type": "object", "properties": {"name": text(NAME)}, "required": ["name"], "additionalProperties": false}),
            get_output(),
        ),
        tool(
            RENDER,
            "Fill a prompt",
            "Gives a prompt's text with the variables filled in, ready to be followed or sent.",
            json!({
                "type": "object",
                "properties": {
                    "name": text(NAME),
                    "variables": {
                        "type": "object",
                        "description": "A value for each variable; those with a default may be left out.",
                        "additionalProperties": {"type": "string"},
                    },
                },
                "required": ["name"],
                "additionalProperties": false,
            }),
            json!({
                "type": "object",
                "properties": {
                    "text": text("The prompt."),
                    "system": text("Instructions that belong before it; absent when there are none."),
                },
                "required": ["text"],
            }),
        ),
    ]);
    json!({"tools": tools, "ttlMs": KEEP_PUBLIC_MS, "cacheScope": "public"})
}

fn search_input() -> Value {
    json!({
        "type": "object",
        "properties": {
            "query": text("Words, \"phrases\", -words to leave out, tag:x, site:x, is:favourite."),
            "kind": {"type": "string", "enum": ["prompt", "snippet"], "description": "What to search; prompts when absent."},
            "tag": text("Only what has this tag."),
            "team": text("The name or id of a team, to search its library; one's own when absent."),
            "limit": {"type": "integer", "minimum": 1, "maximum": RESULTS, "description": "20 when absent."},
            "cursor": text("`next` of the results before."),
        },
        "additionalProperties": false,
    })
}

fn search_output() -> Value {
    let item = json!({
        "type": "object",
        "properties": {
            "name": text("What the other tools take; the id for snippets."),
            "id": text("The document."),
            "title": text("Its title."),
            "excerpt": text("First words of the text."),
            "tags": {"type": "array", "items": {"type": "string"}},
            "updated_at": {"type": "integer", "description": "Milliseconds since 1970."},
        },
        "required": ["name", "id", "title", "excerpt", "tags", "updated_at"],
    });
    json!({
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "total": {"type": "integer", "description": "Results in all; counted up to 1,000 on a search."},
            "next": text("Where the next results begin; absent on the last page."),
        },
        "required": ["items", "total"],
    })
}

fn get_output() -> Value {
    let variable = json!({
        "type": "object",
        "properties": {
            "name": text("Its name in the text."),
            "kind": {"type": "string", "enum": ["text", "number", "choice", "long_text"]},
            "options": {"type": "array", "items": {"type": "string"}},
            "default": text("The value when none is given."),
            "required": {"type": "boolean"},
            "help": text("What it is for."),
        },
        "required": ["name", "kind", "required"],
    });
    json!({
        "type": "object",
        "properties": {
            "id": text("The document."),
            "title": text("Its title."),
            "description": text("What it is for; absent when nobody said."),
            "text": text("The text with its {{variables}}."),
            "version": {"type": "integer", "description": "Which version of the text this is, counted from 1."},
            "tags": {"type": "array", "items": {"type": "string"}},
            "variables": {"type": "array", "items": variable},
        },
        "required": ["id", "title", "text", "version", "tags", "variables"],
    })
}

/// `tools/call`. What the agent got wrong is a result that says so, for it can try again; what is no tool is an error.
///
/// # Errors
/// No such tool, or what failed here.
pub async fn call(
    store: &Store,
    desk: Desk,
    params: &Map<String, Value>,
) -> Result<Value, RpcError> {
    let arguments = match params.get("arguments") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments.clone(),
        Some(_) => return Err(RpcError::params("The arguments are an object.")),
    };
    let outcome = match name_in(params)? {
        SEARCH => search(store, desk, &arguments).await,
        GET => store.read(move |conn| get(conn, &desk, &arguments)).await,
        RENDER => {
            store
                .read(move |conn| render(conn, &desk, &arguments))
                .await
        }
        _ => return Err(RpcError::params("There is no such tool; see tools/list.")),
    };
    match outcome {
        Ok((text, structured)) => Ok(json!({
            "content": [{"type": "text", "text": text}],
            "structuredContent": structured,
            "isError": false,
        })),
        Err(error) => match error.advice() {
            Some(why) => Ok(json!({"content": [{"type": "text", "text": why}], "isError": true})),
            None => Err(error),
        },
    }
}

/// Refuses arguments that a tool does not know: a misspelt one would be ignored, and the result would be another one.
fn only(arguments: &Map<String, Value>, known: &[&str]) -> Result<(), RpcError> {
    if arguments.keys().all(|name| known.contains(&name.as_str())) {
        return Ok(());
    }
    let why = format!(
        "There is an argument that the tool does not know; it knows {}.",
        known.join(", ")
    );
    Err(RpcError::params(why))
}

/// For people and programs at once: the text is the value, written out.
type Outcome = Result<(String, Value), RpcError>;

fn optional(arguments: &Map<String, Value>, name: &str) -> Result<Option<String>, RpcError> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(RpcError::params(format!("The argument {name} is a text."))),
    }
}

async fn search(store: &Store, desk: Desk, arguments: &Map<String, Value>) -> Outcome {
    only(
        arguments,
        &["query", "kind", "tag", "team", "limit", "cursor"],
    )?;
    let team = optional(arguments, "team")?;
    let kind = match optional(arguments, "kind")?.as_deref() {
        None | Some("prompt") => Kind::Prompt,
        Some("snippet") => Kind::Snippet,
        Some(_) => return Err(RpcError::params("The kind is prompt or snippet.")),
    };
    let limit = match arguments.get("limit") {
        None | Some(Value::Null) => 20,
        Some(limit) => limit
            .as_u64()
            .filter(|limit| (1..=RESULTS).contains(limit))
            .ok_or_else(|| RpcError::params(format!("The limit is 1 to {RESULTS}.")))?,
    };
    let query = ListQuery {
        kind: Some(kind),
        q: optional(arguments, "query")?,
        tag: optional(arguments, "tag")?,
        cursor: optional(arguments, "cursor")?,
        limit: u32::try_from(limit).ok(),
        ..ListQuery::default()
    };
    let (desk, space) = store
        .read(move |conn| -> Result<_, RpcError> {
            let space = desk.library(conn, team.as_deref())?;
            Ok((desk, space))
        })
        .await?;
    let page = library::list(store, space, query).await?;
    let ids: Vec<DocId> = page.items.iter().map(|it| it.id).collect();
    let names = store
        .read(move |conn| -> Result<Vec<String>, StoreError> {
            let name = |id: &DocId| desk.name_of(conn, space, *id);
            ids.iter().map(name).collect()
        })
        .await?;
    let item = |(it, name): (&Summary, &String)| {
        json!({
            "name": name,
            "id": it.id,
            "title": it.title,
            "excerpt": it.excerpt,
            "tags": it.tags,
            "updated_at": it.updated_at,
        })
    };
    let items: Vec<Value> = page.items.iter().zip(&names).map(item).collect();
    let mut found = json!({"items": items, "total": page.total});
    if let (Some(next), Some(fields)) = (page.next, found.as_object_mut()) {
        fields.insert("next".to_owned(), next.into());
    }
    Ok((found.to_string(), found))
}

fn get(conn: &mut Conn, desk: &Desk, arguments: &Map<String, Value>) -> Outcome {
    only(arguments, &["name"])?;
    let prompt = desk.prompt(conn, name_in(arguments)?)?;
    let document = &prompt.document;
    let tags: Vec<&str> = document.present_tags().collect();
    let variables: Vec<Value> = prompt.variables().iter().map(variable).collect();
    let mut found = json!({
        "id": document.id,
        "title": prompt.title,
        "text": prompt.text,
        "version": prompt.version,
        "tags": tags,
        "variables": variables,
    });
    let description = prompt.held.description.as_str();
    if let (false, Some(fields)) = (description.is_empty(), found.as_object_mut()) {
        fields.insert("description".to_owned(), description.into());
    }
    Ok((found.to_string(), found))
}

fn variable(variable: &Variable) -> Value {
    let (kind, options) = match &variable.kind {
        VariableKind::Text => ("text", None),
        VariableKind::Number => ("number", None),
        VariableKind::LongText => ("long_text", None),
        VariableKind::Choice { options } => ("choice", Some(options)),
    };
    let mut view = json!({
        "name": variable.name,
        "kind": kind,
        "required": variable.required && variable.default.is_none(),
    });
    if let Some(fields) = view.as_object_mut() {
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        put("options", options.map(|options| json!(options)));
        put("default", variable.default.as_deref().map(Value::from));
        put("help", variable.help.as_deref().map(Value::from));
    }
    view
}

fn render(conn: &mut Conn, desk: &Desk, arguments: &Map<String, Value>) -> Outcome {
    only(arguments, &["name", "variables"])?;
    let prompt = desk.prompt(conn, name_in(arguments)?)?;
    let done = rendered(&prompt, &values(arguments.get("variables"))?)?;
    let mut found = json!({"text": done.text});
    let text = match (&done.system, found.as_object_mut()) {
        (Some(system), Some(fields)) => {
            fields.insert("system".to_owned(), system.as_str().into());
            format!("{system}\n\n{}", done.text)
        }
        _ => done.text,
    };
    Ok((text, found))
}
