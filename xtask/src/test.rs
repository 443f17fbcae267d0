//! `cargo xtask test`: prepares what the suites need, runs them and sums up. Not what they prove.

use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::browsers;
use crate::build;
use crate::check;
use crate::native::{self, Built};
use crate::postgres::Cluster;
use crate::process::{self, step};
use crate::project::Project;
use crate::run;
use crate::sdk;
use crate::suites::Suite;
use crate::tally::Tally;
use crate::tools::{self, Need};
use crate::wasm::Quality;

/// What a person can choose.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Suites to run [default: all]
    suites: Vec<Suite>,
    /// Name the suites and end
    #[arg(long)]
    list: bool,
    /// How many seeds the simulation runs
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,
    /// Passed to the Rust test programs, such as a part of a test's name
    #[arg(last = true, value_name = "FILTER")]
    filter: Vec<String>,
}

/// Everything the suites share.
struct Prepared<'a> {
    project: &'a Project,
    built: Built,
    postgres: Option<Cluster>,
    seeds: Option<u64>,
    filter: &'a [String],
    cases: &'a [String],
}

/// Runs the suites and ends with the sum alone on a line.
///
/// # Errors
/// When something could not be prepared, or a test failed.
pub fn test(project: &Project, options: &Options) -> Result<()> {
    if options.list {
        for suite in Suite::all() {
            println!("{:<15} {}", suite.name(), suite.about());
        }
        return Ok(());
    }
    let mut suites = options.suites.clone();
    if suites.is_empty() {
        suites = Suite::all().to_vec();
    }
    suites.sort_unstable();
    suites.dedup();
    perform(project, &suites, options, &[])
}

/// Runs browser cases, all when none is named.
///
/// # Errors
/// As [`test()`].
pub fn e2e(project: &Project, cases: &[String]) -> Result<()> {
    perform(project, &[Suite::E2e], &Options::default(), cases)
}

fn perform(project: &Project, suites: &[Suite], options: &Options, cases: &[String]) -> Result<()> {
    let prepared = prepare(project, suites, options, cases).inspect_err(|_| {
        println!(
            "{}",
            Tally {
                passed: 0,
                failed: 1
            }
        )
    })?;
    let mut sum = Tally::default();
    let mut rows = Vec::new();
    for suite in suites {
        let begun = Instant::now();
        println!("==> {}: {}", suite.name(), suite.about());
        let (tally, note) = match run_suite(&prepared, *suite) {
            Ok(tally) => (tally, String::new()),
            Err(error) => (
                Tally {
                    passed: 0,
                    failed: 1,
                },
                format!("  {error:#}"),
            ),
        };
        sum += tally;
        let row = format!(
            "{:<15} {:>6} passed {:>4} failed {:>8.1} s{note}",
            suite.name(),
            tally.passed,
            tally.failed,
            begun.elapsed().as_secs_f64()
        );
        println!("    {row}");
        rows.push(row);
    }
    println!("\nSummary");
    for row in rows {
        println!("{row}");
    }
    println!("{sum}");
    if sum.failed > 0 {
        bail!("{} of {} failed", sum.failed, sum.failed + sum.passed)
    } else {
        Ok(())
    }
}

fn prepare<'a>(
    project: &'a Project,
    suites: &[Suite],
    options: &'a Options,
    cases: &'a [String],
) -> Result<Prepared<'a>> {
    let any = |wanted: fn(Suite) -> bool| suites.iter().any(|suite| wanted(*suite));
    tools::ensure(project, &needs(suites))?;
    if any(Suite::needs_dist) {
        let only = (!suites.contains(&Suite::E2e)).then_some(build::Part::Extension);
        build::build(project, Quality::Shipped, only)?;
    }
    let mut built = compile(project, suites, any(Suite::needs_server))?;
    if any(Suite::needs_server) && built.server.is_none() {
        built.server = Some(run::build_server(project, false)?);
    }
    if suites.contains(&Suite::E2e) && built.provider.is_none() {
        built.provider = Some(run::build_provider(project, false)?);
    }
    let postgres = any(Suite::needs_postgres)
        .then(Cluster::start)
        .transpose()?;
    Ok(Prepared {
        project,
        built,
        postgres,
        seeds: options.seeds,
        filter: &options.filter,
        cases,
    })
}

/// One compilation for the product's programs, one for the driver's own, which shares its features with the driver that runs.
fn compile(project: &Project, suites: &[Suite], server: bool) -> Result<Built> {
    let mut packages: Vec<&str> = suites
        .iter()
        .flat_map(|suite| suite.packages())
        .copied()
        .collect();
    packages.sort_unstable();
    packages.dedup();
    let driver = packages
        .iter()
        .position(|package| *package == "xtask")
        .map(|at| packages.remove(at));
    let mut built = Built::default();
    if !packages.is_empty() {
        if server && !packages.contains(&"krowoc-server") {
            packages.push("krowoc-server");
        }
        built = step("compile the tests", || {
            native::build(project, &packages, server)
        })?;
    }
    if driver.is_some() {
        let own = step("compile the driver's tests", || {
            native::build(project, &["xtask"], false)
        })?;
        built.programs.extend(own.programs);
    }
    Ok(built)
}

fn needs(suites: &[Suite]) -> Vec<Need> {
    let mut needs = Vec::new();
    for suite in suites {
        if suite
            .packages()
            .iter()
            .any(|package| ["krowoc-server", "krowoc-tests"].contains(package))
            || suite.needs_server()
        {
            needs.push(Need::Native);
        }
        if suite.needs_postgres() {
            needs.push(Need::Postgres);
        }
        match suite {
            Suite::Wasm => needs.push(Need::WasmTarget),
            Suite::ExtensionLint | Suite::Providers => needs.push(Need::Npm),
            Suite::Sdk => needs.extend([Need::Npm, Need::Python]),
            Suite::E2e => needs.extend([Need::Npm, Need::Browsers]),
            _ => {}
        }
    }
    needs
}

fn run_suite(prepared: &Prepared<'_>, suite: Suite) -> Result<Tally> {
    let project = prepared.project;
    match suite {
        Suite::Wasm => {
            let mut cargo = project.cargo();
            cargo.args([
                "check",
                "-p",
                "krowoc-shared",
                "--all-features",
                "--target",
                "wasm32-unknown-unknown",
            ]);
            process::run(&mut cargo).map(|()| Tally::ONE)
        }
        Suite::ExtensionLint => browsers::lint(project),
        Suite::E2e => {
            let server = prepared
                .built
                .server
                .as_deref()
                .context("the server was not built")?;
            let provider = prepared
                .built
                .provider
                .as_deref()
                .context("the provider server was not built")?;
            let postgres = postgres_url(prepared)?;
            browsers::e2e(project, server, provider, postgres, prepared.cases)
        }
        Suite::Sdk => {
            let (server, provider) = (&prepared.built.server, &prepared.built.provider);
            let server = server.as_deref().context("the server was not built")?;
            let provider = provider.as_deref();
            sdk::run(
                project,
                server,
                provider.context("the provider server was not built")?,
            )
        }
        Suite::Architecture => Ok(architecture(project)),
        _ => run_programs(prepared, suite),
    }
}

/// All programs of a suite on each of its databases, to the end even when one fails.
fn run_programs(prepared: &Prepared<'_>, suite: Suite) -> Result<Tally> {
    let programs = || {
        prepared
            .built
            .programs
            .iter()
            .filter(|program| suite.takes(&program.package, &program.target))
    };
    if programs().next().is_none() {
        bail!("no test program belongs to this suite");
    }
    let arguments: Vec<&str> = suite
        .filter()
        .iter()
        .copied()
        .chain(prepared.filter.iter().map(String::as_str))
        .collect();
    let once: &[&str] = &[""];
    let databases = if suite.databases().is_empty() {
        once
    } else {
        suite.databases()
    };
    let mut sum = Tally::default();
    for database in databases {
        let env = environment(prepared, suite, database)?;
        for program in programs() {
            sum += count(native::run(prepared.project, program, &env, &arguments));
        }
    }
    if suite == Suite::Shared && prepared.filter.is_empty() {
        sum += count(native::run_doc_tests(prepared.project, "krowoc-shared"));
    }
    Ok(sum)
}

/// What broke down counts as one failure, said where it happened.
fn count(result: Result<Tally>) -> Tally {
    result.unwrap_or_else(|error| {
        println!("{error:#}");
        Tally {
            passed: 0,
            failed: 1,
        }
    })
}

/// The rules of the house, each counted as a test.
fn architecture(project: &Project) -> Tally {
    let mut sum = Tally::default();
    for (name, rule) in check::ARCHITECTURE {
        sum += count(step(name, || rule(project)).map(|()| Tally::ONE));
    }
    sum
}

/// What the test programs of a suite are told.
fn environment(
    prepared: &Prepared<'_>,
    suite: Suite,
    database: &str,
) -> Result<Vec<(String, String)>> {
    let mut env = Vec::new();
    let mut say = |name: &str, value: &str| env.push((name.to_owned(), value.to_owned()));
    if suite.needs_postgres() {
        say("KROWOC_TEST_POSTGRES_URL", postgres_url(prepared)?);
    }
    if !database.is_empty() {
        say("KROWOC_TEST_DATABASE", database);
    }
    if let Some(seeds) = prepared.seeds.filter(|_| suite == Suite::Simulation) {
        say("KROWOC_SIM_SEEDS", &seeds.to_string());
    }
    Ok(env)
}

fn postgres_url<'a>(prepared: &'a Prepared<'_>) -> Result<&'a str> {
    prepared
        .postgres
        .as_ref()
        .map(Cluster::url)
        .context("PostgreSQL was not started")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_suite_uses_is_installed_for_it() {
        assert!(needs(&[Suite::Shared, Suite::Ui, Suite::Driver]).is_empty());
        assert_eq!(needs(&[Suite::Wasm]), [Need::WasmTarget]);
        assert_eq!(needs(&[Suite::Postgres]), [Need::Native, Need::Postgres]);
        assert!(needs(&[Suite::E2e]).contains(&Need::Browsers));
        assert!(needs(&[Suite::Providers]).contains(&Need::Npm));
        let sdk = [Need::Native, Need::Npm, Need::Python];
        assert_eq!(needs(&[Suite::Sdk]), sdk);
    }
}
