-- The corridor: what is to be done, in which lane it waits, who works on it, and what came of it.

CREATE SEQUENCE ${schema}.lane_epoch AS bigint;
CREATE SEQUENCE ${schema}.node_incarnation AS bigint;

-- One schema belongs to one application; the mark is written into the metadata of our Kafka commits.
CREATE TABLE ${schema}.installation (
  only_row     boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  application  text        NOT NULL,
  mark         uuid        NOT NULL DEFAULT gen_random_uuid(),
  installed_at timestamptz NOT NULL DEFAULT now()
);

-- Every handler that any node has, kept when its last node stops.
CREATE TABLE ${schema}.handler (
  handler_id           integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name                 text        NOT NULL UNIQUE,
  lane_group           text        NOT NULL,
  kafka_group          text,
  topics               text,
  replay               integer     NOT NULL DEFAULT 0,
  registered_at        timestamptz NOT NULL DEFAULT now(),
  seen_at              timestamptz NOT NULL DEFAULT now(),
  intake_paused_at     timestamptz,
  processing_paused_at timestamptz,
  paused_by            text
);

-- A living process; a new incarnation for every start and after every loss of its lease.
CREATE TABLE ${schema}.node (
  node_id     bigint      PRIMARY KEY,
  name        text        NOT NULL,
  version     text        NOT NULL,
  roles       text        NOT NULL,
  workers     integer     NOT NULL,
  handlers    integer[]   NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  renewed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  running     jsonb       NOT NULL DEFAULT '[]'
) WITH (fillfactor = 50);

-- Written once, never updated: every index here is paid once.
CREATE TABLE ${schema}.work_item (
  item_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handler_id   integer     NOT NULL,
  source       smallint    NOT NULL CHECK (source IN (1, 2, 3)),
  lane_id      uuid        NOT NULL,
  partition    integer,
  kafka_offset bigint,
  produced_at  timestamptz,
  polled_at    timestamptz NOT NULL,
  stored_at    timestamptz NOT NULL,
  checksum     uuid,
  topic        text        COLLATE "C",
  resource     text        COLLATE "C",
  event_key    bytea,
  payload      bytea,
  headers      bytea,
  trace_parent text        COLLATE "C",
  intake_error text,
  retry_of     bigint
);
COMMENT ON COLUMN ${schema}.work_item.source IS '1 Kafka, 2 outbox, 3 enqueued';
COMMENT ON COLUMN ${schema}.work_item.lane_id IS 'the lane it was stored in; lane_item tells where it waits now';
CREATE INDEX work_item_by_handler ON ${schema}.work_item (handler_id, item_id);
CREATE INDEX work_item_by_topic ON ${schema}.work_item (topic, item_id) WHERE topic IS NOT NULL;
CREATE INDEX work_item_by_resource ON ${schema}.work_item (lane_id, item_id) WHERE resource IS NOT NULL;
CREATE INDEX work_item_by_original ON ${schema}.work_item (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX work_item_by_time ON ${schema}.work_item USING brin (stored_at) WITH (autosummarize = on);

-- An unfinished item's place in a lane; the place is the item's id.
CREATE TABLE ${schema}.lane_item (
  lane_id    uuid        NOT NULL,
  item_id    bigint      NOT NULL,
  due_at     timestamptz NOT NULL,
  handler_id integer     NOT NULL,
  bytes      integer     NOT NULL,
  attempts   integer     NOT NULL DEFAULT 0,
  strikes    smallint    NOT NULL DEFAULT 0,
  begun      boolean     NOT NULL DEFAULT false,
  PRIMARY KEY (lane_id, item_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
COMMENT ON COLUMN ${schema}.lane_item.begun IS 'a suspect whose start was recorded and whose result was not';
CREATE INDEX lane_item_by_item ON ${schema}.lane_item (item_id);

-- A lane exists while it has unfinished items; owning this row is the lock.
CREATE TABLE ${schema}.lane (
  lane_id        uuid        PRIMARY KEY,
  due_at         timestamptz NOT NULL,
  epoch          bigint      NOT NULL DEFAULT 0,
  owner_node     bigint,
  owner_run      uuid,
  suspect_until  bigint,
  handler_id     integer     NOT NULL,
  waiting        integer     NOT NULL CHECK (waiting >= 0),
  bundle         boolean     NOT NULL DEFAULT false,
  stop_requested boolean     NOT NULL DEFAULT false,
  parked_at      timestamptz,
  parked_by      text,
  park_reason    text,
  parked_item    bigint,
  CHECK ((owner_node IS NULL) = (owner_run IS NULL))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
COMMENT ON COLUMN ${schema}.lane.suspect_until IS 'items up to this id lay in the chunk of a node that died and run singly';
CREATE INDEX lane_ready ON ${schema}.lane (handler_id, due_at) WHERE owner_run IS NULL AND parked_at IS NULL;
CREATE INDEX lane_owned ON ${schema}.lane (owner_node) WHERE owner_node IS NOT NULL;
CREATE INDEX lane_parked ON ${schema}.lane (parked_at) WHERE parked_at IS NOT NULL;

-- How each finished item ended; deleted when the item is retried.
CREATE TABLE ${schema}.outcome (
  item_id       bigint      PRIMARY KEY,
  handler_id    integer     NOT NULL,
  state         smallint    NOT NULL CHECK (state BETWEEN 1 AND 5),
  attempts      integer     NOT NULL,
  node_id       bigint,
  run_id        uuid,
  started_at    timestamptz,
  finished_at   timestamptz NOT NULL,
  event_time    timestamptz,
  entity_id     text,
  event_type    text,
  event_version text,
  reason        text,
  fingerprint   text        COLLATE "C"
);
COMMENT ON COLUMN ${schema}.outcome.state IS '1 done, 2 failed, 3 rejected, 4 discarded, 5 skipped (kept by choice)';
CREATE INDEX outcome_failures ON ${schema}.outcome (finished_at, item_id) WHERE state IN (2, 3);
CREATE INDEX outcome_failures_by_handler ON ${schema}.outcome (handler_id, finished_at, item_id) WHERE state IN (2, 3);
CREATE INDEX outcome_failures_by_fingerprint ON ${schema}.outcome (fingerprint, finished_at) WHERE state IN (2, 3);
CREATE INDEX outcome_discarded ON ${schema}.outcome (finished_at) WHERE state = 4;
CREATE INDEX outcome_by_entity ON ${schema}.outcome (left(entity_id, 200), item_id) WHERE entity_id IS NOT NULL;
CREATE INDEX outcome_by_time ON ${schema}.outcome USING brin (finished_at) WITH (autosummarize = on);

-- Each failed attempt, kept across retries.
CREATE TABLE ${schema}.attempt (
  attempt_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item_id       bigint      NOT NULL,
  handler_id    integer     NOT NULL,
  number        integer     NOT NULL,
  node_id       bigint      NOT NULL,
  run_id        uuid        NOT NULL,
  started_at    timestamptz NOT NULL,
  finished_at   timestamptz NOT NULL,
  error_class   text        NOT NULL,
  error_message text,
  stack_trace   text        NOT NULL,
  fingerprint   text        COLLATE "C" NOT NULL
);
CREATE INDEX attempt_by_item ON ${schema}.attempt (item_id, attempt_id);
CREATE INDEX attempt_by_fingerprint ON ${schema}.attempt (fingerprint, attempt_id);

-- How far a handler has stored a partition; its generation fences consumers that lost it.
CREATE TABLE ${schema}.partition_progress (
  handler_id     integer     NOT NULL,
  topic          text        COLLATE "C" NOT NULL,
  partition      integer     NOT NULL,
  topic_id       uuid        NOT NULL,
  generation     bigint      NOT NULL,
  next_offset    bigint      NOT NULL,
  consumed       bigint      NOT NULL DEFAULT 0,
  lost_at_broker bigint      NOT NULL DEFAULT 0,
  assigned_node  bigint,
  stopped_reason text,
  updated_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, partition, handler_id)
) WITH (fillfactor = 50);

-- What was seen, for handlers that recognise events by content rather than by place.
CREATE TABLE ${schema}.identity (
  hash       uuid        NOT NULL,
  handler_id integer     NOT NULL,
  replay     integer     NOT NULL,
  seen_at    timestamptz NOT NULL,
  PRIMARY KEY (hash, handler_id, replay)
);
CREATE INDEX identity_by_time ON ${schema}.identity USING brin (seen_at) WITH (autosummarize = on);

-- Counts per handler, node and minute, written in the transaction that causes them; slots keep writers apart.
CREATE TABLE ${schema}.tally (
  minute        timestamptz NOT NULL,
  node_id       bigint      NOT NULL,
  slot          smallint    NOT NULL,
  handler_id    integer     NOT NULL,
  consumed      bigint      NOT NULL DEFAULT 0,
  duplicates    bigint      NOT NULL DEFAULT 0,
  stored        bigint      NOT NULL DEFAULT 0,
  repeated      bigint      NOT NULL DEFAULT 0,
  done          bigint      NOT NULL DEFAULT 0,
  skipped       bigint      NOT NULL DEFAULT 0,
  failed        bigint      NOT NULL DEFAULT 0,
  rejected      bigint      NOT NULL DEFAULT 0,
  discarded     bigint      NOT NULL DEFAULT 0,
  failed_attempts bigint    NOT NULL DEFAULT 0,
  reopened_failed    bigint NOT NULL DEFAULT 0,
  reopened_rejected  bigint NOT NULL DEFAULT 0,
  reopened_discarded bigint NOT NULL DEFAULT 0,
  purged        bigint      NOT NULL DEFAULT 0,
  lost_at_broker bigint     NOT NULL DEFAULT 0,
  dropped_results bigint    NOT NULL DEFAULT 0,
  flushes       bigint      NOT NULL DEFAULT 0,
  flushed_bytes bigint      NOT NULL DEFAULT 0,
  largest_flush integer     NOT NULL DEFAULT 0,
  busy_micros   bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (minute, node_id, slot, handler_id)
) WITH (fillfactor = 50);
COMMENT ON COLUMN ${schema}.tally.repeated IS 'items among the stored ones that a person had stored anew from a finished one';
CREATE INDEX tally_by_handler ON ${schema}.tally (handler_id, minute);

-- What a person asked of an item that a run had claimed; applied when the lane is given back.
CREATE TABLE ${schema}.item_request (
  request_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item_id      bigint      NOT NULL,
  lane_id      uuid        NOT NULL,
  action       text        NOT NULL CHECK (action IN ('discard', 'retry')),
  requested_by text        NOT NULL,
  reason       text,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  answered_at  timestamptz,
  answer       text,
  CHECK ((answered_at IS NULL) = (answer IS NULL))
);
CREATE INDEX item_request_open ON ${schema}.item_request (lane_id) WHERE answered_at IS NULL;

-- Who did what to which item, lane or handler.
CREATE TABLE ${schema}.operation (
  operation_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  operator     text        NOT NULL,
  verb         text        NOT NULL,
  target       text        NOT NULL,
  reason       text,
  result       text        NOT NULL,
  done_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX operation_by_target ON ${schema}.operation (target, operation_id);
