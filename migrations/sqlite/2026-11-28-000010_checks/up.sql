-- For each row, SQLite builds a tree of the values of a check's IN list when there are more than two of them, which costs more than
-- storing the row. Comparisons cost nothing. Only the texts of the checks change: neither what they allow nor what is stored. SQLite's
-- documentation describes this way for it ("Making Other Kinds Of Table Schema Changes").
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
    'CHECK (state IN (''waiting'', ''running'', ''completed'', ''failed'', ''truncated'', ''cancelled''))',
    'CHECK (state = ''waiting'' OR state = ''running'' OR state = ''completed'' OR state = ''failed'' OR state = ''truncated'' OR state = ''cancelled'')'),
    'CHECK (cost_state IN (''pending'', ''exact'', ''estimated'', ''unpriced''))',
    'CHECK (cost_state = ''pending'' OR cost_state = ''exact'' OR cost_state = ''estimated'' OR cost_state = ''unpriced'')'),
    'CHECK (rating IN (-1, 0, 1))',
    'CHECK (rating BETWEEN -1 AND 1)')
WHERE type = 'table' AND name = 'execution';
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (kind IN (''prompt'', ''snippet'', ''collection''))',
    'CHECK (kind = ''prompt'' OR kind = ''snippet'' OR kind = ''collection'')'),
    'CHECK (shelf IN (0, 1, 2))',
    'CHECK (shelf BETWEEN 0 AND 2)')
WHERE type = 'table' AND name = 'document';
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (state IN (0, 1, 2))',
    'CHECK (state BETWEEN 0 AND 2)')
WHERE type = 'table' AND name = 'job';
-- Other connections read the schema anew after a change of it.
CREATE TABLE checks_anew (id INTEGER);
DROP TABLE checks_anew;
PRAGMA writable_schema = RESET;
