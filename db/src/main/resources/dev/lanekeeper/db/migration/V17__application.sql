-- What all processes of one application have in common, wherever they run: locks in Redis tell by it whose they are.

CREATE TABLE ${schema}.application (
  id uuid NOT NULL PRIMARY KEY);
COMMENT ON TABLE ${schema}.application IS 'one row: what tells this application from others that share a Redis with it';

INSERT INTO ${schema}.application (id) VALUES (gen_random_uuid());
