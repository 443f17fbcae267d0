//! As much of HTTP/1.1 as a provider needs: requests with a length in, bodies with a length or in chunks out. Not a web server.

use std::collections::BTreeMap;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The largest request that is read.
const LARGEST: usize = 64 * 1024 * 1024;

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// A connection; what was read beyond a request is kept for the next.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    /// Over a stream.
    #[must_use]
    pub fn new(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            read: Vec::with_capacity(4096),
        }
    }

    /// The next request; `None` when the client has gone.
    ///
    /// # Errors
    /// When the connection breaks, or what comes is no request.
    pub async fn request(&mut self) -> io::Result<Option<Request>> {
        let head = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break end + 4;
            }
            if !self.more().await? {
                return Ok(None);
            }
        };
        let mut request = parse(&self.read[..head]).ok_or(io::ErrorKind::InvalidData)?;
        let length = request.headers.get("content-length");
        let length: usize = length
            .map_or(Some(0), |it| it.parse().ok())
            .unwrap_or(usize::MAX);
        if length > LARGEST || request.headers.contains_key("transfer-encoding") {
            return Err(io::ErrorKind::InvalidData.into());
        }
        while self.read.len() < head + length {
            if !self.more().await? {
                return Ok(None);
            }
        }
        request.body = self.read[head..head + length].to_vec();
        self.read.drain(..head + length);
        Ok(Some(request))
    }

    async fn more(&mut self) -> io::Result<bool> {
        if self.read.len() > LARGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(self.stream.read_buf(&mut self.read).await? > 0)
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// When the client has gone.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Waits until the client has gone.
    pub async fn gone(&mut self) {
        loop {
            // A client that sends more while it waits for its answer is as good as gone: none of ours does.
            match self.stream.read_buf(&mut self.read).await {
                Ok(0) | Err(_) => return,
                Ok(_) if self.read.len() > LARGEST => return,
                Ok(_) => {}
            }
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn parse(head: &[u8]) -> Option<Request> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    let headers = lines.filter_map(|line| line.split_once(':'));
    Some(Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect(),
        body: Vec::new(),
    })
}

/// The head of an answer; `length` `None` for a body in chunks.
#[must_use]
pub fn head(status: u16, kind: &str, headers: &[(&str, String)], length: Option<usize>) -> Vec<u8> {
    let mut head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nx-request-id: req_1\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match length {
        Some(length) => head.push_str(&format!("content-length: {length}\r\n\r\n")),
        None => head.push_str("transfer-encoding: chunked\r\n\r\n"),
    }
    head.into_bytes()
}

/// A piece of a body in chunks.
#[must_use]
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

/// The end of a body in chunks.
pub const LAST: &[u8] = b"0\r\n\r\n";
