//! What a client's `model` means: a model, a bare name of one, or a saved prompt. Not the sending.

use super::error::ApiError;
use super::request::Ask;
use crate::executions::plan::plan;
use crate::executions::service::RunSpec;
use crate::store::models::Models;
use crate::store::slugs::{Named, Slugs};
use crate::store::{Conn, library, provider_keys, versions};
use crate::web::Fault;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::request::{ModelRef, Role};
use krowoc_shared::execution::settings::{ExecutionSettings, LONGEST_TIMEOUT_MS};
use krowoc_shared::execution::wire::RunRequest;
use krowoc_shared::ids::{SpaceId, UserId};
use krowoc_shared::library::document::Field;

/// How a saved prompt's name begins.
pub const PROMPT: &str = "prompt:";
/// Longest title of a conversation, in characters.
const TITLE_CHARS: usize = 80;

/// A run of the conversation with a model.
///
/// # Errors
/// What is missing, or does not go together.
pub fn conversation(model: ModelRef, ask: Ask) -> Result<RunSpec, ApiError> {
    if ask.run_model.is_some() {
        let why = "run_model is for prompts; name the model in the field model.";
        return Err(ApiError::invalid("run_model", why));
    }
    if ask.messages.is_empty() {
        return Err(ApiError::invalid("messages", "Send at least one message."));
    }
    let last = ask.messages.iter().rev().find(|it| it.role == Role::User);
    let first_line = last.and_then(|it| it.text.lines().find(|line| !line.trim().is_empty()));
    let title = first_line.unwrap_or_default().trim().chars();
    Ok(RunSpec {
        title: title.take(TITLE_CHARS).collect(),
        messages: ask.messages,
        parameters: ask.parameters,
        models: vec![model],
        // The client has a window of its own, and the call ends when it goes away.
        timeout_ms: LONGEST_TIMEOUT_MS,
        tools: ask.tools,
        tool_choice: ask.tool_choice,
        streaming: ask.stream,
        ..RunSpec::default()
    })
}

/// Who asks, and where names are looked up.
pub struct Desk {
    /// The account.
    pub user: UserId,
    /// The libraries that it may read, its own first.
    pub spaces: Vec<SpaceId>,
    /// The catalogue.
    pub models: Models,
    /// The prompts by slug.
    pub slugs: Slugs,
}

impl Desk {
    /// What is to be run.
    ///
    /// # Errors
    /// What is not there, or does not go together.
    pub fn spec(&self, conn: &mut Conn, mut ask: Ask) -> Result<RunSpec, ApiError> {
        let model = std::mem::take(&mut ask.model);
        match model.strip_prefix(PROMPT) {
            Some(named) => self.prompt(conn, named, ask),
            None => conversation(self.named(conn, &model)?, ask),
        }
    }

    /// A model of this name, with or without its provider.
    fn named(&self, conn: &mut Conn, name: &str) -> Result<ModelRef, ApiError> {
        match ModelRef::parse(name) {
            Some(model) => Ok(model),
            None => self.bare(conn, name),
        }
    }

    /// The model of a name without its provider: the one that the caller has a key for, or the only one that there is.
    fn bare(&self, conn: &mut Conn, name: &str) -> Result<ModelRef, ApiError> {
        let known = self.models.at(conn)?;
        let named: Vec<&ModelRef> = known
            .listed
            .iter()
            .filter(|it| it.active && it.model.model == name)
            .map(|it| &it.model)
            .collect();
        let own = provider_keys::providers(conn, self.user)?;
        let usable: Vec<&ModelRef> = named
            .iter()
            .copied()
            .filter(|it| own.contains(&it.provider))
            .collect();
        match (usable.as_slice(), named.as_slice()) {
            ([only], _) | ([], [only]) => Ok((*only).clone()),
            ([], []) => Err(ApiError::no_model(format!(
                "There is no model {name}. Write provider/model, such as openai/gpt-4o-mini, or prompt: and the slug of a prompt."
            ))),
            (several, _) => {
                let several = if several.is_empty() {
                    named.iter()
                } else {
                    several.iter()
                };
                let several: Vec<String> = several.map(ToString::to_string).collect();
                Err(ApiError::no_model(format!(
                    "{name} could be {}: write one of these.",
                    several.join(" or ")
                )))
            }
        }
    }

    fn prompt(&self, conn: &mut Conn, named: &str, ask: Ask) -> Result<RunSpec, ApiError> {
        let name = named.split_once('@').map_or(named, |(name, _)| name);
        let none = || {
            ApiError::no_model(format!(
                "There is no prompt {name}. Its name is the slug of its title, or its id."
            ))
        };
        let found = self.slugs.anywhere(conn, &self.spaces, named)?;
        let (space, found) = found.ok_or_else(none)?;
        let (id, rev) = match found {
            Named::Found { id, rev } => (id, rev.map(|version| version.rev)),
            Named::NoPrompt => return Err(none()),
            Named::NoVersion(number) => {
                return Err(ApiError::no_model(format!(
                    "The prompt {name} has no version {number}; see its history."
                )));
            }
            Named::NotPublished => {
                return Err(ApiError::no_model(format!(
                    "No version of the prompt {name} is published; leave @published out, or publish it."
                )));
            }
            Named::NotANumber => {
                let why = "After @ stands the number of a version, such as prompt:my-prompt@3, or published.";
                return Err(ApiError::invalid("model", why));
            }
        };
        let document = match library::get(conn, space, id).map_err(Fault::from) {
            Err(fault) if fault.code == ErrorCode::NotFound => return Err(none()),
            found => found?.document,
        };
        let kept = match rev {
            Some(rev) => versions::at(conn, space, id, rev)?,
            None => None,
        };
        let published = kept.and_then(|kept| kept.as_published().cloned());
        let settings = match &published {
            Some(snapshot) => ExecutionSettings::of(&snapshot.execution),
            None => ExecutionSettings::of(document.value(Field::Execution)),
        };
        let is_system = settings.role == Role::System;
        let last = ask.messages.iter().rev().find(|it| it.role == Role::User);
        let chosen = ask.run_model.as_deref();
        let chosen = chosen.map(|name| self.named(conn, name)).transpose()?;
        let request = RunRequest {
            prompt: Some(id),
            version: rev,
            text: None,
            system: None,
            role: None,
            input: last.filter(|_| is_system).map(|it| it.text.clone()),
            variables: ask.variables,
            models: chosen.into_iter().collect(),
            parameters: ask.parameters,
            key: None,
        };
        let mut spec = plan(conn, self.user, space, &request)?;
        spec.team = Some(space).filter(|space| self.spaces.first() != Some(space));
        if is_system {
            // Instructions alone: the conversation follows whole, with the text that stood in for it.
            spec.messages.truncate(1);
        }
        spec.messages.extend(ask.messages);
        Ok(RunSpec {
            tools: ask.tools,
            tool_choice: ask.tool_choice,
            streaming: ask.stream,
            ..spec
        })
    }
}
