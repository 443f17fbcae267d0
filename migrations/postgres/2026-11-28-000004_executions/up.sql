-- Work to be done later, at least once. `state`: 0 waits, 1 is leased, 2 stopped for good. `due_at` is when it may be taken: of a
-- waiting job its time, of a leased one the end of the lease.
CREATE TABLE job (
    id BYTEA PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    unique_key TEXT,
    payload TEXT NOT NULL,
    state SMALLINT NOT NULL CHECK (state IN (0, 1, 2)),
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    owner BYTEA,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX job_key ON job (kind, unique_key) WHERE unique_key IS NOT NULL AND state < 2;
CREATE INDEX job_due ON job (due_at) WHERE state < 2;

-- What a person set: the ceiling of a month and of one execution in nano-USD, and whether models without a price may run (1).
CREATE TABLE budget (
    account_id BYTEA PRIMARY KEY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    ceiling BIGINT,
    run_ceiling BIGINT,
    unpriced SMALLINT NOT NULL CHECK (unpriced IN (0, 1))
);

-- Where an account stands in a month (`period` is year and month as one number): `tier` 0 its own keys, 1 the operator's. The
-- ceiling is repeated here, so that spending is held below it by one conditional update of one row.
CREATE TABLE spending (
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    tier SMALLINT NOT NULL CHECK (tier IN (0, 1)),
    period BIGINT NOT NULL,
    ceiling BIGINT,
    spent BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    near_at BIGINT,
    reached_at BIGINT,
    PRIMARY KEY (account_id, tier, period)
);

-- One run of one prompt with one model. What lists show stands first, the texts last. `lease_until` is null once it has ended: before
-- that, the owner renews it, and whoever finds it run out takes the execution over.
CREATE TABLE execution (
    id BYTEA PRIMARY KEY NOT NULL,
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    group_id BYTEA NOT NULL,
    place SMALLINT NOT NULL,
    prompt_id BYTEA,
    version BIGINT,
    title TEXT NOT NULL,
    model TEXT NOT NULL,
    answered_by TEXT,
    key_id BYTEA,
    tier SMALLINT NOT NULL CHECK (tier IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'completed', 'failed', 'truncated', 'cancelled')),
    class TEXT,
    failure TEXT,
    finish_reason TEXT,
    usage TEXT,
    cost_state TEXT NOT NULL CHECK (cost_state IN ('pending', 'exact', 'estimated', 'unpriced')),
    cost BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    period BIGINT NOT NULL,
    price_revision TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    latency_ms BIGINT,
    first_token_ms BIGINT,
    attempts TEXT NOT NULL,
    rating SMALLINT NOT NULL DEFAULT 0 CHECK (rating IN (-1, 0, 1)),
    correlation_id TEXT NOT NULL,
    owner BYTEA,
    lease_until BIGINT,
    cancel SMALLINT NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    digest BYTEA,
    letter_id BYTEA,
    saved_as BYTEA,
    request TEXT NOT NULL,
    output TEXT NOT NULL DEFAULT '',
    reasoning TEXT NOT NULL DEFAULT '',
    tool_calls TEXT,
    raw_usage TEXT
);
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
    id BYTEA PRIMARY KEY NOT NULL,
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    execution_id BYTEA NOT NULL REFERENCES execution (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    model TEXT NOT NULL,
    class TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    replays BIGINT NOT NULL,
    replayed_as BYTEA
);
CREATE INDEX dead_letter_account ON dead_letter (account_id, id);
CREATE INDEX dead_letter_execution ON dead_letter (execution_id);

-- Sums for reports, kept with every execution that ends. `day` counts from 1970; no prompt and no key are empty bytes.
CREATE TABLE usage_day (
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    model TEXT NOT NULL,
    prompt_id BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    executions BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    PRIMARY KEY (account_id, day, model, prompt_id, key_id)
);
