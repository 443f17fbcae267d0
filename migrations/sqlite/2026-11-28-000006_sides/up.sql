-- The other side of an edit that could not be merged is in the history from the moment it is kept: whichever text a person keeps,
-- nothing is lost. It was never the document's text.
ALTER TABLE document_version ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;

-- Sides that wait already. Each took a revision of its document when it came, for which no text was written: those are free.
WITH RECURSIVE
    down (space_id, id, sides, rev, free) AS (
        SELECT space_id, id, json_array_length(state, '$.conflicts'), rev + 1, 0 FROM document WHERE conflict
        UNION ALL
        SELECT space_id, id, sides, rev - 1, free + (NOT EXISTS (
            SELECT 1 FROM document_version v WHERE v.space_id = down.space_id AND v.doc_id = down.id AND v.rev = down.rev - 1))
        FROM down WHERE free < sides AND rev > 1
    ),
    place (space_id, id, sides, rev, free) AS (
        SELECT space_id, id, sides, max(rev), free FROM down WHERE free > 0 GROUP BY space_id, id, sides, free
    )
INSERT INTO document_version
    (space_id, doc_id, rev, number, title, hlc_at, hlc_count, hlc_node, device_id, text, aside)
SELECT d.space_id, d.id, p.rev, d.versions + p.sides - p.free + 1, d.title, side.value ->> '$.hlc.at', side.value ->> '$.hlc.count',
    side.value ->> '$.hlc.node', unhex(replace(side.value ->> '$.device', '-', '')), side.value ->> '$.text', 1
FROM place p
    JOIN document d ON d.space_id = p.space_id AND d.id = p.id
    JOIN json_each(d.state, '$.conflicts') side ON side.key = p.sides - p.free;
UPDATE document SET versions = versions + json_array_length(state, '$.conflicts') WHERE conflict;
