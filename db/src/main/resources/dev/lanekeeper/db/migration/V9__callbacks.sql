-- Callbacks of one change run in the order in which they are written down in their class.

ALTER TABLE ${schema}.outbox_subscription ADD COLUMN position integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN ${schema}.outbox_subscription.position IS 'in which order the items of one entry are placed, before that of the handlers'' numbers';
