-- Throttled jobs keep the pace of their key also when the timer is late, and wait behind those alone that wait for their turn.

ALTER TABLE ${schema}.scheduled_job
  ADD COLUMN throttle_digest uuid,
  ADD COLUMN in_turn         boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN ${schema}.scheduled_job.throttle_digest IS 'of the lock whose pace it keeps: when it is due it is put off again while as many as may have begun';
COMMENT ON COLUMN ${schema}.scheduled_job.in_turn IS 'of those that keep a pace: it was to run at once, and who comes to run at once is stored behind it';
CREATE INDEX scheduled_job_throttled ON ${schema}.scheduled_job (throttle_digest, due_at, job_id) WHERE throttle_digest IS NOT NULL;
CREATE INDEX scheduled_job_in_turn ON ${schema}.scheduled_job (throttle_digest, due_at) WHERE in_turn;

-- Nothing but THROTTLE has put off a job that has its lock.
UPDATE ${schema}.scheduled_job AS s
   SET throttle_digest = u.digest, in_turn = true
  FROM ${schema}.unique_lock AS u
 WHERE s.holds_lock AND s.hops > 0 AND u.holder_id = s.job_id AND u.lock = 3;
