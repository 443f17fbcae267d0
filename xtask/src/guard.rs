//! Keeps a background program alive exactly as long as its holder, however the holder ends. Not a supervisor: nothing is restarted.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::process;

/// How long a program may take to end when asked.
const GRACE: Duration = Duration::from_secs(10);

/// Ends the program and removes its folder on drop. A small shell beside us waits on a pipe whose other end we hold: the
/// kernel closes it even when we are killed, and the shell then does the same.
#[derive(Debug)]
pub struct Guard {
    program: Child,
    shell: Child,
}

/// Waits for the pipe to close, then ends the process by its id, at once when it does not go, and removes the folder.
const WATCH: &str = r#"
trap '' INT TERM HUP
read -r _
kill -INT "$1" 2>/dev/null
i=0
while kill -0 "$1" 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done
kill -KILL "$1" 2>/dev/null
rm -rf "$2"
"#;

impl Guard {
    /// Watches over a program, whose files lie in `dir`.
    ///
    /// # Errors
    /// When no shell can be started; the program is ended then.
    pub fn over(mut program: Child, dir: &Path) -> Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", WATCH, "krowoc-guard", &program.id().to_string()]);
        command
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match command.spawn() {
            Ok(shell) => Ok(Self { program, shell }),
            Err(error) => {
                program.kill()?;
                Err(error).context("`sh` cannot be started")
            }
        }
    }

    /// Whether the program has ended by itself.
    pub fn ended(&mut self) -> bool {
        !matches!(self.program.try_wait(), Ok(None))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let asked = Instant::now();
        if !self.ended() {
            process::succeeds(Command::new("kill").args(["-INT", &self.program.id().to_string()]));
        }
        while !self.ended() && asked.elapsed() < GRACE {
            std::thread::sleep(Duration::from_millis(20));
        }
        // Nobody can hear of a failure from here on: the shell tries once more.
        let _ = self.program.kill();
        let _ = self.program.wait();
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn a_program_ends_and_its_folder_goes_with_its_guard() {
        let dir = std::env::temp_dir().join(format!("krowoc-guard-{}", std::process::id()));
        files::write(&dir.join("data"), "x").unwrap();
        let program = Command::new("sleep").arg("1000").spawn().unwrap();
        let id = program.id().to_string();
        let mut guard = Guard::over(program, &dir).unwrap();
        assert!(!guard.ended());
        drop(guard);
        assert!(!process::succeeds(Command::new("kill").args(["-0", &id])));
        assert!(!dir.exists());
    }
}
