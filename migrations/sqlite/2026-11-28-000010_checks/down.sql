PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
    'CHECK (state = ''waiting'' OR state = ''running'' OR state = ''completed'' OR state = ''failed'' OR state = ''truncated'' OR state = ''cancelled'')',
    'CHECK (state IN (''waiting'', ''running'', ''completed'', ''failed'', ''truncated'', ''cancelled''))'),
    'CHECK (cost_state = ''pending'' OR cost_state = ''exact'' OR cost_state = ''estimated'' OR cost_state = ''unpriced'')',
    'CHECK (cost_state IN (''pending'', ''exact'', ''estimated'', ''unpriced''))'),
    'CHECK (rating BETWEEN -1 AND 1)',
    'CHECK (rating IN (-1, 0, 1))')
WHERE type = 'table' AND name = 'execution';
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (kind = ''prompt'' OR kind = ''snippet'' OR kind = ''collection'')',
    'CHECK (kind IN (''prompt'', ''snippet'', ''collection''))'),
    'CHECK (shelf BETWEEN 0 AND 2)',
    'CHECK (shelf IN (0, 1, 2))')
WHERE type = 'table' AND name = 'document';
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (state BETWEEN 0 AND 2)',
    'CHECK (state IN (0, 1, 2))')
WHERE type = 'table' AND name = 'job';
-- Other connections read the schema anew after a change of it.
CREATE TABLE checks_anew (id INTEGER);
DROP TABLE checks_anew;
PRAGMA writable_schema = RESET;
