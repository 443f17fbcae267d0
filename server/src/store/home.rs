//! What Home reads that no other page does: usage by provider, the last change of a space, what waits. Not figures over time.

use super::library::{LIBRARY, doc_id, unsigned};
use super::statement::Statement;
use super::usage::{DAY, SUMS, Sums};
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::dashboards::wire::ProviderUsage;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::request::{ModelRef, Provider};
use krowoc_shared::execution::wire::UsageSum;
use krowoc_shared::ids::{DocId, Millis, SpaceId, UserId};
use std::collections::BTreeMap;

#[derive(QueryableByName)]
struct Used {
    #[diesel(sql_type = Text)]
    model: String,
    #[diesel(sql_type = Nullable<Text>)]
    provider: Option<String>,
    #[diesel(embed)]
    sums: Sums,
}

/// What an account used at each provider in a span of time, in whole days; most costly first.
///
/// # Errors
/// The database's.
pub fn by_provider(
    conn: &mut Conn,
    user: UserId,
    span: (Millis, Millis),
) -> Result<Vec<ProviderUsage>, StoreError> {
    let rows: Vec<Used> = Statement::new(
        "SELECT used.model AS model, provider_key.provider AS provider, used.executions AS executions, used.failed AS failed, \
         used.input_tokens AS input_tokens, used.output_tokens AS output_tokens, used.cost AS cost, used.unpriced AS unpriced \
         FROM (SELECT model, key_id, ",
    )
    .sql(SUMS)
    .bind(user.as_bytes())
    .bind(span.0.div_euclid(DAY))
    .bind(span.1.div_euclid(DAY).saturating_sub(1))
    .sql(" GROUP BY model, key_id) used LEFT JOIN provider_key ON provider_key.id = used.key_id")
    .load(conn)?;
    let mut sums: BTreeMap<&'static str, (Provider, UsageSum)> = BTreeMap::new();
    for row in rows {
        let of_key = row.provider.as_deref().and_then(Provider::parse);
        let of_model = || ModelRef::parse(&row.model).map(|model| model.provider);
        let Some(provider) = of_key.or_else(of_model) else {
            continue;
        };
        let (_, sum) = sums
            .entry(provider.as_str())
            .or_insert_with(|| (provider, UsageSum::default()));
        *sum = sum.plus(row.sums.sum());
    }
    let mut found: Vec<ProviderUsage> = sums
        .into_values()
        .map(|(provider, sum)| ProviderUsage { provider, sum })
        .collect();
    found.sort_by_key(|it| std::cmp::Reverse((it.sum.cost, it.sum.executions)));
    Ok(found)
}

/// When something of a space was changed last; `None` when nothing ever was.
///
/// # Errors
/// The database's.
pub fn changed_at(conn: &mut Conn, space: SpaceId) -> Result<Option<Millis>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        at: i64,
    }
    let row: Option<Row> =
        Statement::new("SELECT at FROM sync_op WHERE space_id = ? ORDER BY op_id DESC LIMIT 1")
            .bind(space.as_bytes())
            .first(conn)?;
    Ok(row.map(|row| row.at))
}

/// A document of the library with a conflict, and its title.
///
/// # Errors
/// The database's.
pub fn conflict(conn: &mut Conn, space: SpaceId) -> Result<Option<(DocId, String)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Text)]
        title: String,
    }
    let row: Option<Row> = Statement::new(
        "SELECT id, title FROM document WHERE space_id = ? AND conflict AND shelf = ? ORDER BY id DESC LIMIT 1",
    )
    .bind(space.as_bytes())
    .bind(LIBRARY)
    .first(conn)?;
    row.map(|row| Ok((doc_id(&row.id)?, row.title))).transpose()
}

/// How many failed executions of an account wait for a decision, with title and class of the last one.
///
/// # Errors
/// The database's.
pub fn dead_letters(
    conn: &mut Conn,
    user: UserId,
) -> Result<Option<(u64, String, FailureClass)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        letters: i64,
        #[diesel(sql_type = Text)]
        title: String,
        #[diesel(sql_type = Text)]
        class: String,
    }
    let row: Option<Row> = Statement::new(
        "SELECT (SELECT count(*) FROM dead_letter WHERE account_id = ?) AS letters, title, class \
         FROM dead_letter WHERE account_id = ? ORDER BY id DESC LIMIT 1",
    )
    .bind(user.as_bytes())
    .bind(user.as_bytes())
    .first(conn)?;
    row.map(|row| {
        let class = FailureClass::parse(&row.class)
            .ok_or_else(|| StoreError::Fault("a stored dead letter is not readable".to_owned()))?;
        Ok((unsigned(row.letters), row.title, class))
    })
    .transpose()
}
