-- What was decided about a public prompt, and by whom.
CREATE TABLE verdict (
    seq INTEGER PRIMARY KEY NOT NULL,
    publication_id BLOB NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    account_id BLOB REFERENCES account (id) ON DELETE SET NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    reports INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX verdict_publication ON verdict (publication_id);
CREATE INDEX verdict_account ON verdict (account_id);

-- Who finds that a prompt should not be public, and why: once an account. It is open until it is answered.
CREATE TABLE report (
    publication_id BLOB NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    at INTEGER NOT NULL,
    answered_at INTEGER,
    PRIMARY KEY (publication_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_account ON report (account_id);
CREATE INDEX report_open ON report (at) WHERE answered_at IS NULL;
