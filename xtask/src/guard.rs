//! Keeps a background program alive exactly as long as its holder, however the holder ends. Not a supervisor: nothing is restarted.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// Ends the program and removes its folder on drop. A small shell beside us waits on a pipe whose other end we hold: the
/// kernel closes it even when we are killed, and the shell then does the same.
#[derive(Debug)]
pub struct Guard {
    shell: Child,
    dir: PathBuf,
}

/// Waits for the pipe to close, then ends the process by its id, at once when it does not go, and removes the folder.
const WATCH: &str = r#"
trap '' INT TERM HUP
read -r _
kill -INT "$1" 2>/dev/null
i=0
while kill -0 "$1" 2>/dev/null && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done
kill -KILL "$1" 2>/dev/null
rm -rf "$2"
"#;

impl Guard {
    /// Watches over the process `pid`, whose files lie in `dir`.
    ///
    /// # Errors
    /// When no shell can be started.
    pub fn over(pid: u32, dir: &Path) -> Result<Self> {
        let mut command = Command::new("sh");
        command
            .args(["-c", WATCH, "krowoc-guard", &pid.to_string()])
            .arg(dir);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let shell = command.spawn().context("`sh` cannot be started")?;
        Ok(Self {
            shell,
            dir: dir.to_path_buf(),
        })
    }

    /// The folder that goes away with the program.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.shell.stdin.take() {
            // Nobody can hear of a failure here, and closing the pipe says the same.
            let _ = pipe.write_all(b"\n");
        }
        let _ = self.shell.wait();
    }
}
