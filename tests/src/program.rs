//! The server's own program as a process that can be killed. Not the server in this process: see `app`.

use crate::database::TestDatabase;
use krowoc_server::store::DatabaseUrl;
use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running program; killed when it is dropped.
pub struct Program {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    log: PathBuf,
}

/// `KROWOC_BIN`, else the binary in the target folder of this test.
fn binary() -> PathBuf {
    let named = std::env::var_os("KROWOC_BIN").map(PathBuf::from);
    let beside = || {
        let test = std::env::current_exe().expect("the test's own path");
        let target = test.ancestors().nth(2).expect("a target folder");
        target.join("krowoc")
    };
    let path = named.unwrap_or_else(beside);
    assert!(
        path.exists(),
        "there is no {}: run `cargo build -p krowoc-server`, or set KROWOC_BIN",
        path.display()
    );
    path
}

impl Program {
    /// Starts the server on a database with further words of its command line, and waits until it listens. Its log is at the finest
    /// level.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(database: &TestDatabase, words: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let url = match &database.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(text) => text.clone(),
        };
        let log = std::env::temp_dir().join(format!(
            "krowoc-program-{}-{}.log",
            std::process::id(),
            address.port()
        ));
        let lines = File::create(&log).expect("a log file");
        let listen = address.to_string();
        let child = Command::new(binary())
            .args(["serve", "--listen", &listen, "--database-url", &url])
            .args(["--log-level", "trace"])
            .args(words)
            // A server refuses what is no setting of its own.
            .env_remove("KROWOC_BIN")
            .env("KROWOC_KEY", crate::app::KEY)
            .stdout(Stdio::null())
            .stderr(lines)
            .spawn()
            .expect("the server's program");
        let mut program = Self {
            address,
            child,
            log,
        };
        while TcpStream::connect(address).is_err() {
            let ended = program.child.try_wait().expect("its state");
            assert!(ended.is_none(), "the server ended: {}", program.logged());
            std::thread::yield_now();
        }
        program
    }

    /// Ends it as `kill -9` does: nothing that it holds is written, nobody is told.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it has ended");
    }

    /// What it logged so far.
    #[must_use]
    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}
