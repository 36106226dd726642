-- What is locked while work runs: who holds which lock, as rows that count only as long as their lane is owned, and who waits.

CREATE TABLE ${schema}.run_lock (
  digest      uuid        NOT NULL,
  token       bigint      NOT NULL,
  name        text        COLLATE "C" NOT NULL,
  lane_id     uuid        NOT NULL,
  epoch       bigint      NOT NULL,
  item_id     bigint      NOT NULL,
  handler_id  integer     NOT NULL,
  node_id     bigint      NOT NULL,
  most        integer     NOT NULL CHECK (most >= 1),
  taken_at    timestamptz NOT NULL,
  expires_at  timestamptz,
  PRIMARY KEY (digest, token)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
COMMENT ON TABLE ${schema}.run_lock IS 'a row without expires_at holds nothing unless its lane is owned in its epoch; one with it is a start that counts against a rate until then';
COMMENT ON COLUMN ${schema}.run_lock.digest IS '16 bytes of a hash of the name';
COMMENT ON COLUMN ${schema}.run_lock.token IS 'the fencing token: higher than that of every earlier holder';
COMMENT ON COLUMN ${schema}.run_lock.most IS 'how many may hold it at once, or start in one period';
CREATE INDEX run_lock_by_lane ON ${schema}.run_lock (lane_id) WHERE expires_at IS NULL;
CREATE INDEX run_lock_expired ON ${schema}.run_lock (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE ${schema}.lock_waiter (
  item_id     bigint      NOT NULL,
  digest      uuid        NOT NULL,
  ticket      bigint      NOT NULL,
  name        text        COLLATE "C" NOT NULL,
  handler_id  integer     NOT NULL,
  since       timestamptz NOT NULL,
  due_before  timestamptz NOT NULL,
  woken_at    timestamptz,
  hops        integer     NOT NULL DEFAULT 0,
  PRIMARY KEY (item_id, digest)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
COMMENT ON TABLE ${schema}.lock_waiter IS 'an item that was not given a lock; a row whose item waits in no lane counts for nothing';
COMMENT ON COLUMN ${schema}.lock_waiter.ticket IS 'its place: the lowest goes first';
COMMENT ON COLUMN ${schema}.lock_waiter.due_before IS 'when the item had been due';
COMMENT ON COLUMN ${schema}.lock_waiter.woken_at IS 'when it was told to try again; after some seconds it stands in nobody''s way any more';
COMMENT ON COLUMN ${schema}.lock_waiter.hops IS 'how often it was rescheduled';
CREATE INDEX lock_waiter_in_order ON ${schema}.lock_waiter (digest, ticket);
