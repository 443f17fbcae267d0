//! Rust test programs: compiled together once, started one by one. Not which suite they belong to.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;
use crate::project::Project;
use crate::tally::Tally;

/// A compiled test program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The package it tests.
    pub package: String,
    /// The name of its target.
    pub target: String,
    /// The file to start.
    pub file: PathBuf,
    /// The folder it expects to start in.
    pub dir: PathBuf,
}

/// What one compilation gave.
#[derive(Debug, Default)]
pub struct Built {
    /// Every test program.
    pub programs: Vec<Program>,
    /// The server.
    pub server: Option<PathBuf>,
    /// The provider server, which cargo compiles with the test programs of its package.
    pub provider: Option<PathBuf>,
}

/// Compiles all test programs of the packages, and the server when asked, with the features of all of them together: one set of
/// features is one compilation.
///
/// # Errors
/// When cargo refuses; it has printed why.
pub fn build(project: &Project, packages: &[&str], server: bool) -> Result<Built> {
    let mut cargo = project.cargo();
    cargo.args([
        "build",
        "--tests",
        "--all-features",
        "--message-format=json-render-diagnostics",
    ]);
    for package in packages {
        cargo.args(["-p", package]);
    }
    if server {
        cargo.args(["--bin", "krowoc"]);
    }
    let mut child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("`cargo` cannot be started")?;
    let mut built = Built::default();
    if let Some(messages) = child.stdout.take() {
        for line in BufReader::new(messages).lines() {
            take_message(&mut built, &line?);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` ended with {status}", process::line(&cargo));
    }
    built
        .programs
        .sort_by(|a, b| (&a.package, &a.target).cmp(&(&b.package, &b.target)));
    Ok(built)
}

fn take_message(built: &mut Built, line: &str) {
    let Ok(message) = serde_json::from_str::<Value>(line) else {
        return;
    };
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
    let (Some(file), Some(manifest), Some(target)) = (
        text("/executable"),
        text("/manifest_path"),
        text("/target/name"),
    ) else {
        return;
    };
    let file = PathBuf::from(file);
    if message.pointer("/profile/test").and_then(Value::as_bool) == Some(true) {
        let dir = Path::new(manifest)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        let package = package_name(text("/package_id").unwrap_or_default());
        built.programs.push(Program {
            package,
            target: target.to_owned(),
            file,
            dir,
        });
    } else {
        match target {
            "krowoc" => built.server = Some(file),
            "krowoc-provider" => built.provider = Some(file),
            _ => {}
        }
    }
}

/// The name in a package id such as `path+file:///home/me/krowoc/shared#krowoc-shared@0.1.0` or `…/xtask#0.1.0`.
fn package_name(id: &str) -> String {
    let (path, fragment) = id.rsplit_once('#').unwrap_or((id, ""));
    match fragment.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => path.rsplit('/').next().unwrap_or(path).to_owned(),
    }
}

/// Runs a program, shows what is not simply a passed test, and counts.
///
/// # Errors
/// When it cannot be started or dies before it counted.
pub fn run(
    project: &Project,
    program: &Program,
    env: &[(String, String)],
    arguments: &[&str],
) -> Result<Tally> {
    println!("--- {} {}", program.package, program.target);
    let mut command = Command::new(&program.file);
    command
        .current_dir(&program.dir)
        .args(arguments)
        .envs(env.iter().cloned());
    command
        .env("CARGO_MANIFEST_DIR", &program.dir)
        .env("INSTA_UPDATE", "no")
        .env("INSTA_WORKSPACE_ROOT", &project.root);
    let (tally, ended) = watch(
        &mut command,
        |line| !line.ends_with(" ... ok") && !line.trim().is_empty(),
        Tally::of_rust,
    )?;
    conclude(&command, tally, ended)
}

/// Runs the examples in a package's documentation.
///
/// # Errors
/// As [`run`].
pub fn run_doc_tests(project: &Project, package: &str) -> Result<Tally> {
    println!("--- {package} documentation");
    let mut cargo = project.cargo();
    cargo.args(["test", "-q", "--doc", "--all-features", "-p", package]);
    let (tally, ended) = watch(&mut cargo, |line| !line.trim().is_empty(), Tally::of_rust)?;
    conclude(&cargo, tally, ended)
}

/// Runs a command, hands on the lines that are worth it, and sums the lines that count.
///
/// # Errors
/// When it cannot be started.
pub fn watch(
    command: &mut Command,
    show: impl Fn(&str) -> bool,
    count: impl Fn(&str) -> Option<Tally>,
) -> Result<(Option<Tally>, bool)> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child =
        child.with_context(|| format!("`{}` cannot be started", process::line(command)))?;
    let mut sum: Option<Tally> = None;
    if let Some(output) = child.stdout.take() {
        let mut lines = BufReader::new(output);
        let mut raw = Vec::new();
        // A test may print any bytes.
        while lines.read_until(b'\n', &mut raw)? > 0 {
            let line = String::from_utf8_lossy(&raw).trim_end().to_owned();
            raw.clear();
            if show(&line) {
                println!("{line}");
            }
            if let Some(tally) = count(&line) {
                *sum.get_or_insert_default() += tally;
            }
        }
    }
    Ok((sum, child.wait()?.success()))
}

/// A program that fails without counting a failure was killed or broke down: that is a failure too.
fn conclude(command: &Command, tally: Option<Tally>, ended_well: bool) -> Result<Tally> {
    match tally {
        Some(tally) if ended_well || tally.failed > 0 => Ok(tally),
        _ => bail!("`{}` broke down", process::line(command)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_read_from_both_forms_of_its_id() {
        assert_eq!(
            package_name("path+file:///k/shared#krowoc-shared@0.1.0"),
            "krowoc-shared"
        );
        assert_eq!(package_name("path+file:///k/xtask#0.1.0"), "xtask");
    }

    #[test]
    fn test_programs_and_servers_are_told_apart_in_what_cargo_says() {
        let mut built = Built::default();
        take_message(
            &mut built,
            r#"{"reason":"compiler-artifact","package_id":"path+file:///k/server#krowoc-server@0.1.0","manifest_path":"/k/server/Cargo.toml","target":{"name":"krowoc"},"profile":{"test":false},"executable":"/t/krowoc"}"#,
        );
        take_message(
            &mut built,
            r#"{"reason":"compiler-artifact","package_id":"path+file:///k/server#krowoc-server@0.1.0","manifest_path":"/k/server/Cargo.toml","target":{"name":"krowoc"},"profile":{"test":true},"executable":"/t/krowoc-1"}"#,
        );
        take_message(
            &mut built,
            r#"{"reason":"compiler-artifact","package_id":"path+file:///k/tests#krowoc-tests@0.1.0","manifest_path":"/k/tests/Cargo.toml","target":{"name":"krowoc-provider"},"profile":{"test":false},"executable":"/t/krowoc-provider"}"#,
        );
        take_message(&mut built, r#"{"reason":"build-finished","success":true}"#);
        assert_eq!(built.server.as_deref(), Some(Path::new("/t/krowoc")));
        assert_eq!(
            built.provider.as_deref(),
            Some(Path::new("/t/krowoc-provider"))
        );
        assert_eq!(built.programs.len(), 1);
        assert_eq!(built.programs[0].dir, Path::new("/k/server"));
    }

    #[test]
    fn a_program_that_dies_without_counting_is_a_failure() {
        let silent = Command::new("true");
        assert!(conclude(&silent, None, true).is_err());
        assert!(conclude(&silent, Some(Tally::ONE), false).is_err());
        assert_eq!(
            conclude(
                &silent,
                Some(Tally {
                    passed: 1,
                    failed: 1
                }),
                false
            )
            .unwrap()
            .failed,
            1
        );
    }
}
