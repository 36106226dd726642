-- What people need at a console: settings that count at once, work on many failures in the background, latencies.

-- What a person has set for a handler; wins over the properties until it is set back.
CREATE TABLE ${schema}.setting (
  handler_id integer     NOT NULL,
  name       text        NOT NULL,
  value      text        NOT NULL,
  changed_by text        NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (handler_id, name)
);

-- Who changed which setting, when and why; no value means that the property counts.
CREATE TABLE ${schema}.setting_change (
  change_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handler_id integer     NOT NULL,
  name       text        NOT NULL,
  old_value  text,
  new_value  text,
  changed_by text        NOT NULL,
  reason     text,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX setting_change_by_handler ON ${schema}.setting_change (handler_id, change_id);

-- A retry or discard of all failures that match a filter; some living node works on it.
CREATE TABLE ${schema}.bulk_operation (
  bulk_id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  verb           text        NOT NULL CHECK (verb IN ('RETRY', 'DISCARD')),
  handler        text,
  topic          text,
  state          smallint    CHECK (state IN (2, 3)),
  fingerprint    text,
  resource       text,
  entity_id      text,
  failed_from    timestamptz,
  failed_until   timestamptz,
  operator       text        NOT NULL,
  reason         text,
  started_at     timestamptz NOT NULL,
  collected_at   timestamptz,
  finished_at    timestamptz,
  cancelled_by   text,
  cancelled_at   timestamptz,
  node_id        bigint,
  matched        bigint      NOT NULL DEFAULT 0,
  done           bigint      NOT NULL DEFAULT 0,
  behind_parking bigint      NOT NULL DEFAULT 0,
  running        bigint      NOT NULL DEFAULT 0,
  waiting        bigint      NOT NULL DEFAULT 0,
  ended          bigint      NOT NULL DEFAULT 0,
  purged         bigint      NOT NULL DEFAULT 0,
  CHECK ((cancelled_by IS NULL) = (cancelled_at IS NULL))
);
COMMENT ON COLUMN ${schema}.bulk_operation.behind_parking IS 'of the done ones: retried, and waiting in a parked lane';
COMMENT ON COLUMN ${schema}.bulk_operation.running IS 'skipped: somebody else had retried it, and a run works on it';
COMMENT ON COLUMN ${schema}.bulk_operation.waiting IS 'skipped: somebody else had retried it, and it waits for its turn';
COMMENT ON COLUMN ${schema}.bulk_operation.ended IS 'skipped: it had ended otherwise meanwhile: done, discarded, or failed again';
CREATE INDEX bulk_operation_open ON ${schema}.bulk_operation (bulk_id) WHERE finished_at IS NULL;

-- What a bulk operation has still to do, lane by lane.
CREATE TABLE ${schema}.bulk_item (
  bulk_id bigint NOT NULL,
  lane_id uuid   NOT NULL,
  item_id bigint NOT NULL,
  PRIMARY KEY (bulk_id, lane_id, item_id)
);

-- How long each stage of the way took, as histograms that can be added up; written by each node for itself.
CREATE TABLE ${schema}.latency (
  seconds    smallint    NOT NULL CHECK (seconds IN (60, 900)),
  since      timestamptz NOT NULL,
  handler_id integer     NOT NULL,
  stage      smallint    NOT NULL CHECK (stage BETWEEN 1 AND 5),
  node_id    bigint      NOT NULL,
  events     bigint      NOT NULL,
  sum_micros bigint      NOT NULL,
  min_micros bigint      NOT NULL,
  max_micros bigint      NOT NULL,
  histogram  bytea       NOT NULL,
  PRIMARY KEY (seconds, since, handler_id, stage, node_id)
) WITH (fillfactor = 50);
COMMENT ON COLUMN ${schema}.latency.seconds IS 'how long a time the row is about: a minute, or a quarter of an hour';
COMMENT ON COLUMN ${schema}.latency.stage IS '1 kafka, 2 buffer, 3 wait, 4 handler, 5 total';
COMMENT ON COLUMN ${schema}.latency.histogram IS 'an HdrHistogram of microseconds, compressed';
CREATE INDEX latency_by_handler ON ${schema}.latency (handler_id, seconds, since);

-- Nothing but a discard is ever asked of a run.
ALTER TABLE ${schema}.item_request DROP COLUMN action;
