-- Items that are refused their lock in the run are counted too, by what becomes of them.

ALTER TABLE ${schema}.unique_conflict DROP CONSTRAINT unique_conflict_reason_check;
ALTER TABLE ${schema}.unique_conflict ADD CONSTRAINT unique_conflict_reason_check CHECK (reason BETWEEN 1 AND 13);
COMMENT ON COLUMN ${schema}.unique_conflict.reason IS '1 duplicate, 2 rejected, 3 replaced, 4 updated, 5 rescheduled, 6 debounced, 7 throttled, 8 gave up; in the run: 9 dropped, 10 failed, 11 rejected, 12 rescheduled, 13 gave up';
COMMENT ON COLUMN ${schema}.unique_conflict.holder_id IS 'the item, or the scheduled job, to which they lost, or which has taken their place; 0 when others came first, or another application had the lock';
COMMENT ON COLUMN ${schema}.unique_conflict.digest IS 'as in unique_lock; for reasons of the run as in run_lock';
COMMENT ON COLUMN ${schema}.unique_conflict.unique_key IS 'for reasons of the run the name of the lock';
