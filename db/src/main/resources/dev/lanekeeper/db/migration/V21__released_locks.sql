-- What people released is found by the lock, also when nobody has it any more and only its digest is known.

ALTER TABLE ${schema}.operation ADD COLUMN digest uuid;
COMMENT ON COLUMN ${schema}.operation.digest IS 'of the lock that was released; otherwise nothing';
CREATE INDEX operation_by_lock ON ${schema}.operation (digest, operation_id) WHERE digest IS NOT NULL;
