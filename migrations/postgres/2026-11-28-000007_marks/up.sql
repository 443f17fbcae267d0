-- Tags and the site stand whole in each entry, beside the words: a search with them is one question to one index.
-- A name over 255 bytes stands as its digest.
UPDATE document_search s
SET terms = s.terms || array_to_tsvector(
    ARRAY(SELECT CASE WHEN octet_length(t.tag) > 255 THEN '=t#' || encode(sha256(convert_to(t.tag, 'UTF8')), 'hex') ELSE '=t' || t.tag END
        FROM document_tag t WHERE t.row_id = s.row_id)
    || CASE
        WHEN d.site = '' THEN ARRAY[]::TEXT[]
        WHEN octet_length(d.site) > 255 THEN ARRAY['=w#' || encode(sha256(convert_to(d.site, 'UTF8')), 'hex')]
        ELSE ARRAY['=w' || d.site]
    END)
FROM document d
WHERE d.row_id = s.row_id;
