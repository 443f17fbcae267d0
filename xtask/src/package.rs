//! The zips for the two extension stores, and the proof that anybody gets the same ones. Not the upload.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::archive;
use crate::build::{self, Part};
use crate::files;
use crate::manifest::BROWSERS;
use crate::process::{self, step};
use crate::project::Project;
use crate::wasm::Quality;

/// Builds the extension and packs `dist/krowoc-BROWSER-VERSION.zip`; with `verify` builds it all again, elsewhere, and compares.
///
/// # Errors
/// When a build is refused, or when the two builds differ; the message names the files.
pub fn package(project: &Project, verify: bool) -> Result<()> {
    pack(project)?;
    for zip in zips(project) {
        let bytes = files::read(&zip)?;
        println!(
            "{}  {} bytes  sha256 {}",
            project.relative(&zip),
            bytes.len(),
            files::plain_digest(&bytes)
        );
    }
    if verify {
        step("build a second time, in a copy", || {
            compare_with_a_twin(project)
        })?;
        println!("both builds are bit-identical");
    }
    Ok(())
}

fn pack(project: &Project) -> Result<()> {
    build::build(project, Quality::Shipped, Some(Part::Extension))?;
    for (browser, zip) in BROWSERS.into_iter().zip(zips(project)) {
        files::write(&zip, archive::zip(&project.dist().join(browser))?)?;
    }
    Ok(())
}

fn zips(project: &Project) -> Vec<PathBuf> {
    let name = |browser: &str| format!("krowoc-{browser}-{}.zip", project.version());
    BROWSERS
        .into_iter()
        .map(|browser| project.dist().join(name(browser)))
        .collect()
}

fn compare_with_a_twin(project: &Project) -> Result<()> {
    let place = project.target.join("krowoc/twin");
    files::remove_dir(&place)?;
    let twin = Project {
        root: place.join("tree"),
        target: place.join("target"),
    };
    copy_sources(project, &twin)?;
    std::os::unix::fs::symlink(
        project.path("tests/node_modules"),
        twin.path("tests/node_modules"),
    )
    .context("the second build cannot see tests/node_modules")?;
    pack(&twin)?;
    let mut different = Vec::new();
    for (ours, theirs) in zips(project).iter().zip(zips(&twin)) {
        if files::read(ours)? != files::read(&theirs)? {
            different.push(files::name(ours));
        }
    }
    if different.is_empty() {
        return files::remove_dir(&place);
    }
    for browser in BROWSERS {
        different.extend(differences(
            &project.dist().join(browser),
            &twin.dist().join(browser),
        )?);
    }
    bail!(
        "two builds of the same sources differ in {}; the second lies in {}",
        different.join(", "),
        place.display()
    )
}

/// Everything git knows or would take.
fn copy_sources(from: &Project, to: &Project) -> Result<()> {
    let mut list = Command::new("git");
    list.current_dir(&from.root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    for name in process::capture(&mut list)
        .context("run this in a git working tree")?
        .split_terminator('\0')
    {
        let file = from.path(name);
        if file.is_file() {
            files::write(&to.path(name), files::read(&file)?)?;
        }
    }
    Ok(())
}

fn differences(ours: &Path, theirs: &Path) -> Result<Vec<String>> {
    let mut different = Vec::new();
    for file in files::under(ours) {
        let inside = file.strip_prefix(ours).unwrap_or(&file);
        if files::read(&theirs.join(inside)).ok() != Some(files::read(&file)?) {
            different.push(inside.display().to_string());
        }
    }
    Ok(different)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_differs_or_is_missing_is_named() {
        let base = std::env::temp_dir().join(format!("krowoc-twin-{}", std::process::id()));
        for (name, text) in [
            ("ours/same", "1"),
            ("theirs/same", "1"),
            ("ours/other", "1"),
            ("theirs/other", "2"),
            ("ours/only", "1"),
        ] {
            files::write(&base.join(name), text).unwrap();
        }
        let found = differences(&base.join("ours"), &base.join("theirs")).unwrap();
        files::remove_dir(&base).unwrap();
        assert_eq!(found, ["only", "other"]);
    }
}
