//! Many rows of one `INSERT`, cut into statements of few different lengths, so that each stays prepared. Not for updates.

use super::Conn;
use super::statement::{Statement, Value};

/// Rows of one statement on PostgreSQL, where each costs a way there and back: any number of rows is a few of these lengths.
const POSTGRES: &[usize] = &[64, 16, 4, 1];
/// The same on SQLite: a statement of several rows keeps a journal of its own, in case it has to be taken back in the middle, and
/// makes the search index flush what it gathered. One of one row does neither.
const SQLITE: &[usize] = &[1];

/// An `INSERT` of many rows: what stands before `VALUES`, the places of one row, and what stands after the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Insert<'a> {
    /// `INSERT INTO … (…)`.
    pub head: &'a str,
    /// `(?, ?)`.
    pub row: &'a str,
    /// ` RETURNING …`, or nothing.
    pub tail: &'a str,
}

impl<'a> Insert<'a> {
    /// The statements that insert these rows, in order.
    pub fn statements(
        self,
        conn: &Conn,
        rows: Vec<Vec<Value>>,
    ) -> impl Iterator<Item = Statement> + use<'a> {
        let lengths = match conn {
            Conn::Sqlite(_) => SQLITE,
            Conn::Postgres(_) => POSTGRES,
        };
        self.cut(lengths, rows)
    }

    fn cut(
        self,
        lengths: &'static [usize],
        rows: Vec<Vec<Value>>,
    ) -> impl Iterator<Item = Statement> + use<'a> {
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        std::iter::from_fn(move || {
            let length = lengths.iter().copied().find(|length| *length <= left)?;
            left = left.saturating_sub(length);
            let places = vec![self.row; length].join(", ");
            let statement = Statement::new(&format!("{} VALUES {places}{}", self.head, self.tail));
            Some(statement.bind_all(rows.by_ref().take(length).flatten()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_rows_is_statements_of_four_lengths_with_every_value_once() {
        let insert = Insert {
            head: "INSERT INTO t (a)",
            row: "(?)",
            tail: "",
        };
        for count in [0_i64, 1, 3, 4, 85, 100, 129] {
            let rows = (0..count).map(|n| vec![Value::Int(n)]).collect();
            let statements: Vec<Statement> = insert.cut(POSTGRES, rows).collect();
            let values: Vec<Value> = statements
                .iter()
                .flat_map(Statement::values)
                .cloned()
                .collect();
            assert_eq!(values, (0..count).map(Value::Int).collect::<Vec<_>>());
            for statement in &statements {
                let places = statement.text().matches('?').count();
                assert!(POSTGRES.contains(&places), "{places}");
                assert_eq!(places, statement.values().len());
            }
        }
    }
}
