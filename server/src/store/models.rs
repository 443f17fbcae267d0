//! The model catalogue in the store: read whole, kept in memory until it changes, replaced with its price history. Not its file format.

use super::statement::Statement;
use super::{Conn, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use krowoc_shared::execution::catalogue::{Catalogue, Model, picked_before};
use krowoc_shared::execution::price::{PriceSet, Prices};
use krowoc_shared::execution::request::{ModelRef, Provider};
use krowoc_shared::ids::Millis;
use krowoc_shared::text::fold;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Answers that one copy of the catalogue remembers.
const REMEMBERED: u64 = 10_000;

/// What is known about a model that is to be called.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Whether the catalogue has it, and it is active.
    pub known: bool,
    /// Largest number of tokens of input and output together.
    pub context: Option<u64>,
    /// Largest number of tokens of an answer.
    pub max_output: Option<u64>,
    /// Its prices; `None` = unpriced.
    pub prices: Option<Prices>,
    /// The revision of each set of its prices, in their order: hashed once, and not with every call.
    revisions: Vec<String>,
}

impl Facts {
    /// The prices in force at a time, and their revision.
    #[must_use]
    pub fn price_at(&self, at: Millis) -> Option<(&PriceSet, &str)> {
        let prices = self.prices.as_ref()?;
        let set = prices.at(at);
        let place = prices
            .sets()
            .position(|it| std::ptr::eq(&raw const it.prices, set));
        let revision = self.revisions.get(place?)?;
        Some((set, revision.as_str()))
    }

    /// Whether a model of this provider may be called: of addresses of people's own every model may, the catalogue cannot know them.
    #[must_use]
    pub fn callable(&self, provider: Provider) -> bool {
        self.known || matches!(provider, Provider::Ollama | Provider::Compatible)
    }
}

/// A model that is listed.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its reference.
    pub model: ModelRef,
    /// Its entry.
    pub entry: Model,
    /// Whether it may be called.
    pub active: bool,
    /// What a search looks at, folded.
    pub words: String,
}

/// One copy of the catalogue.
pub struct Known {
    changes: i64,
    /// The catalogue.
    pub catalogue: Catalogue,
    /// Its models of providers that Krowoc calls, by provider, each in the order of [`picked_before`].
    pub listed: Vec<Listed>,
    inactive: HashSet<ModelRef>,
    found: moka::sync::Cache<(ModelRef, String), Arc<Facts>>,
}

impl Known {
    fn new(changes: i64, catalogue: Catalogue, inactive: HashSet<ModelRef>) -> Self {
        let mut listed = Vec::new();
        for provider in Provider::ALL {
            let Some(offerer) = catalogue.offerer_of(*provider, None) else {
                continue;
            };
            let mut of_provider: Vec<Listed> = offerer
                .models
                .iter()
                .filter_map(|entry| {
                    let model = ModelRef::parse(&format!("{provider}/{}", entry.id))?;
                    let words = format!("{} {} {}", provider.title(), model, entry.title());
                    Some(Listed {
                        active: !inactive.contains(&model),
                        words: fold(&words),
                        entry: entry.clone(),
                        model,
                    })
                })
                .collect();
            of_provider.sort_by(|one, other| picked_before(&one.entry, &other.entry));
            listed.append(&mut of_provider);
        }
        Self {
            changes,
            catalogue,
            listed,
            inactive,
            found: moka::sync::Cache::new(REMEMBERED),
        }
    }

    /// What is known about a model at an address.
    #[must_use]
    pub fn facts(&self, model: &ModelRef, base_url: &str) -> Arc<Facts> {
        let key = (model.clone(), base_url.to_owned());
        if let Some(facts) = self.found.get(&key) {
            return facts;
        }
        let facts = Arc::new(self.look(model, base_url));
        self.found.insert(key, Arc::clone(&facts));
        facts
    }

    /// The prices of a revision, whosever they are: one that is the same has the same prices.
    #[must_use]
    pub fn prices_of(&self, revision: &str) -> Option<&PriceSet> {
        let offerers = self.catalogue.offerers.iter();
        let mut sets = offerers
            .flat_map(|offerer| {
                let models = offerer.models.iter();
                models
                    .filter_map(|model| model.prices.as_ref())
                    .chain(&offerer.other_prices)
            })
            .flat_map(Prices::sets)
            .map(|timed| &timed.prices);
        sets.find(|set| set.revision() == revision)
    }

    fn look(&self, model: &ModelRef, base_url: &str) -> Facts {
        let found = self
            .catalogue
            .find(model.provider, Some(base_url), &model.model);
        let entry = found.and_then(|found| found.model);
        let active = |entry: &Model| {
            let named = ModelRef {
                provider: model.provider,
                model: entry.id.clone(),
            };
            !self.inactive.contains(&named)
        };
        Facts {
            known: entry.is_some_and(active),
            context: entry.and_then(|entry| entry.context),
            max_output: entry.and_then(|entry| entry.max_output),
            revisions: found
                .and_then(|found| found.prices)
                .into_iter()
                .flat_map(Prices::sets)
                .map(|it| it.prices.revision())
                .collect(),
            prices: found.and_then(|found| found.prices).cloned(),
        }
    }
}

/// The catalogue as this process remembers it. Clones share it.
#[derive(Clone, Default)]
pub struct Models {
    known: Arc<Mutex<Option<Arc<Known>>>>,
}

#[derive(QueryableByName)]
struct Stand {
    #[diesel(sql_type = Text)]
    seed: String,
    #[diesel(sql_type = BigInt)]
    changes: i64,
}

#[derive(QueryableByName)]
struct Content {
    #[diesel(sql_type = Text)]
    content: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Text)]
    facts: String,
    #[diesel(sql_type = Nullable<Text>)]
    price_revision: Option<String>,
}

fn stand(conn: &mut Conn) -> Result<Stand, StoreError> {
    let row: Option<Stand> =
        Statement::new("SELECT seed, changes FROM model_catalogue WHERE id = 1").first(conn)?;
    row.ok_or(StoreError::NotFound)
}

fn rows(conn: &mut Conn) -> Result<Vec<Row>, StoreError> {
    Statement::new("SELECT provider, id, active, facts, price_revision FROM model").load(conn)
}

/// The catalogue as it is stored; the empty one before the first was.
///
/// # Errors
/// The database's.
pub fn current(conn: &mut Conn) -> Result<Catalogue, StoreError> {
    let row: Option<Content> =
        Statement::new("SELECT content FROM model_catalogue WHERE id = 1").first(conn)?;
    let text = row.map(|row| row.content).unwrap_or_default();
    if text.is_empty() {
        return Ok(Catalogue::default());
    }
    Catalogue::parse(&text).map_err(|mistakes| {
        let first = mistakes.first().map(ToString::to_string);
        StoreError::Fault(format!(
            "the stored catalogue: {}",
            first.unwrap_or_default()
        ))
    })
}

impl Models {
    /// The catalogue as it is now.
    ///
    /// # Errors
    /// The database's.
    pub fn at(&self, conn: &mut Conn) -> Result<Arc<Known>, StoreError> {
        let changes = stand(conn)?.changes;
        let remembered = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(known) = remembered.filter(|known| known.changes == changes) {
            return Ok(known);
        }
        let inactive = rows(conn)?.into_iter().filter(|row| !row.active);
        let inactive =
            inactive.filter_map(|row| ModelRef::parse(&format!("{}/{}", row.provider, row.id)));
        let known = Arc::new(Known::new(changes, current(conn)?, inactive.collect()));
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        Ok(known)
    }
}

/// What marks an embedded catalogue: a hash of its text.
#[must_use]
pub fn seed_mark(text: &str) -> String {
    format!("seed:{}", digest(text))
}

fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let hash = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
    hash.collect()
}

/// Whether an embedded catalogue of this mark is to replace the stored one: another embedded one, or none.
///
/// # Errors
/// The database's.
pub fn wants_seed(conn: &mut Conn, mark: &str) -> Result<bool, StoreError> {
    let stored = stand(conn)?.seed;
    Ok(stored != mark && !stored.starts_with("file:"))
}

/// The revision of all prices of a model: that of its one set, or of all its sets with their times.
fn revision(prices: &Prices) -> Result<String, StoreError> {
    let mut sets = prices.sets();
    if let (Some(only), None) = (sets.next(), sets.next()) {
        return Ok(only.prices.revision());
    }
    let text = json(prices)?;
    let digest = Sha256::digest(text.as_bytes());
    Ok(digest
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Fault(error.to_string()))
}

/// Puts a catalogue in the place of the stored one: an embedded one with its mark, or a file of the operator's, which a newer embedded
/// one does not replace. Prices that differ become a new row of the history; models that are gone stay as inactive ones.
///
/// # Errors
/// The database's.
pub fn replace(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    seed: Option<&str>,
    now: Millis,
) -> Result<(), StoreError> {
    let content = catalogue.to_json();
    let content = content.map_err(|error| StoreError::Fault(error.to_string()))?;
    let mark = seed.map_or_else(|| format!("file:{}", digest(&content)), str::to_owned);
    Statement::new(
        "UPDATE model_catalogue SET seed = ?, content = ?, changes = changes + 1 WHERE id = 1",
    )
    .bind(mark)
    .bind(content)
    .execute(tx)?;
    let mut gone = rows(tx)?;
    for provider in Provider::ALL {
        let Some(offerer) = catalogue.offerer_of(*provider, None) else {
            continue;
        };
        for model in &offerer.models {
            let at = gone
                .iter()
                .position(|row| row.provider == provider.as_str() && row.id == model.id);
            let before = at.map(|at| gone.swap_remove(at));
            put(tx, *provider, model, before.as_ref(), now)?;
        }
    }
    for row in gone.iter().filter(|row| row.active) {
        Statement::new("UPDATE model SET active = ?, updated_at = ? WHERE provider = ? AND id = ?")
            .bind(false)
            .bind(now)
            .bind(row.provider.as_str())
            .bind(row.id.as_str())
            .execute(tx)?;
    }
    Ok(())
}

fn put(
    tx: &mut Tx<'_>,
    provider: Provider,
    model: &Model,
    before: Option<&Row>,
    now: Millis,
) -> Result<(), StoreError> {
    let price = model.prices.as_ref().map(revision).transpose()?;
    if let Some(prices) = &model.prices
        && before.and_then(|row| row.price_revision.as_ref()) != price.as_ref()
    {
        let revision = price.clone().unwrap_or_default();
        add_price(tx, provider, &model.id, &revision, &json(prices)?, now)?;
    }
    let facts = json(&serde_json::json!({
        "deprecated": model.deprecated,
        "released": model.released,
        "context": model.context,
        "max_output": model.max_output,
        "name": model.name,
        "capabilities": model.capabilities,
    }))?;
    let same =
        before.is_some_and(|row| row.active && row.facts == facts && row.price_revision == price);
    if same {
        return Ok(());
    }
    let number = |value: Option<u64>| value.map(super::library::signed);
    Statement::new(
        "INSERT INTO model (provider, id, name, context, max_output, capabilities, active, facts, price_revision, updated_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, id) DO UPDATE SET name = excluded.name, \
         context = excluded.context, max_output = excluded.max_output, capabilities = excluded.capabilities, \
         active = excluded.active, facts = excluded.facts, price_revision = excluded.price_revision, \
         updated_at = excluded.updated_at",
    )
    .bind(provider.as_str())
    .bind(model.id.as_str())
    .bind(model.title())
    .bind(number(model.context))
    .bind(number(model.max_output))
    .bind(model.capabilities.join(" "))
    .bind(true)
    .bind(facts)
    .bind(price)
    .bind(now)
    .execute(tx)?;
    Ok(())
}

fn add_price(
    tx: &mut Tx<'_>,
    provider: Provider,
    model: &str,
    revision: &str,
    prices: &str,
    now: Millis,
) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO model_price (provider, model, number, revision, prices, since) SELECT ?, ?, coalesce(max(number), 0) + 1, ?, ?, ? \
         FROM model_price WHERE provider = ? AND model = ?",
    )
    .bind(provider.as_str())
    .bind(model)
    .bind(revision)
    .bind(prices)
    .bind(now)
    .bind(provider.as_str())
    .bind(model)
    .execute(tx)?;
    Ok(())
}

/// A price that a model has, or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastPrice {
    /// Counted from 1.
    pub number: i64,
    /// Its revision.
    pub revision: String,
    /// As it is in a catalogue.
    pub prices: String,
    /// Since when it holds here.
    pub since: Millis,
}

/// Every price of a model, the oldest first.
///
/// # Errors
/// The database's.
pub fn history(conn: &mut Conn, model: &ModelRef) -> Result<Vec<PastPrice>, StoreError> {
    #[derive(QueryableByName)]
    struct Past {
        #[diesel(sql_type = BigInt)]
        number: i64,
        #[diesel(sql_type = Text)]
        revision: String,
        #[diesel(sql_type = Text)]
        prices: String,
        #[diesel(sql_type = BigInt)]
        since: i64,
    }
    let rows: Vec<Past> = Statement::new(
        "SELECT number, revision, prices, since FROM model_price WHERE provider = ? AND model = ? ORDER BY number",
    )
    .bind(model.provider.as_str())
    .bind(model.model.as_str())
    .load(conn)?;
    let past = |row: Past| PastPrice {
        number: row.number,
        revision: row.revision,
        prices: row.prices,
        since: row.since,
    };
    Ok(rows.into_iter().map(past).collect())
}

/// The prices of a revision that a model of a provider has had here.
///
/// # Errors
/// The database's.
pub fn past_prices(
    conn: &mut Conn,
    provider: Provider,
    revision: &str,
) -> Result<Option<PriceSet>, StoreError> {
    #[derive(QueryableByName)]
    struct Past {
        #[diesel(sql_type = Text)]
        prices: String,
    }
    let rows: Vec<Past> =
        Statement::new("SELECT prices FROM model_price WHERE provider = ? ORDER BY model, number")
            .bind(provider.as_str())
            .load(conn)?;
    let read = rows
        .iter()
        .filter_map(|row| serde_json::from_str::<Prices>(&row.prices).ok());
    let of = |prices: Prices| {
        let mut sets = prices.sets();
        sets.find(|timed| timed.prices.revision() == revision)
            .map(|timed| timed.prices.clone())
    };
    let mut found = read.filter_map(of);
    Ok(found.next())
}
