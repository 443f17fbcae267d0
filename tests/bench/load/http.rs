//! A reader of answers that costs next to nothing: one connection, requests one after the other, times of the first text and of the end.

use anyhow::{Context, Result, bail};
use krowoc_tests::provider::held;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where requests go.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub address: SocketAddr,
    pub path: String,
    pub key: String,
    /// What the client wants.
    pub accept: &'static str,
    /// What stands near the end of a stream that is complete.
    pub marker: &'static [u8],
    /// How much of an answer is kept, in bytes.
    pub keep: usize,
}

impl Endpoint {
    pub fn new(address: SocketAddr, path: &str, key: &str) -> Self {
        Self {
            address,
            path: path.to_owned(),
            key: key.to_owned(),
            accept: "*/*",
            marker: b"[DONE]",
            keep: 600,
        }
    }

    /// Of a base address such as `http://127.0.0.1:4000/v1`.
    pub fn of_url(url: &str, key: &str) -> Result<Self> {
        let rest = url
            .strip_prefix("http://")
            .context("the peer must listen on http://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, "v1"));
        let path = format!("/{}/chat/completions", path.trim_end_matches('/'));
        let host = host.replace("localhost", "127.0.0.1");
        let address = host
            .parse()
            .with_context(|| format!("`{host}` is no IP:PORT"))?;
        Ok(Self::new(address, &path, key))
    }

    /// The bytes of a request.
    pub fn request(&self, body: &Value) -> Vec<u8> {
        let body = body.to_string();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\naccept: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.path,
            self.address,
            self.key,
            self.accept,
            body.len()
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Taken {
    /// To the first piece of text, without what the provider held the request for, where it says so.
    pub first: Duration,
    /// To the last byte.
    pub whole: Duration,
    status: u16,
    has_marker: bool,
    body: Vec<u8>,
}

impl Taken {
    pub fn complete(&self, streaming: bool) -> bool {
        self.status == 200 && (!streaming || self.has_marker)
    }

    pub fn beginning(&self) -> String {
        let beginning = self.body.get(..600).unwrap_or(&self.body);
        String::from_utf8_lossy(beginning).into_owned()
    }

    /// How often something stands in it.
    pub fn count(&self, what: &[u8]) -> usize {
        let windows = self.body.windows(what.len());
        windows.filter(|window| *window == what).count()
    }
}

/// A connection.
pub struct Reader {
    endpoint: Endpoint,
    stream: TcpStream,
    read: Vec<u8>,
}

/// The first text of the provider server's answers, whether or not its Polish letters are escaped.
const FIRST: &[u8] = b"owo0";

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let found = rest.windows(what.len()).position(|window| window == what);
    found.map(|at| from + at)
}

impl Reader {
    pub async fn connect(endpoint: &Endpoint) -> Result<Self> {
        let stream = TcpStream::connect(endpoint.address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            endpoint: endpoint.clone(),
            stream,
            read: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends a request and reads its answer to the end.
    pub async fn post(&mut self, request: &[u8]) -> Result<Taken> {
        let started = Instant::now();
        self.read.clear();
        self.stream.write_all(request).await?;
        let mut first = None;
        let mut head = None;
        let mut seen = 0;
        loop {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                bail!(
                    "{} closed the connection: {}",
                    self.endpoint.address,
                    String::from_utf8_lossy(&self.read)
                );
            }
            if head.is_none() {
                head = find(&self.read, b"\r\n\r\n", 0).map(|end| Head::parse(&self.read, end + 4));
            }
            let from = seen - FIRST.len().min(seen);
            if first.is_none() && find(&self.read, FIRST, from).is_some() {
                let held = held::told(&self.read).unwrap_or_default();
                first = Some(started.elapsed().saturating_sub(held));
            }
            seen = self.read.len();
            let Some(head) = &head else { continue };
            let ended = match head.length {
                Some(length) => self.read.len() >= head.end + length,
                None => self.read.ends_with(b"\r\n0\r\n\r\n"),
            };
            if ended {
                let whole = started.elapsed();
                return Ok(Taken {
                    first: first.unwrap_or(whole),
                    whole,
                    status: head.status,
                    has_marker: find(&self.read, self.endpoint.marker, head.end).is_some(),
                    body: self.read.iter().take(self.endpoint.keep).copied().collect(),
                });
            }
        }
    }
}

struct Head {
    status: u16,
    length: Option<usize>,
    end: usize,
}

impl Head {
    fn parse(read: &[u8], end: usize) -> Self {
        let text = String::from_utf8_lossy(read.get(..end).unwrap_or_default()).to_lowercase();
        let status = text.split(' ').nth(1).and_then(|it| it.parse().ok());
        let length = text
            .split("\r\n")
            .find_map(|line| line.strip_prefix("content-length:"));
        Self {
            status: status.unwrap_or(0),
            length: length.and_then(|it| it.trim().parse().ok()),
            end,
        }
    }
}
