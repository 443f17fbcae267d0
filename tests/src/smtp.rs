//! A small SMTP server of a test, over TCP: takes what it is sent, refuses what a closure says. Not one to relay anything.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A message as it was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// User and password, when somebody signed in.
    pub credentials: Option<(String, String)>,
    /// Who sent it.
    pub from: String,
    /// Whom it goes to.
    pub to: Vec<String>,
    /// Headers and body.
    pub data: String,
}

/// What happened so far.
#[derive(Default)]
struct Book {
    taken: Vec<Taken>,
    commands: Vec<String>,
}

/// A server; it stops when it is dropped.
pub struct SmtpServer {
    /// Where it listens.
    pub address: SocketAddr,
    book: Arc<Mutex<Book>>,
    task: JoinHandle<()>,
}

type Script = dyn Fn(&str) -> Option<&'static str> + Send + Sync;

impl SmtpServer {
    /// Starts one on a free port. `refuse` may answer a command in the server's place, such as `RCPT TO:<…>` with `550 no such mailbox`.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start(
        refuse: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let book: Arc<Mutex<Book>> = Arc::default();
        let (its, script): (_, Arc<Script>) = (Arc::clone(&book), Arc::new(refuse));
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (book, script) = (Arc::clone(&its), Arc::clone(&script));
                connections.spawn(async move {
                    // A client that hangs up has ended its conversation.
                    let _ = converse(BufReader::new(stream), &book, script.as_ref()).await;
                });
            }
        });
        Self {
            address,
            book,
            task,
        }
    }

    /// Messages taken so far.
    ///
    /// # Panics
    /// When a conversation panicked.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.book.lock().unwrap().taken.clone()
    }

    /// Commands heard so far; what was signed in with is left out.
    ///
    /// # Panics
    /// When a conversation panicked.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        self.book.lock().unwrap().commands.clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

fn credentials(encoded: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let mut parts = text.split('\0').skip(1);
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}

/// The address between `<` and `>`.
fn address(command: &str) -> String {
    let inner = command.split_once('<').map_or("", |(_, rest)| rest);
    inner.split('>').next().unwrap_or_default().to_owned()
}

async fn converse(
    mut stream: BufReader<TcpStream>,
    book: &Mutex<Book>,
    refuse: &Script,
) -> std::io::Result<()> {
    say(&mut stream, "220 test.example ESMTP").await?;
    let mut message = Taken::default();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        let verb = command.split(' ').next().unwrap_or_default().to_uppercase();
        let noted = if verb == "AUTH" {
            "AUTH".to_owned()
        } else {
            command.clone()
        };
        book.lock().unwrap().commands.push(noted);
        if let Some(answer) = refuse(&command) {
            say(&mut stream, answer).await?;
            continue;
        }
        match verb.as_str() {
            "EHLO" => {
                say(
                    &mut stream,
                    "250-test.example\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                )
                .await?
            }
            "AUTH" => {
                message.credentials = credentials(command.rsplit(' ').next().unwrap_or_default());
                say(&mut stream, "235 2.7.0 welcome").await?;
            }
            "MAIL" => {
                message.from = address(&command);
                say(&mut stream, "250 2.1.0 ok").await?;
            }
            "RCPT" => {
                message.to.push(address(&command));
                say(&mut stream, "250 2.1.5 ok").await?;
            }
            "DATA" => {
                say(&mut stream, "354 end with a dot").await?;
                message.data = data(&mut stream).await?;
                book.lock().unwrap().taken.push(message.clone());
                say(&mut stream, "250 2.0.0 taken").await?;
            }
            "QUIT" => return say(&mut stream, "221 2.0.0 bye").await,
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(text);
        }
        // A dot that begins a line was doubled (RFC 5321, section 4.5.2).
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
