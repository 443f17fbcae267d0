//! From a person's request to what is sent: the prompt's text and settings, the variables, the models that it allows. Not the sending.

use super::service::{PromptRef, RunSpec};
use crate::store::runnable::{self, Runnable};
use crate::store::{Conn, StoreError, accounts, library, versions};
use crate::web::{Fault, Reply};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::request::{Message, ModelRef, Parameters, Role};
use krowoc_shared::execution::settings::{ExecutionSettings, USUAL_TIMEOUT_MS};
use krowoc_shared::execution::wire::RunRequest;
use krowoc_shared::ids::{DocId, PublicationId, SpaceId, UserId};
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::lifecycle::Snapshot;
use krowoc_shared::prompts::{FillError, Variable, fill};
use std::collections::BTreeMap;

/// Most models of one run.
const MODELS: usize = 4;
/// Longest title of an inline text, in characters.
const TITLE_CHARS: usize = 80;

/// What a run is made of.
struct Source {
    prompt: Option<PromptRef>,
    /// The public prompt that it is a copy of, as it was taken.
    copy: Option<PublicationId>,
    title: String,
    text: String,
    described: Vec<Variable>,
    settings: ExecutionSettings,
}

/// Makes a run of a request, for who asks.
///
/// # Errors
/// What is wrong with the request, with the field.
pub fn plan(conn: &mut Conn, user: UserId, space: SpaceId, request: &RunRequest) -> Reply<RunSpec> {
    match request.prompt {
        None => plan_text(request),
        Some(id) => {
            check(request)?;
            let found = prompt(conn, user, space, id)?;
            made(source(conn, space, found, request)?, request)
        }
    }
}

/// Makes a run of a request without a prompt: nothing is looked up for it.
///
/// # Errors
/// What is wrong with the request, with the field.
pub fn plan_text(request: &RunRequest) -> Reply<RunSpec> {
    check(request)?;
    if request.version.is_some() {
        return Err(invalid("/version", "A version needs a prompt."));
    }
    let text = request.text.clone().unwrap_or_default();
    let source = Source {
        prompt: None,
        copy: None,
        title: title_of(&text),
        text,
        described: Vec::new(),
        settings: ExecutionSettings::default(),
    };
    made(source, request)
}

fn check(request: &RunRequest) -> Reply<()> {
    let parameters = request.parameters.check();
    parameters.map_err(|(field, right)| {
        invalid(&format!("/parameters/{field}"), &format!("Write {right}."))
    })
}

fn made(source: Source, request: &RunRequest) -> Reply<RunSpec> {
    let models = models(request, &source.settings)?;
    let settings = &source.settings;
    let system = request.system.as_deref().unwrap_or(&settings.system);
    let role = request.role.unwrap_or(settings.role);
    let input = request.input.as_deref().unwrap_or_default();
    let described = &source.described;
    let text = rendered(&source.text, "/text", described, &request.variables)?;
    if text.trim().is_empty() {
        return Err(invalid(
            "/text",
            "The text is empty; there is nothing to send.",
        ));
    }
    let mut messages = Vec::with_capacity(2);
    let message = |role, text| Message {
        role,
        text,
        ..Message::default()
    };
    match role {
        Role::User => {
            if !input.is_empty() {
                let why = "An input is for texts that are instructions: send role system with it, or none.";
                return Err(invalid("/input", why));
            }
            if !system.trim().is_empty() {
                let system = rendered(system, "/system", described, &request.variables)?;
                messages.push(message(Role::System, system));
            }
            messages.push(message(Role::User, text));
        }
        Role::System => {
            if input.trim().is_empty() {
                let why = "The text is instructions: add an input for them to work on.";
                return Err(invalid("/input", why));
            }
            messages.push(message(Role::System, text));
            messages.push(message(Role::User, input.to_owned()));
        }
        Role::Assistant | Role::Tool => {
            return Err(invalid("/role", "Write user or system."));
        }
    }
    Ok(RunSpec {
        prompt: source.prompt,
        copy: source.copy,
        title: source.title,
        messages,
        variables: request.variables.clone(),
        parameters: merged(&request.parameters, &settings.parameters),
        models,
        fallbacks: settings.fallbacks.clone(),
        timeout_ms: settings.timeout_ms.unwrap_or(USUAL_TIMEOUT_MS),
        key: request.key,
        streaming: true,
        ..RunSpec::default()
    })
}

fn invalid(field: &str, detail: &str) -> Fault {
    Fault::new(ErrorCode::InvalidField)
        .field(field)
        .detail(detail)
}

fn source(conn: &mut Conn, space: SpaceId, found: Runnable, request: &RunRequest) -> Reply<Source> {
    let Runnable { document, copies } = found;
    let id = document.id;
    let current = document.body.rev;
    let version = request.version.unwrap_or(current);
    let kept = match request.version {
        Some(version) => versions::at(conn, space, id, version)?,
        None => None,
    };
    // A text that the version does not have is run as what it is: nothing that is known of the version is said of it.
    let of_version = match (&request.text, &kept) {
        (Some(draft), Some(kept)) => *draft == kept.text,
        (Some(draft), None) => version == current && *draft == document.body.text,
        (None, _) => true,
    };
    let kept = kept.filter(|_| request.text.is_none());
    let text = match (&request.text, &kept) {
        (Some(draft), _) => draft.clone(),
        (None, Some(kept)) => kept.text.clone(),
        (None, None) if version == current => document.body.text.clone(),
        (None, None) => {
            return Err(Fault::new(ErrorCode::UnknownRevision)
                .field("/version")
                .detail("The prompt has no such version; see its history."));
        }
    };
    // A published version is run as it was published, whatever was edited since.
    let published = kept.and_then(|kept| Some((kept.title.clone(), kept.as_published()?.clone())));
    let now = || (document.title().to_owned(), Snapshot::of(&document));
    let (title, held) = published.unwrap_or_else(now);
    Ok(Source {
        prompt: Some(PromptRef {
            id,
            version: of_version.then_some(version),
        }),
        copy: copies
            .into_iter()
            .find(|(rev, _)| of_version && *rev == version)
            .map(|(_, publication)| publication),
        title,
        text,
        described: Variable::list(&held.variables),
        settings: ExecutionSettings::of(&held.execution),
    })
}

fn prompt(conn: &mut Conn, user: UserId, space: SpaceId, id: DocId) -> Reply<Runnable> {
    let found = runnable::get(conn, space, id, user)?;
    let document = &found.document;
    if document.purged {
        return Err(Fault::new(ErrorCode::NotFound).field("/prompt"));
    }
    if document.kind != Kind::Prompt {
        return Err(Fault::new(ErrorCode::KindMismatch)
            .field("/prompt")
            .detail("Only prompts can be run."));
    }
    Ok(found)
}

fn title_of(text: &str) -> String {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first
        .unwrap_or_default()
        .chars()
        .take(TITLE_CHARS)
        .collect()
}

fn models(request: &RunRequest, settings: &ExecutionSettings) -> Reply<Vec<ModelRef>> {
    let models: Vec<ModelRef> = if request.models.is_empty() {
        settings.model.iter().cloned().collect()
    } else {
        request.models.clone()
    };
    if models.is_empty() {
        return Err(invalid(
            "/models",
            "Choose a model, or give the prompt a default one.",
        ));
    }
    if models.len() > MODELS {
        return Err(invalid("/models", "Choose at most four models."));
    }
    for (at, model) in models.iter().enumerate() {
        if !settings.allows(model) {
            return Err(not_allowed(settings, model).field(format!("/models/{at}")));
        }
    }
    Ok(models)
}

fn not_allowed(settings: &ExecutionSettings, model: &ModelRef) -> Fault {
    let allowed: Vec<String> = settings.allow.iter().map(ToString::to_string).collect();
    let detail = format!(
        "The prompt does not allow {model}. It allows {}.",
        allowed.join(", ")
    );
    Fault::new(ErrorCode::ModelNotAllowed).detail(detail)
}

/// A prompt's settings as they are now, for a run that is made again; `None` when the prompt is gone.
///
/// # Errors
/// The store's.
pub fn settings_now(
    conn: &mut Conn,
    user: UserId,
    team: Option<SpaceId>,
    prompt: DocId,
) -> Result<Option<ExecutionSettings>, StoreError> {
    let space = match team {
        Some(team) => team,
        None => accounts::personal_space(conn, user)?.0,
    };
    match library::get(conn, space, prompt) {
        Ok(stored) => Ok(Some(ExecutionSettings::of(
            stored.document.value(Field::Execution),
        ))),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Holds a run that is made again to what its prompt allows now, which may be less than when it was made.
///
/// # Errors
/// [`ErrorCode::ModelNotAllowed`].
pub fn allow_again(settings: &ExecutionSettings, spec: &mut RunSpec) -> Reply<()> {
    if let Some(model) = spec.models.iter().find(|model| !settings.allows(model)) {
        return Err(not_allowed(settings, model));
    }
    spec.fallbacks.retain(|model| settings.allows(model));
    Ok(())
}

/// What the request says wins over what the prompt says.
fn merged(request: &Parameters, prompt: &Parameters) -> Parameters {
    let (one, other) = (request.clone(), prompt.clone());
    Parameters {
        temperature: one.temperature.or(other.temperature),
        top_p: one.top_p.or(other.top_p),
        max_output_tokens: one.max_output_tokens.or(other.max_output_tokens),
        stop: if one.stop.is_empty() {
            other.stop
        } else {
            one.stop
        },
        seed: one.seed.or(other.seed),
        reasoning_effort: one.reasoning_effort.or(other.reasoning_effort),
        json_schema: one.json_schema.or(other.json_schema),
    }
}

fn rendered(
    text: &str,
    field: &str,
    described: &[Variable],
    given: &BTreeMap<String, String>,
) -> Reply<String> {
    fill(text, described, given).map_err(|error| {
        let (code, field) = match &error {
            FillError::Template(_) => (ErrorCode::InvalidTemplate, field.to_owned()),
            FillError::Values(errors) => {
                let first = errors.first().map(|error| error.name.as_str());
                let field = format!("/variables/{}", pointer(first.unwrap_or_default()));
                (ErrorCode::InvalidVariables, field)
            }
            FillError::Missing(_) | FillError::TooLong => {
                (ErrorCode::InvalidVariables, "/variables".to_owned())
            }
        };
        Fault::new(code).field(field).detail(format!("{error}."))
    })
}

/// A name as a part of a JSON pointer.
fn pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
