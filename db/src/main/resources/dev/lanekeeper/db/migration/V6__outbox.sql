-- The transactional outbox: entries that a business transaction writes, and who takes them.

-- Written by the application or by any other program, in its own transaction; gone once moved to work_item.
CREATE TABLE ${schema}.outbox_entry (
  entry_id          bigint      GENERATED ALWAYS AS IDENTITY,
  shard             smallint    NOT NULL GENERATED ALWAYS AS (
                      CASE WHEN causality_key IS NULL THEN entry_id & 63
                           ELSE hashtextextended(causality_key, 0) & 63 END) STORED,
  context           text        COLLATE "C" NOT NULL,
  event_name        text        COLLATE "C" NOT NULL,
  causality_key     text        COLLATE "C",
  arguments         json        NOT NULL DEFAULT '{}' CHECK (json_typeof(arguments) = 'object'),
  resource_class    text,
  resource_id       text,
  changeset         json        NOT NULL DEFAULT '{}' CHECK (json_typeof(changeset) = 'object'),
  destination_topic text        COLLATE "C" CHECK (destination_topic ~ '^[a-zA-Z0-9._-]{1,249}$'),
  headers           json        NOT NULL DEFAULT '{}' CHECK (json_typeof(headers) = 'object'),
  created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (shard, entry_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
COMMENT ON TABLE ${schema}.outbox_entry IS 'INSERT only: what was committed belongs to Lanekeeper';
COMMENT ON COLUMN ${schema}.outbox_entry.causality_key IS 'entries of one key are processed in order; NULL for no order';
COMMENT ON COLUMN ${schema}.outbox_entry.destination_topic IS 'the Kafka topic that the arguments are produced to; NULL for none';
COMMENT ON COLUMN ${schema}.outbox_entry.headers IS 'text by name: trace context (traceparent, tracestate, baggage) and what else goes with it';

-- Which entries become items of which handler; deleting a row retires the handler, until a node with it starts again.
CREATE TABLE ${schema}.outbox_subscription (
  handler_id integer  PRIMARY KEY,
  kind       smallint NOT NULL CHECK (kind IN (1, 2, 3)),
  context    text     COLLATE "C",
  events     text[],
  ordered    boolean  NOT NULL
);
COMMENT ON COLUMN ${schema}.outbox_subscription.kind IS '1 takes entries by context and event, 2 is asked in the run whether it applies, 3 takes those with a destination topic';
COMMENT ON COLUMN ${schema}.outbox_subscription.context IS 'NULL for every context';
COMMENT ON COLUMN ${schema}.outbox_subscription.events IS 'NULL for every event';

-- What an item was in the outbox.
ALTER TABLE ${schema}.work_item
  ADD COLUMN entry_id   bigint,
  ADD COLUMN context    text COLLATE "C",
  ADD COLUMN event_name text COLLATE "C";
CREATE INDEX work_item_by_entry ON ${schema}.work_item (entry_id) WHERE entry_id IS NOT NULL;

-- Entries after they have moved: one row for each handler that got them.
CREATE VIEW ${schema}.outbox_history AS
SELECT w.entry_id,
       w.item_id,
       h.name AS handler,
       w.context,
       w.event_name,
       w.resource AS causality_key,
       w.payload,
       CASE o.state WHEN 1 THEN 'done' WHEN 2 THEN 'failed' WHEN 3 THEN 'rejected' WHEN 4 THEN 'discarded'
                    WHEN 5 THEN 'skipped'
                    ELSE CASE WHEN l.item_id IS NULL THEN 'skipped' ELSE 'waiting' END END AS state,
       w.produced_at AS created_at,
       w.stored_at AS moved_at,
       CASE WHEN o.state IN (1, 5) THEN o.finished_at END AS processed_at,
       coalesce(o.attempts, l.attempts) AS attempts,
       CASE WHEN l.attempts > 0 THEN l.due_at END AS retry_at,
       a.finished_at AS failed_at,
       a.error_class,
       a.error_message
  FROM ${schema}.work_item AS w
  JOIN ${schema}.handler AS h USING (handler_id)
  LEFT JOIN ${schema}.outcome AS o USING (item_id)
  LEFT JOIN ${schema}.lane_item AS l USING (item_id)
  LEFT JOIN LATERAL (
       SELECT finished_at, error_class, error_message
         FROM ${schema}.attempt
        WHERE item_id = w.item_id
        ORDER BY attempt_id DESC
        LIMIT 1) AS a ON true
 WHERE w.entry_id IS NOT NULL;
