UPDATE document_search SET terms = ts_delete(terms, ARRAY(
    SELECT lexeme FROM unnest(tsvector_to_array(terms)) AS lexeme WHERE lexeme LIKE '=t%' OR lexeme LIKE '=w%'));
