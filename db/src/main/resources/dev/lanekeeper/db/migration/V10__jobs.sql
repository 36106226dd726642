-- Jobs that the application enqueues itself: for later, and again and again.

ALTER TABLE ${schema}.work_item
  ADD COLUMN label        text COLLATE "C",
  ADD COLUMN scheduled_id bigint;
COMMENT ON COLUMN ${schema}.work_item.label IS 'what whoever enqueued a job has written on it, for people';
COMMENT ON COLUMN ${schema}.work_item.scheduled_id IS 'the scheduled job that it was';
CREATE INDEX work_item_by_scheduled ON ${schema}.work_item (scheduled_id) WHERE scheduled_id IS NOT NULL;
ALTER TABLE ${schema}.work_item_archive
  ADD COLUMN label        text COLLATE "C",
  ADD COLUMN scheduled_id bigint;

-- A job whose time has not come is in no lane; it becomes an item when it is due, at the end of its lane then.
-- Its id is drawn from the numbers of items, so none of them is ever the id of both.
CREATE TABLE ${schema}.scheduled_job (
  job_id       bigint      PRIMARY KEY,
  handler_id   integer     NOT NULL,
  lane_group   text        NOT NULL,
  resource     text        COLLATE "C",
  due_at       timestamptz NOT NULL,
  payload      bytea,
  headers      bytea,
  label        text        COLLATE "C",
  entry_id     bigint,
  enqueued_at  timestamptz NOT NULL
);
CREATE INDEX scheduled_job_by_time ON ${schema}.scheduled_job (due_at, job_id);
CREATE INDEX scheduled_job_by_handler ON ${schema}.scheduled_job (handler_id, due_at, job_id);
CREATE INDEX scheduled_job_by_entry ON ${schema}.scheduled_job (entry_id) WHERE entry_id IS NOT NULL;

-- A job that recurs, and when it is due next.
CREATE TABLE ${schema}.recurring_job (
  handler_id integer     PRIMARY KEY,
  cron       text        NOT NULL,
  zone       text        NOT NULL,
  next_at    timestamptz NOT NULL,
  last_item  bigint,
  left_out   bigint      NOT NULL DEFAULT 0
);
COMMENT ON COLUMN ${schema}.recurring_job.last_item IS 'the item of the last time';
COMMENT ON COLUMN ${schema}.recurring_job.left_out IS 'times at which the item of the time before was unfinished';

-- Jobs come through the outbox when they are enqueued in a transaction of the application.
ALTER TABLE ${schema}.outbox_subscription
  DROP CONSTRAINT outbox_subscription_kind_check,
  ADD CONSTRAINT outbox_subscription_kind_check CHECK (kind IN (1, 2, 3, 4)),
  ADD COLUMN resource text;
COMMENT ON COLUMN ${schema}.outbox_subscription.kind IS '1 takes entries by context and event, 2 is asked in the run whether it applies, 3 takes those with a destination topic, 4 takes jobs that are enqueued for it by its name';
COMMENT ON COLUMN ${schema}.outbox_subscription.resource IS 'of kind 4: how the resource is found in the payload; NULL for none';
