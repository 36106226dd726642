-- The orders in which people read finished items; nothing but failures, and what handlers name a time for, is written more than before.

CREATE INDEX outcome_by_event_time ON ${schema}.outcome (event_time, item_id) WHERE state = 1 AND event_time IS NOT NULL;
CREATE INDEX outcome_failures_by_event_time ON ${schema}.outcome (event_time, item_id) WHERE state IN (2, 3);
CREATE INDEX outcome_unsuccessful ON ${schema}.outcome (state, item_id) WHERE state IN (2, 3, 4);

-- With the item's id, so that a list of failures of one kind goes on where its last page ended.
DROP INDEX ${schema}.outcome_failures_by_fingerprint;
CREATE INDEX outcome_failures_by_fingerprint ON ${schema}.outcome (fingerprint, finished_at, item_id) WHERE state IN (2, 3);
