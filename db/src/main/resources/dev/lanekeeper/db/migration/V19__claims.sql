-- What a finished item had, or wanted, a lock of, so that it can have that again when a person retries it.

CREATE TABLE ${schema}.unique_claim (
  item_id    bigint   PRIMARY KEY,
  digest     uuid     NOT NULL,
  handler_id integer  NOT NULL,
  lock       smallint NOT NULL CHECK (lock IN (1, 2)),
  unique_key text     COLLATE "C" NOT NULL,
  most       integer  NOT NULL CHECK (most >= 1),
  expires_at timestamptz
);
COMMENT ON TABLE ${schema}.unique_claim IS 'the lock that an item which has failed, was rejected or discarded takes again when it is retried by hand; holds nothing';
COMMENT ON COLUMN ${schema}.unique_claim.lock IS '1 until_executing, 2 until_executed; what is held until it expires goes on holding by itself';
COMMENT ON COLUMN ${schema}.unique_claim.expires_at IS 'when the lock was, or would have been, lost';
