//! A throwaway PostgreSQL cluster on a free port. Not for anybody's data: it goes away with the driver.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::files;
use crate::guard::Guard;
use crate::process::{self, step};

/// A running cluster. It stops, and its files go, on drop.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    server: Guard,
}

impl Cluster {
    /// Makes a cluster and starts it: everybody on this machine's loopback may enter as `krowoc`.
    ///
    /// # Errors
    /// When PostgreSQL is missing, or does not start within 30 s; the message holds its log.
    pub fn start() -> Result<Self> {
        step("start PostgreSQL", Self::start_quietly)
    }

    fn start_quietly() -> Result<Self> {
        let programs = programs().context(
            "PostgreSQL's initdb was not found; run: sudo apt-get install -y postgresql",
        )?;
        let dir = std::env::temp_dir().join(format!("krowoc-postgres-{}", std::process::id()));
        files::remove_dir(&dir)?;
        std::fs::create_dir_all(&dir)
            .with_context(|| format!("{} cannot be made", dir.display()))?;
        let user = unprivileged(&dir)?;
        let data = dir.join("data");
        let mut init = as_user(user, &programs.join("initdb"));
        init.current_dir(&dir).arg("-D").arg(&data);
        init.args([
            "--no-sync",
            "--auth=trust",
            "--username=krowoc",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        process::capture(&mut init)?;
        let port = free_port()?;
        let log = dir.join("log");
        let server = launch(user, &programs, &dir, &data, port, &log)?;
        let url = format!("postgres://krowoc@127.0.0.1:{port}/postgres");
        let mut cluster = Self { url, server };
        cluster.wait_until_ready(&programs, port, &log)?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, programs: &Path, port: u16, log: &Path) -> Result<()> {
        let begun = Instant::now();
        loop {
            let mut probe = Command::new(programs.join("pg_isready"));
            if process::succeeds(probe.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])) {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(30) || self.server.ended() {
                bail!(
                    "PostgreSQL did not start:\n{}",
                    files::read_text(log).unwrap_or_default()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The address of its first database, of a user who may make others.
    pub fn url(&self) -> &str {
        &self.url
    }
}

fn launch(
    user: Option<&str>,
    programs: &Path,
    dir: &Path,
    data: &Path,
    port: u16,
    log: &Path,
) -> Result<Guard> {
    let mut server = as_user(user, &programs.join("postgres"));
    server
        .current_dir(dir)
        .arg("-D")
        .arg(data)
        .arg("-k")
        .arg(dir)
        .args(["-p", &port.to_string(), "-h", "127.0.0.1"]);
    // A killed krowoc is tested here, never a killed machine: nothing has to reach the disk.
    for setting in [
        "fsync=off",
        "full_page_writes=off",
        "max_connections=200",
        "shared_buffers=128MB",
        "timezone=UTC",
    ] {
        server.args(["-c", setting]);
    }
    let out = std::fs::File::create(log)
        .with_context(|| format!("{} cannot be written", log.display()))?;
    let child = server
        .stdin(Stdio::null())
        .stdout(out.try_clone()?)
        .stderr(out)
        .spawn()
        .context("postgres cannot be started")?;
    Guard::over(child, dir)
}

/// The folder of PostgreSQL's server programs, the newest when there are several.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let number = |path: &PathBuf| files::name(path).parse::<u32>().unwrap_or(0);
    let mut found: Vec<PathBuf> = versions
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    found.sort_by_key(number);
    let mut folders: Vec<PathBuf> = found
        .into_iter()
        .rev()
        .map(|path| path.join("bin"))
        .collect();
    // Elsewhere than on Debian; a link on the PATH may stand apart from the other programs.
    let linked = process::which("initdb").and_then(|initdb| initdb.canonicalize().ok());
    folders.extend(linked.and_then(|initdb| initdb.parent().map(Path::to_path_buf)));
    let whole = |folder: &PathBuf| {
        ["initdb", "postgres", "pg_isready"]
            .iter()
            .all(|program| folder.join(program).is_file())
    };
    folders.into_iter().find(whole)
}

/// PostgreSQL refuses to run as root: gives the folder to a lesser user and names it.
fn unprivileged(dir: &Path) -> Result<Option<&'static str>> {
    if process::capture(Command::new("id").arg("-u"))?.trim() != "0" {
        return Ok(None);
    }
    let user = if process::succeeds(Command::new("id").args(["-u", "postgres"])) {
        "postgres"
    } else {
        "nobody"
    };
    process::run(Command::new("chown").arg(user).arg(dir))?;
    Ok(Some(user))
}

/// Starts in the place of the shell in between, so that the child's id is the server's own.
fn as_user(user: Option<&str>, program: &Path) -> Command {
    match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", user, "--regid"])
                .arg(group(user))
                .args(["--clear-groups", "--"])
                .arg(program);
            command
        }
    }
}

fn group(user: &str) -> String {
    let name = process::capture(Command::new("id").args(["-gn", user])).unwrap_or_default();
    if name.trim().is_empty() {
        user.to_owned()
    } else {
        name.trim().to_owned()
    }
}

/// A port nobody listens on just now.
///
/// # Errors
/// When the machine has no loopback or no port left.
pub fn free_port() -> Result<u16> {
    let probe = TcpListener::bind("127.0.0.1:0").context("no free port on 127.0.0.1")?;
    Ok(probe.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let Some(programs) = programs() else {
            assert!(
                Cluster::start_quietly()
                    .unwrap_err()
                    .to_string()
                    .contains("apt-get install")
            );
            return;
        };
        let cluster = Cluster::start_quietly().unwrap();
        let url = cluster.url().to_owned();
        let port = url
            .rsplit(':')
            .next()
            .and_then(|rest| rest.split('/').next())
            .unwrap()
            .to_owned();
        let ready = || {
            process::succeeds(Command::new(programs.join("pg_isready")).args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
            ]))
        };
        assert!(ready());
        drop(cluster);
        assert!(!ready());
        assert!(
            !std::env::temp_dir()
                .join(format!("krowoc-postgres-{}", std::process::id()))
                .exists()
        );
    }

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = free_port().unwrap();
        assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
    }
}
