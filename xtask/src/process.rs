//! Starting other programs and saying what went wrong with them. Not which programs, and not when.

use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};

static QUIET: AtomicBool = AtomicBool::new(false);

/// From here on progress goes to the error output, and what is printed is the result alone.
pub fn quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

fn progress(text: &str) {
    if QUIET.load(Ordering::Relaxed) {
        eprintln!("{text}");
    } else {
        println!("{text}");
    }
}

/// A step with a name: says that it began, and how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begun = Instant::now();
    progress(&format!("==> {name}"));
    let result = work();
    let seconds = begun.elapsed().as_secs_f64();
    match &result {
        Ok(_) => progress(&format!("    {name}: done in {seconds:.1} s")),
        Err(_) => progress(&format!("    {name}: failed after {seconds:.1} s")),
    }
    result
}

/// Runs to the end with its output on ours.
///
/// # Errors
/// When the program cannot be started or ends with an error; the message names the whole command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Runs to the end and gives what was printed.
///
/// # Errors
/// As [`run`]; the message holds what the program wrote to its error output.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` ended with {}\n{}",
            line(command),
            output.status,
            said.trim_end()
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed what is not UTF-8", line(command)))
}

/// Whether the program starts and ends well; what it prints is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Where a program lies on the PATH.
pub fn which(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let quote = |part: &OsStr| {
        let part = part.to_string_lossy();
        if part.contains([' ', '"', '\'']) {
            format!("'{part}'")
        } else {
            part.into_owned()
        }
    };
    let mut words = vec![quote(command.get_program())];
    words.extend(command.get_args().map(quote));
    words.join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!("`{}` cannot be started; is it installed?", line(command))
}
