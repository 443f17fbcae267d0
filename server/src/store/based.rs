//! What a public prompt is based on: the one of which its document was made as a copy. Not the copying, and not texts that are alike.

use super::library::{self, doc_id, fault};
use super::publications::{ALL, AUTHOR, LAST, SHOWN};
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::ids::{PublicationId, SpaceId};
use krowoc_shared::leaderboard::wire::Based;
use krowoc_shared::library::document::Field;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    hidden_at: Option<i64>,
    #[diesel(sql_type = BigInt)]
    shown: i64,
    #[diesel(sql_type = Binary)]
    space_id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    doc_id: Vec<u8>,
}

/// What a publication is based on; `None` when its document is no copy, or is one of what was hidden or purged since.
///
/// Of what nobody can read any more the title alone is told, as it was when the copy was taken: what it is called now is nobody's to read.
///
/// # Errors
/// The database's.
pub fn on(conn: &mut Conn, id: PublicationId) -> Result<Option<Based>, StoreError> {
    let row: Option<Row> = Statement::new(
        "SELECT p.slug, v.title, p.hidden_at, c.space_id AS space_id, c.id AS doc_id, ",
    )
    .sql(AUTHOR)
    .sql(", CAST(CASE WHEN ")
    .sql(SHOWN)
    .sql(" THEN 1 ELSE 0 END AS BIGINT) AS shown")
    .sql(ALL)
    .sql(LAST)
    .sql(
        " JOIN fork k ON k.publication_id = p.id JOIN publication q ON q.row_id = k.row_id \
         JOIN document c ON c.row_id = k.row_id WHERE q.id = ?",
    )
    .bind(id.as_bytes())
    .first(conn)?;
    let Some(row) = row.filter(|row| row.hidden_at.is_none()) else {
        return Ok(None);
    };
    if row.shown == 1 {
        return Ok(Some(Based {
            title: row.title,
            author: Some(row.author),
            slug: Some(row.slug),
        }));
    }
    let space = SpaceId::from_slice(&row.space_id).ok_or_else(|| fault("space"))?;
    let copy = library::get(conn, space, doc_id(&row.doc_id)?)?.document;
    let source = copy.value(Field::Source);
    let said = |name: &str| source.get(name).and_then(serde_json::Value::as_str);
    // The owner of the copy may have written another source: that is their word, and not what was copied.
    let same = said("url").is_some_and(|url| url.ends_with(&format!("/p/{}", row.slug)));
    Ok(said("title").filter(|_| same).map(|title| Based {
        title: title.to_owned(),
        author: None,
        slug: None,
    }))
}
