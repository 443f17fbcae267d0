//! Which dependencies are allowed: deny.toml held against what cargo resolved. Not advisories, whose list is on the network.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::files;
use crate::licence;
use crate::process;
use crate::project::Project;

/// The part of deny.toml that is checked here.
#[derive(Debug, Deserialize)]
struct Policy {
    licenses: Licences,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    deny_multiple_versions: bool,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Checks every package of the lock file.
///
/// # Errors
/// One line for each package that breaks the policy, or when Cargo.lock is out of date.
pub fn check(project: &Project) -> Result<()> {
    let file = project.path("deny.toml");
    let policy: Policy = toml::from_str(&files::read_text(&file)?)
        .with_context(|| format!("{} is not as expected", file.display()))?;
    let mut cargo = project.cargo();
    cargo.args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--all-features",
        "--quiet",
    ]);
    let text = process::capture(&mut cargo)
        .context("Cargo.lock is out of date? Run: cargo metadata, and commit Cargo.lock")?;
    let metadata: Metadata =
        serde_json::from_str(&text).context("cargo metadata is not as expected")?;
    let broken = violations(&policy, &metadata.packages);
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("{}", broken.join("\n"))
    }
}

fn violations(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let mut broken = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let id = format!("{} {}", package.name, package.version);
        versions
            .entry(&package.name)
            .or_default()
            .push(&package.version);
        let licence = package.license.as_deref().unwrap_or_default();
        if !licence::satisfied(licence, &policy.licenses.allow) {
            broken.push(format!(
                "{id}: its licence {licence:?} is not allowed by deny.toml"
            ));
        }
        if package.source.as_deref().is_some_and(|source| {
            !source.starts_with("registry+") || !source.ends_with("/crates.io-index")
        }) {
            broken.push(format!(
                "{id}: comes from neither this workspace nor crates.io"
            ));
        }
    }
    for ban in &policy.bans.deny {
        let (name, below) = ban
            .name
            .split_once("@<")
            .map_or((ban.name.as_str(), None), |(name, below)| {
                (name, Some(below))
            });
        let found = versions.get(name).map(Vec::as_slice).unwrap_or_default();
        if ban.deny_multiple_versions {
            if found.len() > 1 {
                broken.push(format!(
                    "{name}: {} at once; one is wanted",
                    found.join(" and ")
                ));
            }
            continue;
        }
        for version in found
            .iter()
            .filter(|version| below.is_none_or(|below| older(version, below)))
        {
            broken.push(format!(
                "{name} {version}: banned by deny.toml: {}; see: cargo tree -i {name}",
                ban.reason
            ));
        }
    }
    broken
}

/// Whether a version comes before another, number by number.
fn older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        let plain = text.split(['-', '+']).next().unwrap_or(text);
        plain
            .split('.')
            .map(|part| part.parse().unwrap_or(0))
            .collect()
    };
    let (mut version, mut than) = (numbers(version), numbers(than));
    version.resize(3, 0);
    than.resize(3, 0);
    version < than
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, license: &str, source: &str) -> Package {
        let source = Some(source.to_owned()).filter(|source| !source.is_empty());
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            license: Some(license.to_owned()),
            source,
        }
    }

    fn policy(deny: &str) -> Policy {
        toml::from_str(&format!(
            "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{deny}]"
        ))
        .unwrap()
    }

    const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

    #[test]
    fn what_deny_toml_allows_passes() {
        let packages = [
            package("krowoc", "0.1.0", "MIT", ""),
            package("h2", "0.4.1", "MIT", INDEX),
        ];
        assert_eq!(
            violations(&policy("{ crate = \"h2@<0.4\" }"), &packages),
            [] as [&str; 0]
        );
    }

    #[test]
    fn a_ban_a_licence_a_source_and_a_duplicate_are_each_named() {
        let packages = [
            package("h2", "0.3.27", "MIT", INDEX),
            package("url", "2.5.0", "GPL-3.0", INDEX),
            package("url", "1.0.0", "MIT", "git+https://example.org/url"),
        ];
        let broken = violations(
            &policy(
                "{ crate = \"h2@<0.4\", reason = \"advisories\" }, { crate = \"url\", deny-multiple-versions = true }",
            ),
            &packages,
        );
        assert_eq!(broken.len(), 4, "{broken:?}");
        for part in [
            "h2 0.3.27: banned",
            "GPL-3.0",
            "neither this workspace",
            "2.5.0 and 1.0.0",
        ] {
            assert!(
                broken.iter().any(|line| line.contains(part)),
                "{part} in {broken:?}"
            );
        }
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(
            older("0.3.27", "0.4") && older("0.9.0", "0.10") && older("0.9.12+spec-1.1.0", "1")
        );
        assert!(!older("0.4.0", "0.4") && !older("1.0.0", "0.4"));
    }
}
