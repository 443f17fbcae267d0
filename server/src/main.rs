//! The krowoc binary: words in, exit code out. Not the server: that is the library.

use krowoc_server::cli::{self, Action};
use krowoc_server::config::{Config, process_environment};
use krowoc_server::operator::Operator;
use krowoc_server::platform::{SystemClock, SystemRandom};
use krowoc_server::store::migrate;
use krowoc_server::{admin, serve, telemetry};
use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use zeroize::Zeroizing;

fn main() -> ExitCode {
    let matches = cli::command().get_matches();
    let (action, config) = match cli::read(&matches, process_environment()) {
        Ok(read) => read,
        Err(errors) => return fail(&errors, 2),
    };
    match run(action, config) {
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => fail(&[error], 1),
    }
}

fn fail(errors: &[String], code: u8) -> ExitCode {
    let mut stderr = std::io::stderr();
    for error in errors {
        let _ = writeln!(stderr, "krowoc: {error}");
    }
    ExitCode::from(code)
}

fn run(action: Action, config: Config) -> Result<String, String> {
    let url = config.database.clone();
    let lines = |names: Vec<String>, verb: &str, none: &str| {
        let text: String = names
            .iter()
            .map(|name| format!("{verb} {name}\n"))
            .collect();
        if text.is_empty() {
            format!("{none}\n")
        } else {
            text
        }
    };
    let said = |error: krowoc_server::store::StoreError| format!("{url}: {error}");
    Ok(match action {
        Action::Serve => {
            let colour = std::io::stderr().is_terminal();
            telemetry::log_to(&config, colour, std::io::stderr);
            serve_forever(config)?;
            String::new()
        }
        Action::MigrateUp => lines(
            migrate::up(&url).map_err(said)?,
            "applied",
            "nothing to apply",
        ),
        Action::MigrateDown(count) => lines(
            migrate::down(&url, count).map_err(said)?,
            "reverted",
            "nothing to revert",
        ),
        Action::MigrateStatus => {
            let steps = migrate::status(&url).map_err(said)?;
            let line = |step: &migrate::Step| {
                let mark = if step.applied { "applied" } else { "pending" };
                format!("{mark} {}\n", step.name)
            };
            steps.iter().map(line).collect()
        }
        Action::Backup(file) => {
            admin::backup(&url, &file)?;
            format!("copied to {}\n", file.display())
        }
        Action::Restore(file) => {
            let old = admin::restore(&url, &file, &SystemRandom)?;
            format!("restored; what was there before is in {}\n", old.display())
        }
        Action::NewEpoch => format!(
            "{} spaces have a new epoch\n",
            admin::new_epoch(&url, &SystemRandom)?
        ),
        Action::Verify => {
            admin::verify(&url)?;
            "the database is sound\n".to_owned()
        }
        Action::SetTier(email, tier) => {
            operate(config, async |it| it.set_tier(&email, tier).await)?
        }
        Action::RotateKey(new) => operate(config, async |it| it.rotate_key(new).await)?,
        Action::SetServerKey(provider, base_url) => {
            let mut key = Zeroizing::new(String::new());
            std::io::stdin()
                .read_to_string(&mut key)
                .map_err(|error| format!("the standard input: {error}"))?;
            operate(config, async |it| {
                it.set_server_key(provider, base_url.as_deref(), &key).await
            })?
        }
        Action::Models(file, apply) => operate(config, async |it| it.models(&file, apply).await)?,
        Action::RemoveServerKey(provider) => {
            operate(config, async |it| it.remove_server_key(provider).await)?
        }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())
}

fn operate(
    config: Config,
    work: impl AsyncFnOnce(&Operator) -> Result<String, String>,
) -> Result<String, String> {
    let operator = Operator::new(config, Arc::new(SystemClock), Arc::new(SystemRandom));
    runtime()?.block_on(work(&operator))
}

fn serve_forever(config: Config) -> Result<(), String> {
    runtime()?.block_on(async {
        let running = serve::start(config, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        serve::until_signal(running).await
    })
}
