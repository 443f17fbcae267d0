//! The provider server as a program: `krowoc-provider [--listen 127.0.0.1:0] [--record]`. Prints its address once it listens.
#![allow(clippy::print_stdout)] // Whoever started it reads the address.

use anyhow::{Context, Result};
use krowoc_tests::provider::serve_on;
use tokio::net::TcpListener;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let at = args.iter().position(|arg| arg == "--listen");
    let named = at.and_then(|at| args.get(at + 1));
    let listen = named.map_or("127.0.0.1:0", String::as_str);
    let records = args.iter().any(|arg| arg == "--record");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        println!("http://{}", listener.local_addr()?);
        serve_on(listener, records).await;
        Ok(())
    })
}
