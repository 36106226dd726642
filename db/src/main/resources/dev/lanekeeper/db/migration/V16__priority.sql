-- Which of the lanes that are ready goes first, where a job says so.

ALTER TABLE ${schema}.lane ADD COLUMN priority smallint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ${schema}.lane.priority IS 'that of its next item; the higher goes first, 0 is the usual one';
CREATE INDEX lane_urgent ON ${schema}.lane (handler_id, priority DESC, due_at) WHERE priority > 0 AND owner_run IS NULL AND parked_at IS NULL;

ALTER TABLE ${schema}.lane_item ADD COLUMN priority smallint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ${schema}.lane_item.priority IS 'of a job, from 0 to 9';

ALTER TABLE ${schema}.scheduled_job ADD COLUMN priority smallint NOT NULL DEFAULT 0;
