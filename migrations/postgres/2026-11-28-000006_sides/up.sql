-- The other side of an edit that could not be merged is in the history from the moment it is kept: whichever text a person keeps,
-- nothing is lost. It was never the document's text.
ALTER TABLE document_version ADD COLUMN aside BOOLEAN NOT NULL DEFAULT FALSE;

-- Sides that wait already. Each took a revision of its document when it came, for which no text was written: those are free.
WITH RECURSIVE
    down (space_id, id, sides, rev, free) AS (
        SELECT space_id, id, json_array_length(state::json -> 'conflicts'), rev + 1, 0 FROM document WHERE conflict
        UNION ALL
        SELECT space_id, id, sides, rev - 1, free + CASE WHEN EXISTS (
            SELECT 1 FROM document_version v WHERE v.space_id = down.space_id AND v.doc_id = down.id AND v.rev = down.rev - 1)
            THEN 0 ELSE 1 END
        FROM down WHERE free < sides AND rev > 1
    ),
    place (space_id, id, sides, rev, free) AS (
        SELECT space_id, id, sides, max(rev), free FROM down WHERE free > 0 GROUP BY space_id, id, sides, free
    )
INSERT INTO document_version
    (space_id, doc_id, rev, number, title, hlc_at, hlc_count, hlc_node, device_id, text, aside)
SELECT d.space_id, d.id, p.rev, d.versions + p.sides - p.free + 1, d.title, (side.value #>> '{hlc,at}')::bigint,
    (side.value #>> '{hlc,count}')::bigint, (side.value #>> '{hlc,node}')::bigint,
    decode(replace(side.value ->> 'device', '-', ''), 'hex'), side.value ->> 'text', TRUE
FROM place p
    JOIN document d ON d.space_id = p.space_id AND d.id = p.id
    CROSS JOIN LATERAL json_array_elements(d.state::json -> 'conflicts') WITH ORDINALITY AS side (value, n)
WHERE side.n = p.sides - p.free + 1;
UPDATE document SET versions = versions + json_array_length(state::json -> 'conflicts') WHERE conflict;
