//! Which models are asked for, and why one cannot be chosen. Pure: the catalogue fetches.

use krowoc_shared::execution::request::{ModelRef, Provider};
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::execution::wire::ModelView;
use krowoc_ui::format::percent;

/// Most models on a page of the catalogue.
const PAGE: usize = 50;

/// What is looked for in the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Words of the name.
    pub q: String,
    /// Of one provider.
    pub provider: Option<Provider>,
    /// Only those that can be called.
    pub usable: bool,
}

impl Search {
    /// The request for a page.
    #[must_use]
    pub fn path(&self, cursor: Option<&str>) -> String {
        let mut path = format!("/models?limit={PAGE}");
        let mut put = |name: &str, value: &str| {
            path.push('&');
            path.push_str(name);
            path.push('=');
            path.push_str(&percent(value));
        };
        let q = self.q.trim();
        if !q.is_empty() {
            put("q", q);
        }
        if let Some(provider) = self.provider {
            put("provider", provider.as_str());
        }
        if self.usable {
            put("usable", "true");
        }
        if let Some(cursor) = cursor {
            put("cursor", cursor);
        }
        path
    }
}

impl Search {
    /// The model that is typed out: `provider/id`, or an id with a provider chosen beside it. A server of one's own has models that
    /// no catalogue knows.
    #[must_use]
    pub fn typed(&self) -> Option<ModelView> {
        let q = self.q.trim();
        let chosen = self
            .provider
            .and_then(|provider| ModelRef::parse(&format!("{provider}/{q}")));
        let model = ModelRef::parse(q).or(chosen)?;
        Some(ModelView {
            name: model.model.clone(),
            model,
            context: None,
            max_output: None,
            capabilities: Vec::new(),
            active: true,
            price: None,
            price_revision: None,
            usable: true,
        })
    }
}

/// Why a model cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The prompt names the models that it may be run with, and this is none of them.
    NotAllowed,
    /// There is no key for its provider.
    NoKey(Provider),
    /// The catalogue has taken it out of use.
    Inactive,
    /// As many as can run at once are chosen.
    Full,
}

/// Why a model cannot be chosen now; `None` when it can.
#[must_use]
pub fn reason(
    view: &ModelView,
    settings: &ExecutionSettings,
    chosen: &[ModelRef],
    most: usize,
    keyless: bool,
) -> Option<Reason> {
    if chosen.contains(&view.model) {
        return None;
    }
    if !settings.allows(&view.model) {
        Some(Reason::NotAllowed)
    } else if !view.active {
        Some(Reason::Inactive)
    } else if !view.usable && !keyless {
        Some(Reason::NoKey(view.model.provider))
    } else if chosen.len() >= most {
        Some(Reason::Full)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(id: &str) -> ModelRef {
        ModelRef::parse(id).unwrap()
    }

    fn view(id: &str, usable: bool) -> ModelView {
        ModelView {
            model: model(id),
            name: id.to_owned(),
            context: None,
            max_output: None,
            capabilities: Vec::new(),
            active: true,
            price: None,
            price_revision: None,
            usable,
        }
    }

    #[test]
    fn a_search_carries_only_what_is_set() {
        assert_eq!(Search::default().path(None), "/models?limit=50");
        let search = Search {
            q: " gpt 4 ".to_owned(),
            provider: Some(Provider::Openai),
            usable: true,
        };
        assert_eq!(
            search.path(Some("c=1")),
            "/models?limit=50&q=gpt%204&provider=openai&usable=true&cursor=c%3D1"
        );
    }

    #[test]
    fn a_model_that_no_catalogue_knows_can_be_typed_out() {
        let typed = |q: &str, provider| {
            let search = Search {
                q: q.to_owned(),
                provider,
                usable: false,
            };
            search.typed().map(|view| view.model)
        };
        assert_eq!(
            typed("compatible/my model", None),
            Some(model("compatible/my model"))
        );
        assert_eq!(
            typed("qwen3:8b", Some(Provider::Ollama)),
            Some(model("ollama/qwen3:8b"))
        );
        assert_eq!(typed("qwen3:8b", None), None);
        assert_eq!(typed(" ", Some(Provider::Ollama)), None);
    }

    #[test]
    fn the_reason_names_what_stands_in_the_way() {
        let settings = ExecutionSettings {
            allow: vec![model("openai/a"), model("groq/c")],
            ..ExecutionSettings::default()
        };
        let chosen = [model("openai/a")];
        let why =
            |id: &str, usable, most| reason(&view(id, usable), &settings, &chosen, most, false);
        assert_eq!(why("openai/a", true, 1), None);
        assert_eq!(why("openai/b", true, 4), Some(Reason::NotAllowed));
        assert_eq!(why("groq/c", false, 4), Some(Reason::NoKey(Provider::Groq)));
        assert_eq!(why("groq/c", true, 1), Some(Reason::Full));
        assert_eq!(why("groq/c", true, 4), None);
        assert_eq!(
            reason(&view("groq/c", false), &settings, &chosen, 4, true),
            None
        );
        let gone = ModelView {
            active: false,
            ..view("groq/c", true)
        };
        assert_eq!(
            reason(&gone, &settings, &chosen, 4, false),
            Some(Reason::Inactive)
        );
    }
}
