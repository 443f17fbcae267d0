//! The command line: its words, and the configuration that follows from them. Not what the commands do.

use crate::config::layers::{Layer, Written, environment};
use crate::config::settings::{SETTINGS, Setting};
use crate::config::{Config, read_file};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use krowoc_shared::execution::request::Provider;
use krowoc_shared::library::quota::Tier;
use std::path::PathBuf;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Answer requests.
    Serve,
    /// Bring the schema up to this binary.
    MigrateUp,
    /// Show which migrations the database has.
    MigrateStatus,
    /// Take the last migrations back.
    MigrateDown(usize),
    /// Copy the database to a file.
    Backup(PathBuf),
    /// Replace the database by a file, with new epochs.
    Restore(PathBuf),
    /// Give every space a new epoch.
    NewEpoch,
    /// Check the database.
    Verify,
    /// Re-seal every provider key; true makes a new key-encryption key first.
    RotateKey(bool),
    /// Hold a key for everybody; it comes on the standard input. With an address when it is not the usual one.
    SetServerKey(Provider, Option<String>),
    /// Hold it no more.
    RemoveServerKey(Provider),
    /// Set what an account may hold.
    SetTier(String, Tier),
    /// Show what a catalogue file changes; true puts it in place.
    Models(PathBuf, bool),
}

/// The words of the command line.
#[must_use]
pub fn command() -> Command {
    let file = |help: &'static str| {
        Arg::new("file")
            .value_name("FILE")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    Command::new("krowoc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Krowoc: your prompts and snippets, on your own server")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(with(Command::new("serve").about("Answers requests"), |_| true))
        .subcommand(
            Command::new("migrate")
                .about("Changes the schema of the database")
                .subcommand_required(true)
                .subcommand(store(Command::new("up").about("Brings the schema up to this binary")))
                .subcommand(store(Command::new("status").about("Shows which migrations the database has")))
                .subcommand(store(
                    Command::new("down")
                        .about("Takes the last migrations back; what they added is lost")
                        .arg(
                            Arg::new("count")
                                .value_name("N")
                                .required(true)
                                .value_parser(value_parser!(u16).range(1..))
                                .help("How many"),
                        ),
                )),
        )
        .subcommand(
            Command::new("admin")
                .about("Looks after the database")
                .subcommand_required(true)
                .subcommand(store(
                    Command::new("backup")
                        .about("Copies the SQLite database to a file, also while the server runs. For PostgreSQL use pg_dump")
                        .arg(file("The copy; must not exist")),
                ))
                .subcommand(store(
                    Command::new("restore")
                        .about("Replaces the SQLite database by a backup and gives every space a new epoch. Stop the server first. For PostgreSQL use pg_restore, then new-epoch")
                        .arg(file("A file made by backup")),
                ))
                .subcommand(store(Command::new("new-epoch").about(
                    "Gives every space a new epoch: needed after pg_restore, so that clients offer what the backup lacks",
                )))
                .subcommand(store(Command::new("verify").about("Checks the database and its schema")))
                .subcommands(keys())
                .subcommand(tier())
                .subcommand(
                    Command::new("models")
                        .about("Looks after the model catalogue")
                        .subcommand_required(true)
                        .subcommand(store(
                            Command::new("diff")
                                .about("Shows what a catalogue file would change")
                                .arg(file("The file; its format is in docs/money.md")),
                        ))
                        .subcommand(store(
                            Command::new("import")
                                .about("Puts a catalogue file in place, also while the server runs. Prices that differ become a new revision")
                                .arg(file("The file; its format is in docs/money.md")),
                        )),
                ),
        )
}

/// The words about what an account may hold.
fn tier() -> Command {
    let names = Tier::ALL.map(Tier::as_str);
    store(
        Command::new("set-tier")
            .about("Sets what an account may hold, also while the server runs: free holds 50 prompts, power and team as many as one likes")
            .arg(
                Arg::new("email")
                    .value_name("EMAIL")
                    .required(true)
                    .help("Whose account"),
            )
            .arg(
                Arg::new("tier")
                    .value_name("TIER")
                    .required(true)
                    .value_parser(names.to_vec())
                    .help("The tier"),
            ),
    )
}

/// The words about provider keys.
fn keys() -> [Command; 3] {
    let provider = || {
        let names = Provider::ALL.iter().map(|provider| provider.as_str());
        Arg::new("provider")
            .value_name("PROVIDER")
            .required(true)
            .value_parser(names.collect::<Vec<_>>())
            .help("Whose key")
    };
    [
        store(
            Command::new("rotate-key")
                .about("Seals every stored provider key anew under the first key-encryption key, also while the server runs. May be run again")
                .arg(
                    Arg::new("new-key")
                        .long("new-key")
                        .action(ArgAction::SetTrue)
                        .help("First makes a new key-encryption key and puts it first in the key file"),
                ),
        ),
        store(
            Command::new("set-server-key")
                .about("Holds a key for everybody who has none of their own; reads it from the standard input")
                .arg(provider())
                .arg(
                    Arg::new("base-url")
                        .long("base-url")
                        .value_name("URL")
                        .help("Where the provider listens, when not at its usual address"),
                ),
        ),
        store(
            Command::new("remove-server-key")
                .about("Holds it no more")
                .arg(provider()),
        ),
    ]
}

fn store(command: Command) -> Command {
    with(command, |setting| setting.store)
}

/// Adds the flags of settings.
fn with(command: Command, wanted: impl Fn(&Setting) -> bool) -> Command {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("TOML file with settings; keys are the flags with _ for -. Default: krowoc.toml when it is there [env: KROWOC_CONFIG]");
    let flags = SETTINGS
        .iter()
        .filter(|setting| wanted(setting) && !setting.secret)
        .map(|setting| {
            let name = setting.key.replace('_', "-");
            let variable = setting.key.to_uppercase();
            let default = if setting.default.is_empty() {
                String::new()
            } else {
                format!(" [default: {}]", setting.default)
            };
            Arg::new(setting.key)
                .long(name)
                .value_name(setting.value)
                .help(format!(
                    "{} [env: KROWOC_{variable}]{default}",
                    setting.help
                ))
        });
    let secrets = SETTINGS
        .iter()
        .filter(|setting| wanted(setting) && setting.secret)
        .map(|setting| {
            let variable = setting.key.to_uppercase();
            format!("KROWOC_{variable}={}: {}\n", setting.value, setting.help)
        });
    let secrets: String = secrets.collect();
    command.arg(config).args(flags).after_help(format!(
        "Never a flag, for others could read it:\n{secrets}\n\
         A flag wins over its variable, a variable over the file, the file over the default."
    ))
}

/// The action and the configuration of parsed words and variables.
///
/// # Errors
/// One sentence an error, each with its fix.
pub fn read(
    matches: &ArgMatches,
    vars: Vec<(String, String)>,
) -> Result<(Action, Config), Vec<String>> {
    let (action, matches) =
        action(matches).ok_or_else(|| vec!["no command was given".to_owned()])?;
    let mut flags = Layer::new();
    for setting in SETTINGS {
        let Ok(Some(text)) = matches.try_get_one::<String>(setting.key) else {
            continue;
        };
        let written = Written {
            text: text.clone(),
            origin: format!("--{}", setting.key.replace('_', "-")),
        };
        flags.insert(setting.key.to_owned(), written);
    }
    let named = matches.get_one::<PathBuf>("config").cloned().or_else(|| {
        let found = vars.iter().find(|(name, _)| name == "KROWOC_CONFIG");
        found.map(|(_, path)| PathBuf::from(path))
    });
    let file = read_file(named.as_deref())?;
    let variables = environment(vars.into_iter())?;
    Ok((action, Config::resolve(&[flags, variables, file])?))
}

fn action(matches: &ArgMatches) -> Option<(Action, &ArgMatches)> {
    let (name, matches) = matches.subcommand()?;
    if name == "serve" {
        return Some((Action::Serve, matches));
    }
    let (mut sub, mut matches) = matches.subcommand()?;
    if sub == "models" {
        (sub, matches) = matches.subcommand()?;
    }
    let file = || matches.get_one::<PathBuf>("file").cloned();
    let provider = || Provider::parse(matches.get_one::<String>("provider")?);
    let action = match sub {
        "up" => Action::MigrateUp,
        "status" => Action::MigrateStatus,
        "down" => Action::MigrateDown(usize::from(*matches.get_one::<u16>("count")?)),
        "backup" => Action::Backup(file()?),
        "restore" => Action::Restore(file()?),
        "new-epoch" => Action::NewEpoch,
        "verify" => Action::Verify,
        "rotate-key" => Action::RotateKey(matches.get_flag("new-key")),
        "set-server-key" => {
            Action::SetServerKey(provider()?, matches.get_one::<String>("base-url").cloned())
        }
        "set-tier" => Action::SetTier(
            matches.get_one::<String>("email").cloned()?,
            Tier::parse(matches.get_one::<String>("tier")?)?,
        ),
        "diff" => Action::Models(file()?, false),
        "import" => Action::Models(file()?, true),
        "remove-server-key" => Action::RemoveServerKey(provider()?),
        _ => return None,
    };
    Some((action, matches))
}
