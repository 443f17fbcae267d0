//! A throwaway Redis on a free port. Not for anybody's data: it goes away with the driver.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::guard::Guard;
use crate::postgres::free_port;
use crate::process::step;

/// A running Redis. It stops on drop.
#[derive(Debug)]
pub struct Redis {
    url: String,
    guard: Option<Guard>,
    server: Child,
}

impl Redis {
    /// Starts one that keeps nothing on disk.
    ///
    /// # Errors
    /// When it is missing or does not answer within 10 s.
    pub fn start() -> Result<Self> {
        step("start Redis", || {
            let port = free_port()?;
            let dir = std::env::temp_dir().join(format!("krowoc-redis-{}", std::process::id()));
            std::fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
            let mut command = Command::new("redis-server");
            command.current_dir(&dir).args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
            let server = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            let server = server.context("redis-server cannot be started; run: sudo apt-get install -y redis-server")?;
            let guard = Guard::over(server.id(), &dir)?;
            let redis = Self { url: format!("redis://127.0.0.1:{port}/"), guard: Some(guard), server };
            redis.wait_until_ready(port)?;
            Ok(redis)
        })
    }

    fn wait_until_ready(&self, port: u16) -> Result<()> {
        let begun = Instant::now();
        while !answers(port) {
            if begun.elapsed() > Duration::from_secs(10) {
                bail!("redis-server did not answer on port {port} within 10 s");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.guard.take());
        let _ = self.server.wait();
    }
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut reply = [0_u8; 5];
    stream.write_all(b"PING\r\n").is_ok() && stream.read_exact(&mut reply).is_ok() && &reply == b"+PONG"
}
