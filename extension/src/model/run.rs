//! One run as a page sees it: what was asked, what has come, how it stands. Not the connection, and not the elements.

use crate::messages::RunForm;
use krowoc_shared::error::Problem;
use krowoc_shared::execution::request::{ModelRef, Role};
use krowoc_shared::execution::stream::SseParser;
use krowoc_shared::execution::wire::{
    Cost, ExecutionState, ExecutionView, RunRequest, StreamEvent,
};
use krowoc_shared::ids::{DocId, GroupId, Millis};
use krowoc_shared::prompts::{VariableErrorKind, resolve};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bytes that one event of our own server may have.
const LARGEST: usize = 4 * 1024 * 1024;
/// Milliseconds before the first attempt to go on with a stream that broke, and the longest wait.
const FIRST_WAIT: u32 = 500;
const LONGEST_WAIT: u32 = 8_000;

/// What a person filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// Values by variable.
    pub values: BTreeMap<String, String>,
    /// What the instructions are about, when the text is instructions.
    pub input: String,
    /// The model.
    pub model: Option<ModelRef>,
}

/// A run that another page can come back to, until the browser is closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Its group.
    pub group: GroupId,
    /// What was filled in.
    pub filled: Filled,
}

/// The name that the last run of a prompt is kept under.
#[must_use]
pub fn kept_name(prompt: DocId) -> String {
    format!("run:{prompt}")
}

/// The values of a form's variables, with defaults for what was left empty; what is wrong with each variable that has no right value.
///
/// # Errors
/// By the variable's name.
pub fn values(
    form: &RunForm,
    filled: &Filled,
) -> Result<BTreeMap<String, String>, BTreeMap<String, VariableErrorKind>> {
    let mut given = filled.values.clone();
    // A field that was left empty is not an empty value where there is a default.
    given.retain(|name, value| {
        let variable = form
            .variables
            .iter()
            .find(|variable| variable.name == *name);
        !value.is_empty() || variable.is_some_and(|variable| variable.default.is_none())
    });
    resolve(&form.variables, &given).map_err(|errors| {
        let wrong = errors.into_iter().map(|error| (error.name, error.kind));
        wrong.collect()
    })
}

/// The request of a form; what is wrong with each variable that has no right value.
///
/// # Errors
/// By the variable's name. The model has none: its name is empty.
pub fn request(
    form: &RunForm,
    filled: &Filled,
) -> Result<RunRequest, BTreeMap<String, VariableErrorKind>> {
    let variables = values(form, filled)?;
    let Some(model) = filled.model.clone() else {
        return Err(BTreeMap::from([(String::new(), VariableErrorKind::Empty)]));
    };
    let instructions = form.settings.role == Role::System;
    Ok(RunRequest {
        prompt: form.known.then_some(form.doc_id),
        version: None,
        text: form.draft.then(|| form.text.clone()),
        system: (!form.known).then(|| form.settings.system.clone()),
        role: (!form.known).then_some(form.settings.role),
        input: instructions.then(|| filled.input.clone()),
        variables,
        models: vec![model],
        parameters: form.settings.parameters.clone(),
        key: None,
    })
}

/// What has come of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// Its group, once the server has it.
    pub group: Option<GroupId>,
    /// Where a stream that broke goes on.
    pub last_id: String,
    /// How it stands.
    pub view: Option<ExecutionView>,
    /// The answer so far.
    pub text: String,
    /// The reasoning so far.
    pub reasoning: String,
    /// How often the answer began anew.
    pub anew: u32,
    /// Why there is no run, or no more of it.
    pub problem: Option<Problem>,
    /// Nothing more will come.
    pub ended: bool,
}

impl Run {
    /// One that the server has, of which nothing is known here.
    #[must_use]
    pub fn of(group: GroupId) -> Self {
        Self {
            group: Some(group),
            ..Self::default()
        }
    }

    /// Takes an event.
    pub fn take(&mut self, event: StreamEvent) {
        match event {
            StreamEvent::Started(started) => {
                self.group = Some(started.group);
                self.view = started.executions.into_iter().next();
            }
            StreamEvent::Text { text, .. } => self.text.push_str(&text),
            StreamEvent::Reasoning { text, .. } => self.reasoning.push_str(&text),
            StreamEvent::Changed { execution } => {
                let attempts = |view: &ExecutionView| view.attempts.len();
                let before = self.view.as_ref().map_or(0, attempts);
                // Another attempt after text was shown: its server ended before it kept that text.
                let shown = !(self.text.is_empty() && self.reasoning.is_empty());
                if attempts(&execution) != before && shown {
                    self.text.clear();
                    self.reasoning.clear();
                    self.anew = self.anew.wrapping_add(1);
                }
                self.view = Some(*execution);
            }
            StreamEvent::Done { execution } => self.view = Some(*execution),
            StreamEvent::Problem { problem } => {
                self.problem = Some(problem);
                self.ended = true;
            }
            StreamEvent::End => self.ended = true,
        }
    }

    /// Where it stands; waiting while nothing is known.
    #[must_use]
    pub fn state(&self) -> ExecutionState {
        self.view
            .as_ref()
            .map_or(ExecutionState::Waiting, |view| view.state)
    }

    /// When the next attempt begins, while it waits for one.
    #[must_use]
    pub fn waits_until(&self) -> Option<Millis> {
        let view = self.view.as_ref().filter(|view| !view.state.is_final())?;
        view.attempts.last()?.next_at
    }

    /// What it cost in dollars, and whether that is our own estimate; `None` while unknown or without a price.
    #[must_use]
    pub fn cost(&self) -> Option<(String, bool)> {
        match self.view.as_ref()?.cost {
            Cost::Exact(amount) => Some((amount.to_string(), false)),
            Cost::Estimated(amount) => Some((amount.to_string(), true)),
            Cost::Pending | Cost::Unpriced => None,
        }
    }
}

/// Reads a stream's bytes into a run.
#[derive(Debug)]
pub struct Reader {
    parser: SseParser,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            parser: SseParser::new(LARGEST),
        }
    }
}

impl Reader {
    /// Takes the next bytes. What is no event of ours is passed over; a stream that no parser can follow ends, to be begun again.
    pub fn read(&mut self, bytes: &[u8], run: &mut Run) -> bool {
        let fed = self.parser.feed(bytes, |event| {
            if let Some(known) = event_of(&event.name, &event.data) {
                run.last_id = event.id.into_owned();
                run.take(known);
            }
        });
        fed.is_ok()
    }
}

/// An event of a name and its data.
fn event_of(name: &str, data: &str) -> Option<StreamEvent> {
    let value: serde_json::Value = serde_json::from_str(data).ok()?;
    // An event without content may say so in either way.
    let mut object = match value {
        serde_json::Value::Object(object) => object,
        serde_json::Value::Null => serde_json::Map::new(),
        _ => return None,
    };
    object.insert("event".to_owned(), name.into());
    serde_json::from_value(object.into()).ok()
}

/// Milliseconds to wait before a stream that broke is gone on with.
#[must_use]
pub fn wait(failures: u32) -> u32 {
    let doubled = 2_u32.saturating_pow(failures.min(10));
    FIRST_WAIT.saturating_mul(doubled).min(LONGEST_WAIT)
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
