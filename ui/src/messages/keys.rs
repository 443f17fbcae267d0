//! Words of keys to providers, of tokens for programs, and of the budget.

use crate::format::{count, plural};
use krowoc_shared::execution::wire::{BudgetLevel, Scope, UnpricedPolicy};

words! {
    KEYS = "API keys";
    KEYS_TEXT = "Yours, one or more for each provider. Sealed before they are stored; no one can read them back, you included.";
    NO_KEYS = "No keys yet";
    NO_KEYS_TEXT = "A key lets Krowoc call a provider's models for you. Add one below.";
    ADD = "Add a key";
    PROVIDER = "Provider";
    NAME = "Name";
    NAME_HINT = "The provider's name when empty.";
    KEY = "Key";
    KEY_HINT = "Sent once, sealed, and shown afterwards by its last four characters alone.";
    KEY_OPTIONAL = "May stay empty when the address needs none.";
    KEY_MISSING = "Paste the key.";
    BASE_URL = "Base URL";
    BASE_URL_HINT = "Where it listens: the whole address, up to /v1 as a rule.";
    BASE_URL_OPTIONAL = "Another address than the usual one; empty for the usual one.";
    BASE_URL_MISSING = "Write the address.";
    BASE_URL_WRONG = "Write an address that begins with https:// or http://.";
    SAVE_KEY = "Save key";
    ADDED = "The key is stored";
    TEST = "Test";
    TESTING = "Testing";
    TEST_NOTE = "Testing makes the cheapest real call.";
    ROTATE = "Replace";
    ROTATED = "The key is replaced";
    NEW_KEY = "New key";
    RENAME = "Rename";
    RENAMED = "Renamed";
    PREFER = "Prefer";
    PREFERRED = "preferred";
    PREFERRED_NOW = "It is the preferred key of its provider now";
    REMOVE = "Remove";
    REMOVED = "The key is removed";
    SERVER_HELD = "held by the operator";
    NO_KEY = "no key";
    LAST_USED = "Last used";
    NEVER = "never";
    THIS_MONTH = "This month";
    ACTIONS = "Actions";
    SHOW = "Show";
    HIDE = "Hide";
    TOKENS = "Access tokens";
    TOKENS_TEXT = "A token lets a program act as you, within its scopes. Krowoc stores only its hash.";
    NO_TOKENS = "No tokens yet";
    NO_TOKENS_TEXT = "With a token any OpenAI SDK can call models and saved prompts through this server.";
    MAKE = "Make a token";
    TOKEN_NAME = "What it is for";
    TOKEN_NAME_MISSING = "Say what it is for.";
    SCOPES = "It may";
    SCOPES_MISSING = "Choose at least one.";
    EXPIRES = "It stops";
    EXPIRES_NEVER = "never";
    EXPIRES_30 = "after 30 days";
    EXPIRES_90 = "after 90 days";
    EXPIRES_365 = "after a year";
    MADE = "Copy the token now: it is not shown again.";
    COPY_TOKEN = "Copy token";
    COPIED_IT = "I have copied it";
    REVOKE = "Revoke";
    REVOKED = "The token is revoked";
    EXPIRED = "stopped";
    CREATED = "Made";
    HOW = "How to use it";
    HOW_TEXT = "Point any OpenAI SDK at this server. A model is named provider/model, a saved prompt prompt: and its id; variables go into the field variables.";
    BUDGET = "Budget";
    BUDGET_TEXT = "Ceilings hold before anything is sent: what a run may cost at most is reserved, and settled by what it used.";
    BUDGET_LOADING = "Loading the budget";
    BUDGET_FAILED = "The budget could not be loaded";
    OWN_KEYS = "Your own keys";
    SERVER_KEYS = "The operator's keys";
    HELD = "Held for runs under way";
    NO_CEILING = "No ceiling";
    CEILINGS = "Ceilings";
    MONTH_CEILING = "One month";
    RUN_CEILING = "One answer";
    CEILING_HINT = "US dollars; empty for none.";
    UNPRICED_LABEL = "Models without a known price";
    SAVE = "Save";
    SAVED = "Saved";
    USAGE = "Usage";
    USAGE_LOADING = "Loading the usage";
    USAGE_FAILED = "The usage could not be loaded";
    BY = "Usage by";
    BY_DAY = "Day";
    BY_MODEL = "Model";
    BY_PROMPT = "Prompt";
    BY_KEY = "Key";
    PERIOD = "Period";
    DAYS_7 = "7 days";
    DAYS_30 = "30 days";
    DAYS_90 = "90 days";
    NO_USAGE = "Nothing was run in this time";
    NO_USAGE_TEXT = "What each day, model, prompt and key cost will stand here.";
    COST_A_DAY = "Cost a day";
    AS_TABLE = "Show as a table";
    DAY = "Day";
    COST = "Cost";
    EXECUTIONS = "Runs";
    FAILED = "Failed";
    INPUT = "Tokens in";
    OUTPUT = "Tokens out";
    UNPRICED_RUNS = "Without a price";
    ALL = "All";
    INLINE = "Texts of one's own";
}

/// What a scope allows.
#[must_use]
pub const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Executions => "run prompts and models, and read the runs",
        Scope::LibraryRead => "read the library",
        Scope::LibraryWrite => "change the library",
    }
}

/// A key that was tested.
#[must_use]
pub fn works(millis: &str, models: Option<u32>) -> String {
    match models {
        Some(models) => format!(
            "It works: answered in {millis}, {}.",
            plural(u64::from(models), "model", "models")
        ),
        None => format!("It works: answered in {millis}."),
    }
}

/// A key that was tested and failed.
#[must_use]
pub fn fails(class: &str, said: Option<&str>) -> String {
    match said {
        Some(said) => format!("It does not work. {class}: {said}"),
        None => format!("It does not work. {class}."),
    }
}

/// Runs of this month.
#[must_use]
pub fn runs(n: u64) -> String {
    plural(n, "run", "runs")
}

/// How near a ceiling is.
#[must_use]
pub const fn level(level: BudgetLevel) -> &'static str {
    match level {
        BudgetLevel::Fine => "within the ceiling",
        BudgetLevel::Near => "80 % of the ceiling is spent",
        BudgetLevel::Reached => "the ceiling is reached; nothing more is sent",
    }
}

/// Spent of a ceiling.
#[must_use]
pub fn of(spent: &str, ceiling: &str) -> String {
    format!("{spent} of {ceiling}")
}

/// What happens with models whose price is not known.
#[must_use]
pub const fn unpriced(policy: UnpricedPolicy) -> &'static str {
    match policy {
        UnpricedPolicy::Block => "are not run",
        UnpricedPolicy::Allow => "are run, and counted without an amount",
    }
}

/// Runs without a price in this month.
#[must_use]
pub fn unpriced_runs(n: u64) -> String {
    format!(
        "{} of this month without a known price",
        plural(n, "run", "runs")
    )
}

/// When the month ends.
#[must_use]
pub fn until(day: &str) -> String {
    format!("This month, until {day} (UTC)")
}

/// A bar's value, read out and shown on hover.
#[must_use]
pub fn bar(day: &str, cost: &str, runs: u64) -> String {
    format!("{day}: {cost}, {}", plural(runs, "run", "runs"))
}

/// A label of the chart.
#[must_use]
pub fn chart(from: &str, to: &str) -> String {
    format!("Cost a day in US dollars, {from} to {to}; the values are in the table below")
}

/// A whole number.
#[must_use]
pub fn number(n: u64) -> String {
    count(n)
}
