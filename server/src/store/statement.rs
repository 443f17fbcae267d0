//! SQL with bound values that runs on both databases and stays prepared. Not for what the query builder says as well: that is checked
//! against the schema by the compiler, this only by tests.
//!
//! Diesel prepares each `UPDATE`, `ON CONFLICT` and raw query anew. A statement is kept by its text instead.

use super::{Conn, StoreError};
use crate::both;
use diesel::backend::Backend;
use diesel::deserialize::QueryableByName;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, Bool, HasSqlType, Nullable, SmallInt, Text, Untyped};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};
use std::cell::OnceCell;

/// A value of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// 16-byte ids and digests.
    Bytes(Vec<u8>),
    /// The same, or null.
    MaybeBytes(Option<Vec<u8>>),
    /// Text.
    Text(String),
    /// Text, or null.
    MaybeText(Option<String>),
    /// A number.
    Int(i64),
    /// A number, or null.
    MaybeInt(Option<i64>),
    /// A small number.
    Small(i16),
    /// A truth value.
    Bool(bool),
}

macro_rules! value_from {
    ($($from:ty => |$value:ident| $to:expr;)*) => {
        $(impl From<$from> for Value {
            fn from($value: $from) -> Self { $to }
        })*
    };
}

value_from! {
    &[u8; 16] => |id| Self::Bytes(id.to_vec());
    Vec<u8> => |bytes| Self::Bytes(bytes);
    Option<Vec<u8>> => |bytes| Self::MaybeBytes(bytes);
    &str => |text| Self::Text(text.to_owned());
    String => |text| Self::Text(text);
    Option<String> => |text| Self::MaybeText(text);
    i64 => |number| Self::Int(number);
    Option<i64> => |number| Self::MaybeInt(number);
    i16 => |number| Self::Small(number);
    bool => |truth| Self::Bool(truth);
}

/// A statement: its text with a `?` for each value, in order. The text itself holds no `?`.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    sql: String,
    values: Vec<Value>,
    once: bool,
    /// Where its text is cut for the values. Diesel walks a statement four times to run it; the text is searched once.
    cuts: OnceCell<Vec<usize>>,
}

impl Statement {
    /// A statement that begins with this text.
    #[must_use]
    pub fn new(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            ..Self::default()
        }
    }

    /// Adds text.
    #[must_use]
    pub fn sql(mut self, sql: &str) -> Self {
        self.cuts.take();
        self.sql.push_str(sql);
        self
    }

    /// Binds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Binds the next values.
    #[must_use]
    pub fn bind_all(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.values.extend(values);
        self
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.sql
    }

    /// Its values, in order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The text between the values, in order: one piece more than there are places.
    fn pieces(&self) -> impl Iterator<Item = &str> {
        let places = || memchr::memchr_iter(b'?', self.sql.as_bytes()).collect();
        let cuts = self.cuts.get_or_init(places);
        let ends = cuts.iter().copied().chain([self.sql.len()]);
        let begins = std::iter::once(0).chain(cuts.iter().map(|at| at.saturating_add(1)));
        begins
            .zip(ends)
            .map(|(begin, end)| self.sql.get(begin..end).unwrap_or_default())
    }

    /// Adds another statement's text and values.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.cuts.take();
        self.sql.push_str(&other.sql);
        self.values.extend(other.values);
        self
    }

    /// True while nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sql.is_empty()
    }

    /// Is not kept prepared: for a text that is seldom the same again.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Runs it; gives the number of rows it changed.
    ///
    /// # Errors
    /// The database's.
    pub fn execute(self, conn: &mut Conn) -> Result<usize, StoreError> {
        Ok(both!(conn, |c| RunQueryDsl::execute(self, c))?)
    }

    /// Runs it; gives its rows.
    ///
    /// # Errors
    /// The database's.
    pub fn load<T>(self, conn: &mut Conn) -> Result<Vec<T>, StoreError>
    where
        T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
    {
        Ok(both!(conn, |c| RunQueryDsl::load(self, c))?)
    }

    /// Runs it; gives its first row.
    ///
    /// # Errors
    /// The database's.
    pub fn first<T>(self, conn: &mut Conn) -> Result<Option<T>, StoreError>
    where
        T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
    {
        Ok(self.load(conn)?.into_iter().next())
    }
}

impl<DB> QueryFragment<DB> for Statement
where
    DB: Backend
        + HasSqlType<Binary>
        + HasSqlType<Text>
        + HasSqlType<BigInt>
        + HasSqlType<SmallInt>
        + HasSqlType<Bool>,
    Vec<u8>: ToSql<Binary, DB>,
    Option<Vec<u8>>: ToSql<Nullable<Binary>, DB>,
    String: ToSql<Text, DB>,
    Option<String>: ToSql<Nullable<Text>, DB>,
    i64: ToSql<BigInt, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    i16: ToSql<SmallInt, DB>,
    bool: ToSql<Bool, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.once {
            out.unsafe_to_cache_prepared();
        }
        let mut values = self.values.iter();
        for (index, text) in self.pieces().enumerate() {
            if index > 0 {
                match values.next() {
                    Some(Value::Bytes(value)) => out.push_bind_param::<Binary, _>(value)?,
                    Some(Value::MaybeBytes(value)) => {
                        out.push_bind_param::<Nullable<Binary>, _>(value)?;
                    }
                    Some(Value::Text(value)) => out.push_bind_param::<Text, _>(value)?,
                    Some(Value::MaybeText(value)) => {
                        out.push_bind_param::<Nullable<Text>, _>(value)?;
                    }
                    Some(Value::Int(value)) => out.push_bind_param::<BigInt, _>(value)?,
                    Some(Value::MaybeInt(value)) => {
                        out.push_bind_param::<Nullable<BigInt>, _>(value)?;
                    }
                    Some(Value::Small(value)) => out.push_bind_param::<SmallInt, _>(value)?,
                    Some(Value::Bool(value)) => out.push_bind_param::<Bool, _>(value)?,
                    None => return Err(too_few()),
                }
            }
            out.push_sql(text);
        }
        values.next().map_or(Ok(()), |_| Err(too_few()))
    }
}

fn too_few() -> diesel::result::Error {
    diesel::result::Error::QueryBuilderError("values and places differ in number".into())
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl<C> RunQueryDsl<C> for Statement {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_cut_at_its_places_also_after_it_grew() {
        let cut = |statement: &Statement| {
            let pieces = statement.pieces();
            pieces.map(str::to_owned).collect::<Vec<String>>()
        };
        let statement = Statement::new("a = ? AND ą = ?").bind(1_i64).bind(2_i64);
        assert_eq!(cut(&statement), ["a = ", " AND ą = ", ""]);
        let statement = statement.sql(" OR c = ?").bind(3_i64);
        assert_eq!(cut(&statement), ["a = ", " AND ą = ", " OR c = ", ""]);
        let statement = statement.then(Statement::new(" LIMIT 1"));
        assert_eq!(cut(&statement).last().unwrap(), " LIMIT 1");
        assert_eq!(cut(&Statement::new("SELECT 1")), ["SELECT 1"]);
    }
}
