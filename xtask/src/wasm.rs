//! From Rust to a module that a browser loads: cargo, wasm-bindgen, wasm-opt. Not where the module is put.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
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
    /// Flags for the compiler, for all that is compiled: other flags mean another copy of every dependency.
    pub flags: &'a [&'a str],
}

/// What is done with a module beside starting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is started anew where it ran before.
    Restarted,
    /// Parts are linked to it while it runs: they find its table of functions among its exports.
    Extended,
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
    command.args([
        "build",
        "--target",
        TRIPLE,
        "--config",
        &flags(project, what),
    ]);
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
    let target = place(project, what);
    command.env("CARGO_TARGET_DIR", &target);
    process::run(&mut command)?;
    let profile = if quality == Quality::Shipped {
        "wasm"
    } else {
        "debug"
    };
    Ok(target.join(TRIPLE).join(profile))
}

/// Where cargo puts what it builds. Since paths are kept out of the code, cargo does not tell builds with other flags apart: in one
/// folder they would replace each other's dependencies every time.
fn place(project: &Project, what: &Compile<'_>) -> PathBuf {
    if what.flags.is_empty() {
        project.target.clone()
    } else {
        project
            .target
            .join("krowoc/flagged")
            .join(what.packages.join("+"))
    }
}

/// The cargo setting with these flags, and with those that keep this machine's paths out of the code, so that two machines build
/// the same bytes.
fn flags(project: &Project, what: &Compile<'_>) -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let places = [
        (Some(project.root.clone()), "krowoc"),
        (Some(place(project, what)), "target"),
        (home, "cargo"),
    ];
    let mut flags: Vec<String> = what
        .flags
        .iter()
        .map(|flag| format!("\"{flag}\""))
        .collect();
    for (place, name) in places {
        flags.extend(
            place.map(|place| format!("\"--remap-path-prefix={}={name}\"", place.display())),
        );
    }
    format!("target.{TRIPLE}.rustflags=[{}]", flags.join(", "))
}

/// Makes a compiled module loadable as the ES module `name`.
///
/// # Errors
/// When wasm-bindgen or wasm-opt refuses.
pub fn bind(
    project: &Project,
    quality: Quality,
    name: &str,
    input: Vec<u8>,
    used: Use,
) -> Result<Module> {
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
        .keep_lld_exports(used == Use::Extended)
        .reset_state_function(used == Use::Restarted);
    let out = project.target.join("krowoc").join("bindgen").join(name);
    files::remove_dir(&out)?;
    bindgen
        .generate(&out)
        .with_context(|| format!("wasm-bindgen cannot bind {name}"))?;
    let js = files::read_text(&out.join(format!("{name}.js")))?;
    let wasm = files::read(&out.join(format!("{name}_bg.wasm")))?;
    let wasm = finish(project, quality, name, wasm)?;
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

/// Shrinks a module that is to be shipped; the same input is shrunk once only.
///
/// # Errors
/// When wasm-opt is missing or refuses.
pub fn finish(project: &Project, quality: Quality, name: &str, wasm: Vec<u8>) -> Result<Vec<u8>> {
    if quality == Quality::Dev {
        return Ok(wasm);
    }
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
