//! Counts of a team as pages read them: added up in the database by hour or day, by member, by model, or altogether. Not how they are
//! written, and not what is in no count yet.
//!
//! Counts add up in SQL; histograms of latencies do not, and come as a list that is added up here: one row for each line of a page, and
//! not one for each member, model and hour. What a part comes to in all is added up from its buckets: one list of all would be long.

use super::dashboards::{Counts, sums};
use super::rollups::fault_of_histogram;
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use krowoc_shared::dashboards::{Latencies, Part, Tally};
use krowoc_shared::ids::{Millis, SpaceId, UserId};

/// Counts of many rows together.
#[derive(QueryableByName)]
struct Sum {
    #[diesel(embed)]
    counts: Counts,
    /// Histograms in hexadecimal digits, with commas between them.
    #[diesel(sql_type = Text)]
    latencies: String,
}

impl Sum {
    fn tally(&self) -> Result<Tally, StoreError> {
        let (mut all, mut bytes) = (Latencies::default(), Vec::new());
        for digits in self.latencies.split(',') {
            read_hex(digits, &mut bytes).ok_or_else(fault_of_histogram)?;
            if !all.add_encoded(&bytes) {
                return Err(fault_of_histogram());
            }
        }
        Ok(self.counts.tally(all))
    }
}

/// Reads hexadecimal digits of either case into a buffer.
fn read_hex(digits: &str, out: &mut Vec<u8>) -> Option<()> {
    let digit = |byte: u8| {
        let digit = char::from(byte).to_digit(16)?;
        u8::try_from(digit).ok()
    };
    out.clear();
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    for [high, low] in pairs {
        out.push(digit(*high)? << 4 | digit(*low)?);
    }
    rest.is_empty().then_some(())
}

/// The sums of a part, with the column that they are made by.
fn by(conn: &Conn, column: &str, team: SpaceId, part: Part) -> Statement {
    let hex = match conn {
        Conn::Sqlite(_) => "hex(latency)",
        Conn::Postgres(_) => "encode(latency, 'hex')",
    };
    Statement::new(&format!(
        "SELECT {column}, {}, string_agg({hex}, ',') AS latencies FROM rollup_team \
         WHERE space_id = ? AND grain = ? AND bucket >= ? AND bucket < ? GROUP BY {column}",
        sums()
    ))
    .bind(team.as_bytes())
    .bind(part.grain.code())
    .bind(part.first)
    .bind(part.end)
}

/// What a part comes to by bucket, with when each begins.
///
/// # Errors
/// The database's.
pub fn by_time(
    conn: &mut Conn,
    team: SpaceId,
    part: Part,
) -> Result<Vec<(Millis, Tally)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        bucket: i64,
        #[diesel(embed)]
        sum: Sum,
    }
    let rows: Vec<Row> = by(conn, "bucket", team, part).load(conn)?;
    let pair = |row: Row| {
        let at = row.bucket.saturating_mul(part.grain.millis());
        Ok((at, row.sum.tally()?))
    };
    rows.into_iter().map(pair).collect()
}

/// What a part comes to by who ran it.
///
/// # Errors
/// The database's.
pub fn by_member(
    conn: &mut Conn,
    team: SpaceId,
    part: Part,
) -> Result<Vec<(UserId, Tally)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        account_id: Vec<u8>,
        #[diesel(embed)]
        sum: Sum,
    }
    let rows: Vec<Row> = by(conn, "account_id", team, part).load(conn)?;
    let pair = |row: Row| Ok((super::accounts::user(&row.account_id)?, row.sum.tally()?));
    rows.into_iter().map(pair).collect()
}

/// What a part comes to by model.
///
/// # Errors
/// The database's.
pub fn by_model(
    conn: &mut Conn,
    team: SpaceId,
    part: Part,
) -> Result<Vec<(String, Tally)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        model: String,
        #[diesel(embed)]
        sum: Sum,
    }
    let rows: Vec<Row> = by(conn, "model", team, part).load(conn)?;
    let pair = |row: Row| Ok((row.model, row.sum.tally()?));
    rows.into_iter().map(pair).collect()
}

/// What a part comes to in all.
///
/// # Errors
/// The database's.
pub fn total(conn: &mut Conn, team: SpaceId, part: Part) -> Result<Tally, StoreError> {
    let mut sum = Tally::default();
    for (_, tally) in by_time(conn, team, part)? {
        sum.merge(&tally);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_of_a_list_are_added_up_and_what_is_none_is_refused() {
        let of = |values: &[i64]| {
            let mut all = Latencies::default();
            values.iter().for_each(|value| all.add(*value));
            all
        };
        let hex = |latencies: &Latencies| -> String {
            let bytes = latencies.encode();
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let sum = |latencies: String| Sum {
            counts: Counts::default(),
            latencies,
        };
        let (one, other) = (of(&[3, 500, 70_000]), of(&[3, 4]));
        // Rows of which nothing completed have an empty one.
        let list = [
            hex(&one),
            String::new(),
            hex(&other).to_uppercase(),
            String::new(),
        ];
        let tally = sum(list.join(",")).tally().unwrap();
        assert_eq!(tally.latencies, of(&[3, 500, 70_000, 3, 4]));
        assert_eq!(
            sum(String::new()).tally().unwrap().latencies,
            Latencies::default()
        );
        for wrong in ["0", "0g", "0001x", "00", "010100"] {
            assert!(sum(wrong.to_owned()).tally().is_err(), "{wrong}");
        }
    }
}
