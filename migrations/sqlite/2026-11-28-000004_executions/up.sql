-- Work to be done later, at least once. `state`: 0 waits, 1 is leased, 2 stopped for good. `due_at` is when it may be taken: of a
-- waiting job its time, of a leased one the end of the lease.
CREATE TABLE job (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    unique_key TEXT,
    payload TEXT NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    owner BLOB,
    last_error TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX job_key ON job (kind, unique_key) WHERE unique_key IS NOT NULL AND state < 2;
CREATE INDEX job_due ON job (due_at) WHERE state < 2;

-- What a person set: the ceiling of a month and of one execution in nano-USD, and whether models without a price may run (1).
CREATE TABLE budget (
    account_id BLOB PRIMARY KEY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    ceiling INTEGER,
    run_ceiling INTEGER,
    unpriced INTEGER NOT NULL CHECK (unpriced IN (0, 1))
) STRICT;

-- Where an account stands in a month (`period` is year and month as one number): `tier` 0 its own keys, 1 the operator's. The
-- ceiling is repeated here, so that spending is held below it by one conditional update of one row.
CREATE TABLE spending (
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    tier INTEGER NOT NULL CHECK (tier IN (0, 1)),
    period INTEGER NOT NULL,
    ceiling INTEGER,
    spent INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    near_at INTEGER,
    reached_at INTEGER,
    PRIMARY KEY (account_id, tier, period)
) STRICT, WITHOUT ROWID;

-- One run of one prompt with one model. What lists show stands first, the texts last. `lease_until` is null once it has ended: before
-- that, the owner renews it, and whoever finds it run out takes the execution over.
CREATE TABLE execution (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    group_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    prompt_id BLOB,
    version INTEGER,
    title TEXT NOT NULL,
    model TEXT NOT NULL,
    answered_by TEXT,
    key_id BLOB,
    tier INTEGER NOT NULL CHECK (tier IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'completed', 'failed', 'truncated', 'cancelled')),
    class TEXT,
    failure TEXT,
    finish_reason TEXT,
    usage TEXT,
    cost_state TEXT NOT NULL CHECK (cost_state IN ('pending', 'exact', 'estimated', 'unpriced')),
    cost INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    period INTEGER NOT NULL,
    price_revision TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    latency_ms INTEGER,
    first_token_ms INTEGER,
    attempts TEXT NOT NULL,
    rating INTEGER NOT NULL DEFAULT 0 CHECK (rating IN (-1, 0, 1)),
    correlation_id TEXT NOT NULL,
    owner BLOB,
    lease_until INTEGER,
    cancel INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    digest BLOB,
    letter_id BLOB,
    saved_as BLOB,
    request TEXT NOT NULL,
    output TEXT NOT NULL DEFAULT '',
    reasoning TEXT NOT NULL DEFAULT '',
    tool_calls TEXT,
    raw_usage TEXT
) STRICT;
CREATE INDEX execution_history ON execution (account_id, id);
CREATE INDEX execution_prompt ON execution (account_id, prompt_id, id) WHERE prompt_id IS NOT NULL;
CREATE INDEX execution_model ON execution (account_id, model, id);
CREATE INDEX execution_class ON execution (account_id, class, id) WHERE class IS NOT NULL;
CREATE INDEX execution_rating ON execution (account_id, rating, id) WHERE rating <> 0;
CREATE INDEX execution_group ON execution (group_id, place);
CREATE INDEX execution_lease ON execution (lease_until) WHERE lease_until IS NOT NULL;
CREATE UNIQUE INDEX execution_idempotency ON execution (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Failed executions that wait for a decision; the request is in the execution. A replay that completes takes its letter away.
CREATE TABLE dead_letter (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    execution_id BLOB NOT NULL REFERENCES execution (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    model TEXT NOT NULL,
    class TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    replays INTEGER NOT NULL,
    replayed_as BLOB
) STRICT;
CREATE INDEX dead_letter_account ON dead_letter (account_id, id);
CREATE INDEX dead_letter_execution ON dead_letter (execution_id);

-- Sums for reports, kept with every execution that ends. `day` counts from 1970; no prompt and no key are empty bytes.
CREATE TABLE usage_day (
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    model TEXT NOT NULL,
    prompt_id BLOB NOT NULL,
    key_id BLOB NOT NULL,
    executions INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    PRIMARY KEY (account_id, day, model, prompt_id, key_id)
) STRICT, WITHOUT ROWID;
