-- Jobs that other programs enqueue over HTTP may be asked for twice, when an answer was lost: the first answer is kept.

CREATE TABLE ${schema}.job_request (
  handler_id   integer     NOT NULL,
  request_key  text        COLLATE "C" NOT NULL,
  content      uuid        NOT NULL,
  answer       text,
  requested_at timestamptz NOT NULL,
  PRIMARY KEY (handler_id, request_key)
);
COMMENT ON TABLE ${schema}.job_request IS 'what became of a job that was enqueued with an idempotency key; written in the transaction that stored it';
COMMENT ON COLUMN ${schema}.job_request.content IS '16 bytes of a hash of all that was asked for, to notice a key that is used twice';
CREATE INDEX job_request_by_time ON ${schema}.job_request (requested_at);
