-- Encrypted content: which key opens it, and where it lies in place of what it hides.

ALTER TABLE ${schema}.outbox_entry
  ADD COLUMN key_id bigint,
  ADD COLUMN sealed bytea,
  ADD CHECK ((key_id IS NULL) = (sealed IS NULL));
COMMENT ON COLUMN ${schema}.outbox_entry.key_id IS 'the key that sealed is encrypted with; NULL for an entry in plain text, as other programs write it';
COMMENT ON COLUMN ${schema}.outbox_entry.sealed IS 'arguments and changeset, encrypted; both are {} then';

ALTER TABLE ${schema}.work_item ADD COLUMN key_id bigint;
COMMENT ON COLUMN ${schema}.work_item.key_id IS 'the key that the content is encrypted with; NULL for plain text';

ALTER TABLE ${schema}.attempt
  ADD COLUMN key_id bigint,
  ADD COLUMN sealed bytea;
COMMENT ON COLUMN ${schema}.attempt.sealed IS 'message and stack trace, encrypted with the key key_id; both are empty then';

ALTER TABLE ${schema}.outcome
  ADD COLUMN key_id bigint,
  ADD COLUMN sealed bytea;
COMMENT ON COLUMN ${schema}.outcome.sealed IS 'the reason, encrypted with the key key_id; reason is NULL then';

ALTER TABLE ${schema}.work_item_archive ADD COLUMN key_id bigint;
ALTER TABLE ${schema}.attempt_archive ADD COLUMN key_id bigint, ADD COLUMN sealed bytea;
ALTER TABLE ${schema}.outcome_archive ADD COLUMN key_id bigint, ADD COLUMN sealed bytea;
