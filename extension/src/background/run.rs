//! What a page asks for before it runs a prompt. Not the stream: the page holds it, so that no worker is kept alive by it.

use super::{Outcome, connect, flush, http, spaces};
use crate::messages::{Failure, FailureCode, RunDoor, RunForm};
use krowoc_shared::execution::ExecutionSettings;
use krowoc_shared::execution::wire::ModelPage;
use krowoc_shared::ids::{DocId, GroupId, SpaceId};
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::prompts::{Variable, merge, parse};
use krowoc_shared::sync::client::Local;
use serde_json::Value;

/// Models offered at once.
const MODELS: u32 = 200;

/// The form of a prompt.
pub(super) async fn form(doc_id: DocId) -> Outcome<RunForm> {
    let gone = || Failure::new(FailureCode::Gone, "");
    let store = spaces::holding(doc_id).await?.ok_or_else(gone)?;
    let local = store.document(doc_id).await?;
    let local = local
        .filter(|local| local.view.kind == Kind::Prompt && local.view.deleted_at().is_none())
        .ok_or_else(gone)?;
    let writes = spaces::refusal(&store).await?.is_none();
    Ok(RunForm {
        keeps_in: store.team().filter(|_| writes),
        ..of(&local, store.team())
    })
}

fn of(local: &Local, space: Option<SpaceId>) -> RunForm {
    let view = &local.view;
    let text = view.body.text.clone();
    let (variables, error) = match parse(&text) {
        Ok(template) => {
            let described = Variable::list(view.value(Field::Variables));
            (merge(&described, &template).variables, None)
        }
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let shadow = local.shadow().filter(|shadow| shadow.rev > 0);
    RunForm {
        doc_id: view.id,
        space,
        keeps_in: space,
        title: view.title().to_owned(),
        variables,
        settings: ExecutionSettings::of(view.value(Field::Execution)),
        error,
        known: shadow.is_some(),
        draft: shadow.is_none_or(|shadow| shadow.body.text != text),
        text,
    }
}

/// The models for whose providers there is a key.
pub(super) async fn models() -> Outcome<ModelPage> {
    ready().await?;
    let path = format!("/models?usable=true&limit={MODELS}");
    http::call("GET", &path, None).await.map_err(http::told)
}

/// Stops a run.
pub(super) async fn cancel(group: GroupId) -> Outcome<()> {
    ready().await?;
    let path = format!("/executions/groups/{group}/cancel");
    let stopped: Result<Value, _> = http::call("POST", &path, None).await;
    stopped.map(drop).map_err(http::told)
}

/// Where runs are started.
pub(super) async fn door() -> Outcome<RunDoor> {
    let (link, token) = ready().await?;
    Ok(RunDoor {
        server: link.server,
        token,
    })
}

/// A connection whose token holds. One that has run out is renewed by the one flusher: a refresh token that is spent twice ends the
/// connection.
async fn ready() -> Outcome<(connect::Link, String)> {
    if let Some(held) = http::held().await? {
        return Ok(held);
    }
    flush::flush(true).await?;
    let held = http::held().await?;
    held.ok_or_else(|| Failure::new(FailureCode::NotConnected, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::hlc::Hlc;
    use krowoc_shared::ids::OpId;
    use krowoc_shared::library::document::{Document, Register};
    use serde_json::json;

    fn local(text: &str, rev: u64) -> Local {
        let mut view = Document::new(DocId::mint(1, [0; 10]), Kind::Prompt);
        view.rev = rev;
        view.body.text = text.to_owned();
        Local {
            view,
            base: None,
            dirty: false,
            read: 0,
        }
    }

    #[test]
    fn the_form_has_the_variables_of_the_text_with_what_is_known_of_them() {
        let mut local = local("Hi {{name}}, {{tone:warm}}", 3);
        let register = |value| Register {
            value,
            hlc: Hlc::default(),
            op: OpId::mint(1, [1; 10]),
        };
        let described = json!([{"name": "name", "kind": "long_text", "label": "Who"}]);
        local
            .view
            .fields
            .insert(Field::Variables, register(described));
        let settings = json!({"model": "openai/gpt-4o-mini"});
        local
            .view
            .fields
            .insert(Field::Execution, register(settings));
        let form = of(&local, None);
        let titles: Vec<_> = form.variables.iter().map(Variable::title).collect();
        assert_eq!(titles, ["Who", "tone"]);
        assert_eq!(form.settings.model.unwrap().model, "gpt-4o-mini");
        assert_eq!((form.known, form.draft, form.error), (true, false, None));
    }

    #[test]
    fn a_text_that_the_server_lacks_is_sent_along() {
        let waiting = Local {
            dirty: true,
            base: Some(local("Old", 4).view),
            ..local("New", 4)
        };
        let form = of(&waiting, None);
        assert_eq!((form.known, form.draft), (true, true));
        let fresh = Local {
            dirty: true,
            base: None,
            ..local("New", 0)
        };
        let form = of(&fresh, None);
        assert_eq!((form.known, form.draft), (false, true));
    }

    #[test]
    fn a_broken_template_is_said_and_not_run() {
        let form = of(&local("{{", 1), None);
        assert!(form.error.is_some());
        assert!(form.variables.is_empty());
    }
}
