//! The suites that need Node: the browser runner and the linter of extensions. Their cases are in tests/browser.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::native;
use crate::process;
use crate::project::Project;
use crate::tally::Tally;
use crate::tools;

/// Runs the browser cases, all of them when none is named, in both browsers and on both databases.
///
/// # Errors
/// When the runner cannot start or dies before it counted.
pub fn e2e(
    project: &Project,
    server: &Path,
    provider: &Path,
    postgres: &str,
    cases: &[String],
) -> Result<Tally> {
    let mut node = Command::new("node");
    node.current_dir(project.path("tests"))
        .arg("browser/run.mjs");
    node.env("KROWOC_E2E_SERVER_BIN", server)
        .env("KROWOC_E2E_PROVIDER_BIN", provider)
        .env("KROWOC_E2E_DIST", project.dist())
        .env("KROWOC_E2E_CASES", cases.join(","))
        .env("KROWOC_E2E_DATABASES", "sqlite,postgres")
        .env("KROWOC_E2E_POSTGRES_URL", postgres);
    default_env(&mut node, "KROWOC_E2E_BROWSERS", "chromium,firefox");
    for (variable, program) in [("CHROMIUM", "chromium"), ("FIREFOX", "firefox-esr")] {
        let file = tools::browser(variable, program).with_context(|| {
            format!("{program} is missing; run: sudo apt-get install -y {program}")
        })?;
        node.env(variable, file);
    }
    // Its own count comes as its last line; only that line is swallowed, the summary of all suites takes its place.
    let (tally, ended_well) = native::watch(
        &mut node,
        |line| Tally::of_plain(line).is_none(),
        Tally::of_plain,
    )?;
    match tally {
        Some(tally) if ended_well || tally.failed > 0 => Ok(tally),
        _ => bail!("`{}` broke down", process::line(&node)),
    }
}

/// Measures in Chromium, by `tests/browser/bench-NAME.mjs`.
///
/// # Errors
/// When the measuring breaks down.
pub fn bench(project: &Project, name: &str, server: &Path, json: bool) -> Result<()> {
    let mut node = in_chromium(project, &format!("browser/bench-{name}.mjs"), server)?;
    if json {
        node.arg("--json");
    }
    process::run(&mut node)
}

/// Takes the pictures that the README shows, of the product as it is.
///
/// # Errors
/// When the product does not come to what a picture shows.
pub fn pictures(project: &Project, server: &Path) -> Result<()> {
    process::run(&mut in_chromium(project, "browser/pictures.mjs", server)?)
}

fn in_chromium(project: &Project, script: &str, server: &Path) -> Result<Command> {
    let chromium = tools::browser("CHROMIUM", "chromium")
        .context("chromium is missing; run: sudo apt-get install -y chromium")?;
    let mut node = Command::new("node");
    node.current_dir(project.path("tests"))
        .arg(script)
        .env("CHROMIUM", chromium)
        .env("KROWOC_E2E_SERVER_BIN", server)
        .env("KROWOC_E2E_DIST", project.dist());
    Ok(node)
}

fn default_env(command: &mut Command, name: &str, value: &str) {
    if std::env::var_os(name).is_none_or(|set| set.is_empty()) {
        command.env(name, value);
    }
}

/// Lints the Firefox package: no error, no warning, no notice.
///
/// # Errors
/// When there is one; each is printed with its place.
pub fn lint(project: &Project) -> Result<Tally> {
    let mut linter = Command::new(project.path("tests/node_modules/.bin/addons-linter"));
    linter
        .args(["--warnings-as-errors", "--output", "json"])
        .arg(project.dist().join("firefox"));
    let output = linter
        .stdin(std::process::Stdio::null())
        .output()
        .context("addons-linter is missing; run: npm ci --prefix tests")?;
    let report: Value = serde_json::from_slice(&output.stdout).with_context(|| {
        format!(
            "addons-linter printed no report:\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    let found = messages(&report);
    for message in &found {
        println!("{message}");
    }
    let count = |kind: &str| {
        report
            .pointer(&format!("/summary/{kind}"))
            .and_then(Value::as_u64)
            .unwrap_or(0)
    };
    println!(
        "{} errors, {} warnings, {} notices",
        count("errors"),
        count("warnings"),
        count("notices")
    );
    if found.is_empty() && output.status.success() {
        Ok(Tally::ONE)
    } else {
        bail!("addons-linter accepts 0 errors, 0 warnings, 0 notices only")
    }
}

/// Each finding with its place.
fn messages(report: &Value) -> Vec<String> {
    let of = |kind: &str| {
        report
            .get(kind)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let text = |message: &Value, name: &str| {
        message
            .get(name)
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .unwrap_or_default()
    };
    ["errors", "warnings", "notices"]
        .iter()
        .flat_map(|kind| of(kind))
        .map(|found| {
            let part = |name| text(&found, name);
            format!(
                "{} {} {}:{} {}",
                part("_type"),
                part("code"),
                part("file"),
                part("line"),
                part("message")
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_finding_is_reported_with_its_place() {
        let report = serde_json::json!({
            "errors": [],
            "warnings": [{"_type": "warning", "code": "UNSAFE_VAR_ASSIGNMENT", "file": "popup.js", "line": 3, "message": "Unsafe"}],
            "notices": [{"_type": "notice", "code": "X", "message": "Y"}],
        });
        assert_eq!(
            messages(&report),
            [
                "warning UNSAFE_VAR_ASSIGNMENT popup.js:3 Unsafe",
                "notice X : Y"
            ]
        );
    }
}
