//! What a person fills in before a run, and the request it becomes. Pure; not the fields on the page.

use crate::execution::Knobs;
use krowoc_shared::execution::request::{ModelRef, Parameters, Role};
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::execution::wire::{ExecutionDetail, RunRequest};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Document, Field};
use krowoc_shared::prompts::{
    Analysis, Template, Variable, analyse, escape, merge, parse, resolve,
};
use std::collections::BTreeMap;

/// Most models of one run.
pub const MOST_MODELS: usize = 4;

/// The form of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// The saved prompt; absent for a text of one's own.
    pub prompt: Option<DocId>,
    /// Its title.
    pub title: String,
    /// The template.
    pub text: String,
    /// Instructions before a text of one's own.
    pub system: String,
    /// What a person adds to instructions.
    pub input: String,
    /// Variables as they were described.
    pub described: Vec<Variable>,
    /// How the prompt wants to be run.
    pub settings: ExecutionSettings,
    /// What was filled in.
    pub values: BTreeMap<String, String>,
    /// The chosen models.
    pub models: Vec<ModelRef>,
}

/// What stands in the way of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is nothing to send.
    NoText,
    /// Nobody to send it to.
    NoModels,
    /// Instructions without anything to work on.
    NoInput,
    /// A placeholder that cannot be read, as a sentence.
    Template(String),
    /// A variable by name, and a sentence.
    Variable(String, String),
    /// A parameter by name, and a sentence.
    Parameter(&'static str, String),
}

impl Form {
    /// The form of a saved prompt.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let settings = ExecutionSettings::of(document.value(Field::Execution));
        Self {
            prompt: Some(document.id),
            title: document.title().to_owned(),
            text: document.body.text.clone(),
            described: Variable::list(document.value(Field::Variables)),
            models: settings.model.iter().cloned().collect(),
            settings,
            ..Self::default()
        }
    }

    /// Takes over what an earlier execution was run with.
    pub fn take_over(&mut self, detail: &ExecutionDetail) -> Knobs {
        self.values.clone_from(&detail.variables);
        self.models = vec![detail.view.model.clone()];
        let text = |role: Role| {
            let of_role = detail.messages.iter().filter(|it| it.role == role);
            of_role.map(|it| it.text.as_str()).collect::<Vec<_>>()
        };
        let (system, user) = (
            text(Role::System).join("\n\n"),
            text(Role::User).join("\n\n"),
        );
        if self.prompt.is_some() {
            if self.takes_input() {
                self.input = user;
            }
        } else {
            self.title.clone_from(&detail.view.title);
            // What was sent is no template any more.
            self.text = escape(&user);
            self.system = escape(&system);
            self.values.clear();
        }
        Knobs::of(&detail.parameters)
    }

    /// Whether the text is instructions for an input.
    #[must_use]
    pub fn takes_input(&self) -> bool {
        self.prompt.is_some() && self.settings.role == Role::System
    }

    /// The instructions that go before the text.
    fn before(&self) -> &str {
        if self.prompt.is_some() {
            &self.settings.system
        } else {
            &self.system
        }
    }

    /// The variables of the text and of the instructions before it, each once.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut all = merge(&self.described, &analyse(&self.text).template).variables;
        let before = merge(&self.described, &analyse(self.before()).template).variables;
        for variable in before {
            if !all.iter().any(|it| it.name == variable.name) {
                all.push(variable);
            }
        }
        all
    }

    /// What stands in the way, in the order of the page; empty when the run can begin.
    #[must_use]
    pub fn faults(&self, knobs: &Knobs) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.text.trim().is_empty() {
            faults.push(Fault::NoText);
        }
        for text in [self.text.as_str(), self.before()] {
            let Analysis { errors, .. } = analyse(text);
            faults.extend(
                errors
                    .iter()
                    .map(|error| Fault::Template(error.to_string())),
            );
        }
        if let Err(errors) = resolve(&self.variables(), &self.given()) {
            faults.extend(errors.into_iter().map(|error| {
                let sentence = error.to_string();
                Fault::Variable(error.name, sentence)
            }));
        }
        if self.takes_input() && self.input.trim().is_empty() {
            faults.push(Fault::NoInput);
        }
        if self.models.is_empty() {
            faults.push(Fault::NoModels);
        }
        if let Err(wrong) = knobs.read() {
            faults.extend(
                wrong
                    .into_iter()
                    .map(|(name, text)| Fault::Parameter(name, text)),
            );
        }
        faults
    }

    /// Values that were filled in; an empty field leaves it to the default.
    fn given(&self) -> BTreeMap<String, String> {
        let names = self.variables();
        let known = |name: &str| names.iter().any(|it| it.name == name);
        self.values
            .iter()
            .filter(|(name, value)| !value.is_empty() && known(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The request; of a form with faults as far as it goes, for an estimate.
    #[must_use]
    pub fn request(&self, knobs: &Knobs) -> RunRequest {
        let variables = self.variables();
        let mut values = self.given();
        for variable in variables {
            if let Some(default) = variable.default {
                values.entry(variable.name).or_insert(default);
            } else if !variable.required {
                values.entry(variable.name).or_default();
            }
        }
        let own = self.prompt.is_none();
        RunRequest {
            prompt: self.prompt,
            version: None,
            text: own.then(|| self.text.clone()),
            system: Some(self.system.clone()).filter(|text| own && !text.trim().is_empty()),
            role: None,
            input: Some(self.input.clone()).filter(|_| self.takes_input()),
            variables: values,
            models: self.models.clone(),
            parameters: knobs.read().unwrap_or_default(),
            key: None,
        }
    }

    /// The text as it would be sent, as far as it is filled in: what is missing stays a placeholder.
    #[must_use]
    pub fn rendered(&self) -> String {
        let values = self.given();
        let render = |text: &str| {
            let template: Option<Template> = parse(text).ok();
            template
                .and_then(|it| it.render(&values).ok())
                .unwrap_or_else(|| text.to_owned())
        };
        let parts = [
            render(self.before()),
            render(&self.text),
            self.input.clone(),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        parts.join("\n")
    }

    /// The parameters in force where a field is empty.
    #[must_use]
    pub fn usual(&self) -> Parameters {
        self.settings.parameters.clone()
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
pub(super) mod tests;
