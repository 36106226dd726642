-- A day of all handlers is a table on a page: quarters of an hour are too many histograms to add up for it.

ALTER TABLE ${schema}.latency DROP CONSTRAINT latency_seconds_check;
ALTER TABLE ${schema}.latency ADD CONSTRAINT latency_seconds_check CHECK (seconds IN (60, 900, 3600));
COMMENT ON COLUMN ${schema}.latency.seconds IS 'how long a time the row is about: a minute, a quarter of an hour, or an hour';
