//! From Rust to a module that a browser loads: cargo, wasm-bindgen, wasm-opt. Not where the module is put.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::files;
use crate::process;
use crate::project::Project;

const TRIPLE: &str = "wasm32-unknown-unknown";

/// Passed to wasm-opt; the features are those the compiler is told to use, in .cargo/config.toml.
const OPTIMISE: &[&str] = &[
    "-Os",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--strip-debug",
    "--strip-producers",
];

/// How much work goes into the size of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Compiles fast, loads slowly: for trying things.
    Dev,
    /// What is shipped and measured.
    Shipped,
}

/// One set of binaries that is compiled together, and so shares features.
#[derive(Debug)]
pub struct Compile<'a> {
    /// Packages to build.
    pub packages: &'a [&'a str],
    /// Binaries to build; all of the packages when empty.
    pub bins: &'a [&'a str],
    /// Features to turn on.
    pub features: &'a [&'a str],
}

/// A module as it is loaded: its glue, its code, and the scripts the glue imports from `./snippets/`.
#[derive(Debug, Clone)]
pub struct Module {
    /// The glue, an ES module whose default export starts it.
    pub js: String,
    /// The code; the glue looks for it beside itself as `NAME_bg.wasm`.
    pub wasm: Vec<u8>,
    /// Path below `snippets/` → text.
    pub snippets: BTreeMap<String, String>,
}

/// Compiles the binaries and gives the folder that holds `BIN.wasm`.
///
/// # Errors
/// When cargo refuses; it has printed why.
pub fn compile(project: &Project, quality: Quality, what: &Compile<'_>) -> Result<PathBuf> {
    let mut command = project.cargo();
    command.args(["build", "--target", TRIPLE, "--config", &remap(project)]);
    if quality == Quality::Shipped {
        command.args(["--profile", "wasm"]);
    }
    for package in what.packages {
        command.args(["-p", package]);
    }
    if what.bins.is_empty() {
        command.arg("--bins");
    }
    for bin in what.bins {
        command.args(["--bin", bin]);
    }
    if !what.features.is_empty() {
        command.args(["--features", &what.features.join(",")]);
    }
    process::run(&mut command)?;
    let profile = if quality == Quality::Shipped {
        "wasm"
    } else {
        "debug"
    };
    Ok(project.target.join(TRIPLE).join(profile))
}

/// The cargo setting that keeps this machine's paths out of the code, so that two machines build the same bytes.
fn remap(project: &Project) -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let mut flags = vec![format!(
        "\"--remap-path-prefix={}=krowoc\"",
        project.root.display()
    )];
    flags.push(format!(
        "\"--remap-path-prefix={}=target\"",
        project.target.display()
    ));
    if let Some(home) = home {
        flags.push(format!("\"--remap-path-prefix={}=cargo\"", home.display()));
    }
    format!("target.{TRIPLE}.rustflags=[{}]", flags.join(", "))
}

/// Makes a compiled binary loadable as the ES module `name`.
///
/// # Errors
/// When wasm-bindgen or wasm-opt refuses.
pub fn bind(
    project: &Project,
    quality: Quality,
    compiled: &Path,
    name: &str,
    resettable: bool,
) -> Result<Module> {
    let input = files::read(&compiled.join(format!("{name}.wasm")))?;
    let shipped = quality == Quality::Shipped;
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?;
    bindgen
        .input_bytes(name, input)
        .typescript(false)
        // The glue finds its code beside itself when it is started without arguments.
        .omit_default_module_path(false)
        .debug(!shipped)
        .remove_name_section(shipped)
        .remove_producers_section(shipped)
        .reset_state_function(resettable);
    let out = project.target.join("krowoc").join("bindgen").join(name);
    files::remove_dir(&out)?;
    bindgen
        .generate(&out)
        .with_context(|| format!("wasm-bindgen cannot bind {name}"))?;
    let js = files::read_text(&out.join(format!("{name}.js")))?;
    let mut wasm = files::read(&out.join(format!("{name}_bg.wasm")))?;
    if shipped {
        wasm = optimise(project, name, wasm)?;
    }
    let below = out.join("snippets");
    let mut snippets = BTreeMap::new();
    for file in files::under(&below) {
        let inside = file
            .strip_prefix(&below)
            .unwrap_or(&file)
            .to_string_lossy()
            .into_owned();
        snippets.insert(inside, files::read_text(&file)?);
    }
    Ok(Module { js, wasm, snippets })
}

/// Shrinks a module; the same input is shrunk once only.
fn optimise(project: &Project, name: &str, wasm: Vec<u8>) -> Result<Vec<u8>> {
    let tool = project.path("tests/node_modules/.bin/wasm-opt");
    let lock = files::read(&project.path("tests/package-lock.json")).unwrap_or_default();
    let key = format!(
        "{}.wasm",
        files::digest(&[&wasm, &lock, OPTIMISE.join(" ").as_bytes()])
    );
    let scratch = project.target.join("krowoc");
    files::cached(&scratch.join("optimised"), &key, || {
        let input = scratch.join(format!("{name}.in.wasm"));
        let output = scratch.join(format!("{name}.out.wasm"));
        files::write(&input, &wasm)?;
        process::run(
            Command::new(&tool)
                .args(OPTIMISE)
                .arg(&input)
                .arg("-o")
                .arg(&output),
        )
        .context("wasm-opt failed; if it is missing run: npm ci --prefix tests")?;
        let shrunk = files::read(&output)?;
        fs::remove_file(&input).ok();
        fs::remove_file(&output).ok();
        Ok(shrunk)
    })
}
