//! The library's prompts as the protocol's prompts: listed, filled, their arguments completed. Not the tools.

use super::desk::{Desk, Prompt, variables};
use super::message::RpcError;
use crate::store::{Conn, library};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use krowoc_shared::execution::request::Role;
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::{Document, Field};
use krowoc_shared::prompts::{Variable, VariableKind, fill};
use krowoc_shared::text::fold;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

/// Prompts of a page.
const PAGE: usize = 100;
/// Most values that are proposed: the protocol's limit.
const PROPOSED: usize = 100;

/// `prompts/list`: a page, in the order of the names.
///
/// # Errors
/// A cursor that none of these pages gave.
pub fn list(conn: &mut Conn, desk: &Desk, params: &Map<String, Value>) -> Result<Value, RpcError> {
    let after =
        match params.get("cursor") {
            None | Some(Value::Null) => None,
            Some(cursor) => Some(cursor_read(cursor).ok_or_else(|| {
                RpcError::params("Send the nextCursor of the page before, or none.")
            })?),
        };
    // By slug, and of the same slug the one that it means.
    let mut all: BTreeMap<String, (SpaceId, DocId)> = BTreeMap::new();
    for space in &desk.spaces {
        let names = desk.slugs.of(conn, *space)?;
        let some = names.after(after.as_deref());
        for (name, id) in some.take(PAGE.saturating_add(1)) {
            all.entry(name.to_owned()).or_insert((*space, id));
        }
    }
    let more = all.len() > PAGE;
    let page: Vec<(String, (SpaceId, DocId))> = all.into_iter().take(PAGE).collect();
    let mut found = HashMap::new();
    for space in &desk.spaces {
        let here = page.iter().filter(|(_, (it, _))| it == space);
        let ids: Vec<DocId> = here.map(|(_, (_, id))| *id).collect();
        found.extend(library::find(conn, *space, &ids)?);
    }
    let prompts = page.iter().filter_map(|(name, (_, id))| {
        let document = &found.get(id)?.document;
        // What is in the archive is not in use: it is not offered, and its name still works.
        (!document.lifecycle.is_archived()).then(|| view(name, document))
    });
    let prompts: Vec<Value> = prompts.collect();
    let mut result = json!({"prompts": prompts, "ttlMs": 0, "cacheScope": "private"});
    if let (true, Some((last, _)), Some(fields)) = (more, page.last(), result.as_object_mut()) {
        fields.insert("nextCursor".to_owned(), URL_SAFE_NO_PAD.encode(last).into());
    }
    Ok(result)
}

fn cursor_read(cursor: &Value) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor.as_str()?).ok()?;
    String::from_utf8(bytes).ok()
}

fn view(name: &str, document: &Document) -> Value {
    let arguments = variables(document.value(Field::Variables), &document.body.text);
    let arguments: Vec<Value> = arguments.iter().map(argument).collect();
    let mut view = json!({"name": name, "title": document.title(), "arguments": arguments});
    put_description(&mut view, document.text(Field::Description));
    view
}

fn put_description(view: &mut Value, description: &str) {
    if let (false, Some(fields)) = (description.is_empty(), view.as_object_mut()) {
        fields.insert("description".to_owned(), description.into());
    }
}

fn argument(variable: &Variable) -> Value {
    let mut said: Vec<String> = variable.help.iter().cloned().collect();
    match &variable.kind {
        VariableKind::Choice { options } => said.push(format!("One of: {}.", options.join(", "))),
        VariableKind::Number => said.push("A number.".to_owned()),
        VariableKind::Text | VariableKind::LongText => {}
    }
    if let Some(default) = variable.default.as_deref().filter(|it| !it.is_empty()) {
        said.push(format!("When left out: {default}"));
    }
    json!({
        "name": variable.name,
        "title": variable.title(),
        "description": said.join(" "),
        "required": variable.required && variable.default.is_none(),
    })
}

/// A name in the parameters.
///
/// # Errors
/// When there is none.
pub fn name_in(params: &Map<String, Value>) -> Result<&str, RpcError> {
    let name = params.get("name").and_then(Value::as_str);
    name.ok_or_else(|| RpcError::params("The parameter name is missing, or no text."))
}

/// Values by variable: texts, and numbers and truth values as they are written.
///
/// # Errors
/// Anything else.
pub fn values(given: Option<&Value>) -> Result<BTreeMap<String, String>, RpcError> {
    let wrong =
        || RpcError::params("Values are an object of texts, by the names of the variables.");
    let given = match given {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(given) => given.as_object().ok_or_else(wrong)?,
    };
    let one = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(wrong()),
        };
        Ok((name.clone(), value))
    };
    given.iter().map(one).collect()
}

/// A prompt with its values.
pub struct Rendered {
    /// Instructions for the model, when the prompt has some beside its text.
    pub system: Option<String>,
    /// The text.
    pub text: String,
}

/// Puts values into a prompt and its instructions.
///
/// # Errors
/// Which values are missing or do not fit.
pub fn rendered(prompt: &Prompt, given: &BTreeMap<String, String>) -> Result<Rendered, RpcError> {
    let described = Variable::list(&prompt.held.variables);
    let put = |text: &str| {
        fill(text, &described, given).map_err(|error| RpcError::params(format!("{error}.")))
    };
    let settings = ExecutionSettings::of(&prompt.held.execution);
    let has_system = settings.role == Role::User && !settings.system.trim().is_empty();
    Ok(Rendered {
        system: has_system.then(|| put(&settings.system)).transpose()?,
        text: put(&prompt.text)?,
    })
}

/// `prompts/get`: the prompt's messages. The protocol has no system role here: instructions come first, as the user's.
///
/// # Errors
/// A name that is not there, or values that do not fit.
pub fn get(conn: &mut Conn, desk: &Desk, params: &Map<String, Value>) -> Result<Value, RpcError> {
    let prompt = desk.prompt(conn, name_in(params)?)?;
    let rendered = rendered(&prompt, &values(params.get("arguments"))?)?;
    let message = |text: String| json!({"role": "user", "content": {"type": "text", "text": text}});
    let messages = rendered.system.into_iter().chain([rendered.text]);
    let messages: Vec<Value> = messages.map(message).collect();
    let mut result = json!({"messages": messages});
    put_description(&mut result, &prompt.held.description);
    Ok(result)
}

/// `completion/complete`: the options of a choice that begin with what was typed, or hold it.
///
/// # Errors
/// A reference that is no prompt's.
pub fn complete(
    conn: &mut Conn,
    desk: &Desk,
    params: &Map<String, Value>,
) -> Result<Value, RpcError> {
    let reference = params.get("ref").and_then(Value::as_object);
    let is_prompt = |it: &&Map<String, Value>| it.get("type") == Some(&json!("ref/prompt"));
    let reference = reference.filter(is_prompt).ok_or_else(|| {
        RpcError::params("Only arguments of prompts are completed: send a ref of type ref/prompt.")
    })?;
    let prompt = desk.prompt(conn, name_in(reference)?)?;
    let argument = params.get("argument").and_then(Value::as_object);
    let argument =
        argument.ok_or_else(|| RpcError::params("The parameter argument is missing."))?;
    let name = name_in(argument)?;
    let typed = fold(
        argument
            .get("value")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    );
    let mut values: Vec<String> = prompt
        .variables()
        .into_iter()
        .find(|variable| variable.name == name)
        .map(|variable| match variable.kind {
            VariableKind::Choice { options } => options,
            _ => Vec::new(),
        })
        .unwrap_or_default();
    values.retain(|option| fold(option).contains(&typed));
    values.sort_by_key(|option| !fold(option).starts_with(&typed));
    let total = values.len();
    values.truncate(PROPOSED);
    let more = total > values.len();
    Ok(json!({"completion": {"values": values, "total": total, "hasMore": more}}))
}
