//! Asks a server of this machine whether it is ready. Not an HTTP client.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result};

const PATIENCE: Duration = Duration::from_secs(2);

/// Where a server that listens on `listen` is reached from here: every address means the loopback one.
///
/// # Errors
/// When the text is no `HOST:PORT`.
pub fn reachable(listen: &str) -> Result<SocketAddr> {
    let fix = || format!("--listen {listen} is no HOST:PORT; write it like 127.0.0.1:8787");
    let mut address = listen
        .to_socket_addrs()
        .with_context(fix)?
        .next()
        .with_context(fix)?;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    Ok(address)
}

/// Whether a GET of the path is answered with 200.
pub fn is_ok(address: SocketAddr, path: &str) -> bool {
    status(address, path).is_ok_and(|status| status.ends_with(b" 200"))
}

/// The first bytes of the reply: version and status.
fn status(address: SocketAddr, path: &str) -> std::io::Result<[u8; 12]> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn an_address_for_everybody_is_reached_over_the_loopback() {
        assert_eq!(reachable("0.0.0.0:80").unwrap().to_string(), "127.0.0.1:80");
        assert_eq!(reachable("[::]:80").unwrap().to_string(), "[::1]:80");
        assert!(
            reachable("8787")
                .unwrap_err()
                .to_string()
                .contains("HOST:PORT")
        );
    }

    #[test]
    fn only_the_status_200_is_ready() {
        for (reply, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", false),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0_u8; 5];
                stream.read_exact(&mut asked).unwrap();
                stream.write_all(reply.as_bytes()).unwrap();
                asked
            });
            assert_eq!(is_ok(address, "/health/ready"), expected);
            assert_eq!(&server.join().unwrap(), b"GET /");
        }
    }
}
