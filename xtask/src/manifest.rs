//! The extension's manifest: a base and one merge patch a browser. Not what stands in it.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::files;
use crate::project::Project;

/// The browsers an extension is packed for; each has a patch `manifest/NAME.json`.
pub const BROWSERS: [&str; 2] = ["chrome", "firefox"];

/// The manifest for one browser, with the workspace's version.
///
/// # Errors
/// When a file is missing or is no JSON; the message names it.
pub fn build(project: &Project, browser: &str) -> Result<Value> {
    let mut manifest = read(project, "base")?;
    merge(&mut manifest, &read(project, browser)?);
    merge(
        &mut manifest,
        &serde_json::json!({ "version": project.version() }),
    );
    Ok(manifest)
}

fn read(project: &Project, name: &str) -> Result<Value> {
    let path = project.path("manifest").join(format!("{name}.json"));
    serde_json::from_str(&files::read_text(&path)?)
        .with_context(|| format!("{} is no JSON", path.display()))
}

/// Applies a merge patch: RFC 7396, section 2.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn merging_follows_every_example_of_the_standard() {
        let cases = [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ];
        for (target, patch, expected) in cases {
            let mut merged: Value = serde_json::from_str(target).unwrap();
            merge(&mut merged, &serde_json::from_str(patch).unwrap());
            assert_eq!(
                merged,
                serde_json::from_str::<Value>(expected).unwrap(),
                "{target} with {patch}"
            );
        }
    }

    #[test]
    fn each_browser_gets_its_own_background_and_the_version_of_the_workspace() {
        let project = Project::here().unwrap();
        let chrome = build(&project, "chrome").unwrap();
        let firefox = build(&project, "firefox").unwrap();
        assert!(
            chrome["background"]["service_worker"].is_string()
                && chrome["background"]["scripts"].is_null()
        );
        assert!(
            firefox["background"]["scripts"].is_array()
                && firefox["background"]["service_worker"].is_null()
        );
        assert!(chrome["browser_specific_settings"].is_null());
        assert_eq!(chrome["version"], project.version());
        assert_eq!(firefox["version"], project.version());
    }
}
