-- Jobs that recur because somebody has enqueued them so, beside those whose handlers say it.

ALTER TABLE ${schema}.recurring_job
  DROP CONSTRAINT recurring_job_pkey,
  ADD COLUMN recurring_id bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ADD COLUMN name         text     COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN resource     text     COLLATE "C",
  ADD COLUMN payload      bytea,
  ADD COLUMN headers      bytea,
  ADD COLUMN label        text     COLLATE "C",
  ADD COLUMN priority     smallint NOT NULL DEFAULT 0,
  ADD COLUMN unique_rule  text,
  ADD COLUMN unique_key   text     COLLATE "C",
  ADD COLUMN entry_id     bigint,
  ADD COLUMN paused_at    timestamptz,
  ADD CONSTRAINT recurring_job_by_name UNIQUE (handler_id, name);
CREATE INDEX recurring_job_by_time ON ${schema}.recurring_job (next_at, recurring_id);
CREATE INDEX recurring_job_due ON ${schema}.recurring_job (next_at, recurring_id) WHERE paused_at IS NULL;
COMMENT ON COLUMN ${schema}.recurring_job.name IS 'under which it was enqueued; empty for the one that its handler says';
COMMENT ON COLUMN ${schema}.recurring_job.resource IS 'the canonical key, as of all the rest of what its jobs are given';
COMMENT ON COLUMN ${schema}.recurring_job.unique_rule IS 'the lock that each of its jobs claims, with unique_key; NULL for none';
COMMENT ON COLUMN ${schema}.recurring_job.entry_id IS 'the number, among those of the outbox, under which it was enqueued last: what is moved later and is older changes nothing';
COMMENT ON COLUMN ${schema}.recurring_job.last_item IS 'the item, or the scheduled job, of the last time';
COMMENT ON COLUMN ${schema}.recurring_job.paused_at IS 'since when a person keeps it from recurring';
