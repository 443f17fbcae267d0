//! The names of the suites and what each of them runs. Not how.

use clap::ValueEnum;

/// A suite of `cargo xtask test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Suite {
    /// Unit, property and golden tests of the pure core
    Shared,
    /// Unit tests of the server
    Server,
    /// Logic tests of ui, dashboard and extension, compiled natively
    Ui,
    /// Unit tests of this driver
    Driver,
    /// The pure core compiles for the browser
    Wasm,
    /// Crate boundaries and other invariants of the house
    Architecture,
    /// Both migration trees: parity, up and down, refusals
    Migrations,
    /// The API suite on SQLite
    Sqlite,
    /// The API suite on PostgreSQL, in a throwaway cluster
    Postgres,
    /// The sync simulation
    Simulation,
    /// Every provider of models and every way in which one fails
    Providers,
    /// Official clients: OpenAI's for Python and Node, and the Model Context Protocol's, through their doors
    Sdk,
    /// addons-linter over the Firefox package, warnings as errors
    ExtensionLint,
    /// Real browsers, real extension, real server
    E2e,
}

/// The test target of krowoc-tests that is a suite of its own; every other one belongs to the API suites.
const SIMULATION: &str = "simulation";
/// Another one.
const PROVIDERS: &str = "providers";
/// The module of the API suite that is a suite of its own.
const MIGRATIONS: &str = "migrations::";

impl Suite {
    /// Every suite, the fast ones first.
    pub fn all() -> &'static [Suite] {
        Suite::value_variants()
    }

    /// The name as typed.
    pub fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// One line on what it proves.
    pub fn about(self) -> String {
        let value = self.to_possible_value();
        value
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }

    /// The packages whose native test programs it runs.
    pub fn packages(self) -> &'static [&'static str] {
        match self {
            Suite::Shared => &["krowoc-shared"],
            Suite::Server => &["krowoc-server"],
            Suite::Ui => &["krowoc-ui", "krowoc-dashboard", "krowoc-extension"],
            Suite::Driver => &["xtask"],
            Suite::Migrations
            | Suite::Sqlite
            | Suite::Postgres
            | Suite::Simulation
            | Suite::Providers
            | Suite::Sdk => &["krowoc-tests"],
            Suite::Architecture | Suite::Wasm | Suite::ExtensionLint | Suite::E2e => &[],
        }
    }

    /// Whether it runs the test program `target` of `package`.
    pub fn takes(self, package: &str, target: &str) -> bool {
        if !self.packages().contains(&package) {
            return false;
        }
        if package != "krowoc-tests" {
            return true;
        }
        match target {
            SIMULATION => self == Suite::Simulation,
            PROVIDERS => self == Suite::Providers,
            _ => !matches!(self, Suite::Simulation | Suite::Providers | Suite::Sdk),
        }
    }

    /// What its test programs are told to run.
    pub fn filter(self) -> &'static [&'static str] {
        match self {
            Suite::Migrations => &[MIGRATIONS],
            Suite::Sqlite | Suite::Postgres => &["--skip", MIGRATIONS],
            _ => &[],
        }
    }

    /// The databases its test programs run on, one after the other; none for what has no database.
    pub fn databases(self) -> &'static [&'static str] {
        match self {
            Suite::Sqlite => &["sqlite"],
            Suite::Postgres => &["postgres"],
            Suite::Migrations => &["sqlite", "postgres"],
            _ => &[],
        }
    }

    /// Whether it needs a PostgreSQL cluster.
    pub fn needs_postgres(self) -> bool {
        matches!(self, Suite::Postgres | Suite::Migrations | Suite::E2e)
    }

    /// Whether it needs the server's program beside the test programs.
    pub fn needs_server(self) -> bool {
        matches!(
            self,
            Suite::Sqlite | Suite::Postgres | Suite::Migrations | Suite::Sdk | Suite::E2e
        )
    }

    /// Whether it needs `dist`.
    pub fn needs_dist(self) -> bool {
        matches!(self, Suite::ExtensionLint | Suite::E2e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_of_the_tests_crate_belongs_to_a_suite() {
        let taking = |target| {
            Suite::all()
                .iter()
                .copied()
                .filter(|suite| suite.takes("krowoc-tests", target))
                .collect::<Vec<_>>()
        };
        assert_eq!(taking("simulation"), [Suite::Simulation]);
        assert_eq!(taking("providers"), [Suite::Providers]);
        let databases = [Suite::Migrations, Suite::Sqlite, Suite::Postgres];
        assert_eq!(taking("api"), databases);
        assert_eq!(taking("a_target_of_tomorrow"), databases);
    }

    #[test]
    fn every_suite_says_what_it_proves() {
        assert!(
            Suite::all()
                .iter()
                .all(|suite| !suite.name().is_empty() && !suite.about().is_empty())
        );
        assert_eq!(Suite::ExtensionLint.name(), "extension-lint");
    }
}
