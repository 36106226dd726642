-- Locks that are shared with other applications in Redis: whose they are, and why an item waits for one.

CREATE TABLE ${schema}.application (
  id uuid NOT NULL PRIMARY KEY);
COMMENT ON TABLE ${schema}.application IS 'one row: what tells this application from others that share a Redis with it';

INSERT INTO ${schema}.application (id) VALUES (gen_random_uuid());

ALTER TABLE ${schema}.lock_waiter ADD COLUMN elsewhere smallint;
COMMENT ON COLUMN ${schema}.lock_waiter.elsewhere IS '1 another application has the lock, 2 Redis gives none; NULL: items of this application come first';
