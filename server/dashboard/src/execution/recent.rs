//! The models that were run last in this browser, by name. Not what the catalogue knows of them.

use super::lookup::Search;
use crate::platform;
use krowoc_shared::execution::request::{ModelRef, Provider};
use krowoc_shared::execution::wire::ModelView;

const KEY: &str = "krowoc.recent-models";
/// Most that are remembered.
const MOST: usize = 6;

/// The models that were run last, the latest first.
#[must_use]
pub fn recent() -> Vec<ModelRef> {
    let kept = platform::recall(KEY).unwrap_or_default();
    kept.split('\n').filter_map(ModelRef::parse).collect()
}

/// Remembers that these were run.
pub fn note(models: &[ModelRef]) {
    let names: Vec<String> = joined(models, recent())
        .iter()
        .map(ToString::to_string)
        .collect();
    platform::keep(KEY, &names.join("\n"));
}

/// What was run now, then what was run before it.
fn joined(now: &[ModelRef], before: Vec<ModelRef>) -> Vec<ModelRef> {
    let mut all: Vec<ModelRef> = Vec::with_capacity(MOST);
    for model in now.iter().cloned().chain(before) {
        if all.len() < MOST && !all.contains(&model) {
            all.push(model);
        }
    }
    all
}

/// How a model is shown that no catalogue can know, since it is on a server of one's own.
#[must_use]
pub fn unlisted(model: &ModelRef) -> Option<ModelView> {
    let own = matches!(model.provider, Provider::Ollama | Provider::Compatible);
    let search = Search {
        q: model.to_string(),
        ..Search::default()
    };
    search.typed().filter(|_| own)
}

/// Those of the models run last that a person may want who looks for this: none once words are typed, which are found as the catalogue
/// orders them.
#[must_use]
pub fn favoured(search: &Search, mut recent: Vec<ModelView>) -> Vec<ModelView> {
    let fits = |view: &ModelView| {
        let provider = search.provider;
        provider.is_none_or(|provider| provider == view.model.provider)
            && (view.usable || !search.usable)
    };
    recent.retain(|view| search.q.trim().is_empty() && view.active && fits(view));
    recent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(names: &[&str]) -> Vec<ModelRef> {
        let parsed = names.iter().map(|name| ModelRef::parse(name).unwrap());
        parsed.collect()
    }

    #[test]
    fn the_latest_stand_first_once_and_few_are_remembered() {
        let before = models(&["groq/a", "groq/b", "groq/c", "groq/d", "groq/e", "groq/f"]);
        let all = joined(&models(&["openai/x", "groq/b"]), before);
        let expected = ["openai/x", "groq/b", "groq/a", "groq/c", "groq/d", "groq/e"];
        assert_eq!(all, models(&expected));
    }

    #[test]
    fn those_run_last_are_offered_first_until_words_are_typed() {
        let view = |name: &str, usable| {
            let search = Search {
                q: name.to_owned(),
                ..Search::default()
            };
            ModelView {
                usable,
                ..search.typed().unwrap()
            }
        };
        let recent = vec![view("openai/x", true), view("groq/a", false)];
        let offered = |search: Search| favoured(&search, recent.clone()).len();
        assert_eq!(offered(Search::default()), 2);
        let of = |provider, usable, q: &str| Search {
            q: q.to_owned(),
            provider,
            usable,
        };
        assert_eq!(offered(of(Some(Provider::Groq), false, " ")), 1);
        assert_eq!(offered(of(None, true, "")), 1);
        assert_eq!(offered(of(None, false, "gpt")), 0);
    }
}
