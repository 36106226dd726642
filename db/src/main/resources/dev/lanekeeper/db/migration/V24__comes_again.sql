-- What was put off, and is kept as a discarded item, is found again by that item when a person wants to retry it.

CREATE INDEX scheduled_job_by_original ON ${schema}.scheduled_job (repeats) WHERE repeats IS NOT NULL;
