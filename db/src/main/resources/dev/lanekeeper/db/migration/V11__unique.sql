-- Unique jobs: who holds which lock, as rows that count only as long as their holder does.

CREATE TABLE ${schema}.unique_lock (
  digest      uuid        NOT NULL,
  holder_id   bigint      NOT NULL,
  handler_id  integer     NOT NULL,
  lock        smallint    NOT NULL CHECK (lock IN (1, 2, 3)),
  unique_key  text        COLLATE "C" NOT NULL,
  taken_at    timestamptz NOT NULL,
  most        integer     NOT NULL CHECK (most >= 1),
  expires_at  timestamptz,
  released_at timestamptz,
  PRIMARY KEY (digest, holder_id),
  CHECK (lock <> 3 OR expires_at IS NOT NULL)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
COMMENT ON TABLE ${schema}.unique_lock IS 'a row whose holder neither waits in a lane nor is scheduled holds nothing, unless its lock is until_expired';
COMMENT ON COLUMN ${schema}.unique_lock.digest IS '16 bytes of a hash of the key, and of the handler unless the lock is one for all handlers';
COMMENT ON COLUMN ${schema}.unique_lock.holder_id IS 'the item, or the scheduled job that has not become one';
COMMENT ON COLUMN ${schema}.unique_lock.lock IS '1 until_executing, 2 until_executed, 3 until_expired';
COMMENT ON COLUMN ${schema}.unique_lock.most IS 'how many may hold it at once';
COMMENT ON COLUMN ${schema}.unique_lock.released_at IS 'when its handler was called; of lock 1';
CREATE INDEX unique_lock_by_holder ON ${schema}.unique_lock (holder_id);
CREATE INDEX unique_lock_expired ON ${schema}.unique_lock (expires_at) WHERE expires_at IS NOT NULL;

ALTER TABLE ${schema}.work_item ADD COLUMN lost_to bigint;
ALTER TABLE ${schema}.work_item_archive ADD COLUMN lost_to bigint;
COMMENT ON COLUMN ${schema}.work_item.lost_to IS 'the holder of the lock for which this one was discarded';
CREATE INDEX work_item_by_winner ON ${schema}.work_item (lost_to) WHERE lost_to IS NOT NULL;

ALTER TABLE ${schema}.scheduled_job ADD COLUMN holds_lock boolean NOT NULL DEFAULT false;
ALTER TABLE ${schema}.outbox_subscription
  ADD COLUMN unique_rule text;
COMMENT ON COLUMN ${schema}.outbox_subscription.unique_rule IS 'of kind 4: which of its jobs are the same, and what becomes of the second';
