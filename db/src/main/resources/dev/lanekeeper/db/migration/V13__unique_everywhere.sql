-- Items of every door may be unique; what becomes of the one too many is kept in numbers, and some of them come again later.

CREATE INDEX unique_lock_by_expiry ON ${schema}.unique_lock (digest, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX unique_lock_by_key ON ${schema}.unique_lock (unique_key, digest, holder_id);
ALTER TABLE ${schema}.unique_lock ADD COLUMN renewed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN ${schema}.unique_lock.renewed IS 'whether the payload of the holder is another since it was stored, so that a run that has read it reads it again';
COMMENT ON TABLE ${schema}.unique_lock IS 'who holds which enqueue lock; a row whose holder neither waits in a lane nor is scheduled holds nothing, unless its lock is until_expired';
COMMENT ON COLUMN ${schema}.unique_lock.released_at IS 'when its handler was called; of lock 1';

-- Bounded by the holders there were: however many lose to one, they are one row for each reason.
CREATE TABLE ${schema}.unique_conflict (
  digest     uuid        NOT NULL,
  holder_id  bigint      NOT NULL,
  reason     smallint    NOT NULL CHECK (reason BETWEEN 1 AND 8),
  handler_id integer     NOT NULL,
  unique_key text        COLLATE "C" NOT NULL,
  number     bigint      NOT NULL CHECK (number >= 1),
  first_at   timestamptz NOT NULL,
  last_at    timestamptz NOT NULL,
  PRIMARY KEY (digest, holder_id, reason)
);
COMMENT ON COLUMN ${schema}.unique_conflict.holder_id IS 'the item, or the scheduled job, to which they lost, or which has taken their place';
COMMENT ON COLUMN ${schema}.unique_conflict.reason IS '1 duplicate, 2 rejected, 3 replaced, 4 updated, 5 rescheduled, 6 debounced, 7 throttled, 8 gave up';
CREATE INDEX unique_conflict_by_holder ON ${schema}.unique_conflict (holder_id);
CREATE INDEX unique_conflict_by_time ON ${schema}.unique_conflict (last_at);

ALTER TABLE ${schema}.scheduled_job
  ADD COLUMN repeats     bigint,
  ADD COLUMN unique_rule text,
  ADD COLUMN unique_key  text COLLATE "C",
  ADD COLUMN hops        integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN ${schema}.scheduled_job.repeats IS 'the item of a record, or of an entry, that was put off and is stored anew when it is due';
COMMENT ON COLUMN ${schema}.scheduled_job.unique_rule IS 'with unique_key: what it claims again when it is due, since another had its lock';
COMMENT ON COLUMN ${schema}.scheduled_job.hops IS 'how often it was put off';
CREATE INDEX scheduled_job_claiming ON ${schema}.scheduled_job (due_at, job_id) WHERE unique_key IS NOT NULL;

COMMENT ON COLUMN ${schema}.outbox_subscription.unique_rule IS 'which of its items are the same, and what becomes of the second';
