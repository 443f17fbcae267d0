//! Migrations: both databases get the same tables, every step can be taken back, newer schemas are refused.

mod backup;
mod checks;
mod lifecycle;
mod marks;
mod meta;
mod sides;
mod steps;
mod waiting;

use diesel::prelude::*;
use diesel::sql_types::Text;
use krowoc_server::store::{Conn, DatabaseUrl, Role, open};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Tables, columns and indexes in words that both databases share. Full-text search is each database's own.
const SQLITE: &str = "
    SELECT m.name || '.' || c.name || ' '
        || CASE c.type WHEN 'BLOB' THEN 'bytes' WHEN 'INTEGER' THEN 'number' WHEN 'TEXT' THEN 'text' ELSE c.type END
        || CASE WHEN c.\"notnull\" THEN '' ELSE ' or null' END AS line
    FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'document_search%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'
        AND m.name NOT LIKE 'sqlite%'
    UNION ALL
    SELECT 'index ' || l.name || CASE WHEN l.\"unique\" THEN ' unique' ELSE '' END || ' on ' || m.name || ' ('
        || (SELECT group_concat(i.name, ', ') FROM pragma_index_info(l.name) i) || ')'
        || CASE WHEN l.partial THEN ' partial' ELSE '' END
    FROM sqlite_master m JOIN pragma_index_list(m.name) l
    WHERE m.type = 'table' AND l.origin = 'c' AND m.name NOT LIKE 'document_search%'
    UNION ALL
    SELECT 'key of ' || m.name || ' (' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk)) || ')'
    FROM sqlite_master m
    WHERE m.type = 'table' AND m.name NOT LIKE 'document_search%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'
        AND m.name NOT LIKE 'sqlite%'
    UNION ALL
    SELECT m.name || '.' || f.\"from\" || ' references ' || f.\"table\" || ' on delete ' || lower(f.on_delete)
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
    WHERE m.type = 'table' AND m.name NOT LIKE 'document_search%'";

const POSTGRES: &str = "
    SELECT table_name || '.' || column_name || ' '
        || CASE data_type WHEN 'bytea' THEN 'bytes' WHEN 'bigint' THEN 'number' WHEN 'smallint' THEN 'number'
            WHEN 'boolean' THEN 'number' ELSE data_type END
        || CASE is_nullable WHEN 'NO' THEN '' ELSE ' or null' END AS line
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE 'document_search%' AND table_name NOT LIKE '\\_\\_%'
    UNION ALL
    SELECT CASE WHEN x.indisprimary THEN 'key of ' || t.relname
            ELSE 'index ' || i.relname || CASE WHEN x.indisunique THEN ' unique' ELSE '' END || ' on ' || t.relname END
        || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.n)
            FROM unnest(x.indkey) WITH ORDINALITY k(att, n) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.att) || ')'
        || CASE WHEN x.indpred IS NULL THEN '' ELSE ' partial' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
        JOIN pg_namespace s ON s.oid = t.relnamespace
    WHERE s.nspname = 'public' AND t.relname NOT LIKE 'document_search%' AND t.relname NOT LIKE '\\_\\_%'
    UNION ALL
    SELECT t.relname || '.' || a.attname || ' references ' || r.relname || ' on delete '
        || CASE c.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' ELSE 'no action' END
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND t.relname NOT LIKE 'document_search%'";

/// The schema in shared words, sorted.
fn schema(url: &DatabaseUrl) -> Vec<String> {
    let mut conn = open(url, Role::Writer).unwrap();
    let query = match conn {
        Conn::Sqlite(_) => SQLITE,
        Conn::Postgres(_) => POSTGRES,
    };
    let lines: Vec<Line> = diesel::sql_query(query).load(&mut conn).unwrap();
    let mut lines: Vec<String> = lines.into_iter().map(|it| it.line).collect();
    lines.sort();
    lines
}
