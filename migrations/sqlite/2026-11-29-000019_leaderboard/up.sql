-- A prompt that its owner made public, with the name and the tags that everybody reads. The row stays when it is taken back, so that its
-- slug, its votes and its first day stay too; it goes with its document. `first_of` is the prompt that had nearly the same text before;
-- `rev`, `exact` and `signature` are those of the version that was looked at for it.
CREATE TABLE publication (
    id BLOB PRIMARY KEY NOT NULL,
    row_id INTEGER NOT NULL REFERENCES document (row_id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    author TEXT NOT NULL,
    tags TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    withdrawn_at INTEGER,
    hidden_at INTEGER,
    first_of BLOB REFERENCES publication (id) ON DELETE SET NULL,
    rev INTEGER NOT NULL,
    exact BLOB NOT NULL,
    signature INTEGER
) STRICT;
CREATE UNIQUE INDEX publication_slug ON publication (slug);
CREATE UNIQUE INDEX publication_document ON publication (row_id);
CREATE INDEX publication_first ON publication (first_of) WHERE first_of IS NOT NULL;

-- What accounts said, line by line: 1 for a prompt, -1 against it, 0 taken back. The last line of an account is its vote. `network` is a
-- keyed hash: the key is dropped after two days.
CREATE TABLE vote_event (
    seq INTEGER PRIMARY KEY NOT NULL,
    publication_id BLOB NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    value INTEGER NOT NULL CHECK (value BETWEEN -1 AND 1),
    network BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX vote_event_account ON vote_event (account_id, publication_id, seq);
CREATE INDEX vote_event_publication ON vote_event (publication_id);

-- Copies of public prompts in people's libraries. `rev` is the text as it was taken; `place` says how many accounts had taken the prompt
-- from that network in that hour, this one included.
CREATE TABLE fork (
    row_id INTEGER PRIMARY KEY NOT NULL REFERENCES document (row_id) ON DELETE CASCADE,
    doc_id BLOB NOT NULL,
    publication_id BLOB NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    rev INTEGER NOT NULL,
    place INTEGER NOT NULL,
    network BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX fork_document ON fork (doc_id);
CREATE INDEX fork_publication ON fork (publication_id, network);
CREATE INDEX fork_account ON fork (account_id);

-- Completed runs of unchanged copies. `counts` is 0 for who may change the public prompt, and in a crowd from one network.
CREATE TABLE run_event (
    execution_id BLOB PRIMARY KEY NOT NULL,
    publication_id BLOB NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    counts INTEGER NOT NULL CHECK (counts = 0 OR counts = 1),
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX run_event_counted ON run_event (publication_id, account_id, at) WHERE counts = 1;
CREATE INDEX run_event_account ON run_event (account_id);
CREATE INDEX run_event_publication ON run_event (publication_id) WHERE counts = 0;

-- A line of a log never changes, and goes only with its account or with what it is about.
CREATE TRIGGER vote_event_fixed BEFORE UPDATE ON vote_event BEGIN
    SELECT raise(ABORT, 'a line of a log never changes');
END;
CREATE TRIGGER vote_event_kept BEFORE DELETE ON vote_event
    WHEN EXISTS (SELECT 1 FROM publication WHERE id = old.publication_id) AND EXISTS (SELECT 1 FROM account WHERE id = old.account_id)
BEGIN
    SELECT raise(ABORT, 'a line of a log stays');
END;
CREATE TRIGGER run_event_fixed BEFORE UPDATE ON run_event BEGIN
    SELECT raise(ABORT, 'a line of a log never changes');
END;
CREATE TRIGGER run_event_kept BEFORE DELETE ON run_event
    WHEN EXISTS (SELECT 1 FROM publication WHERE id = old.publication_id) AND EXISTS (SELECT 1 FROM account WHERE id = old.account_id)
BEGIN
    SELECT raise(ABORT, 'a line of a log stays');
END;

-- What was counted of a prompt, by window (`span`: 0 a day, 1 a week, 2 all): made from the logs, and made again the same when it is gone.
-- `hours` are the runs of the last 24 hours, in the row of the day.
CREATE TABLE standing (
    span INTEGER NOT NULL CHECK (span BETWEEN 0 AND 2),
    publication_id BLOB NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    runs INTEGER NOT NULL,
    executors INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    up INTEGER NOT NULL,
    down INTEGER NOT NULL,
    hours TEXT NOT NULL,
    PRIMARY KEY (span, publication_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX standing_publication ON standing (publication_id);

-- One row: when it was counted last. `turns` grows each time, so that no server writes what another has counted anew.
CREATE TABLE standing_state (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    counted_at INTEGER,
    turns INTEGER NOT NULL
) STRICT;
INSERT INTO standing_state (id, counted_at, turns) VALUES (1, NULL, 0);

-- The keys under which networks are hashed, one a day.
CREATE TABLE network_key (
    day INTEGER PRIMARY KEY NOT NULL,
    key BLOB NOT NULL
) STRICT;
