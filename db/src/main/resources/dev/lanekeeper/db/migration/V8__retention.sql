-- Old rows go, while work goes on: what is kept of them, who cleans up, and how far it has come.

ALTER TABLE ${schema}.work_item ADD COLUMN payload_removed_at timestamptz;
COMMENT ON COLUMN ${schema}.work_item.payload_removed_at IS 'when payload, key and headers were removed before the item itself';

-- The same columns as the tables that their rows come from; written only where the application wants an archive.
CREATE TABLE ${schema}.work_item_archive (LIKE ${schema}.work_item);
ALTER TABLE ${schema}.work_item_archive ADD COLUMN archived_at timestamptz NOT NULL;
CREATE INDEX work_item_archive_by_time ON ${schema}.work_item_archive USING brin (archived_at) WITH (autosummarize = on);
CREATE INDEX work_item_archive_by_item ON ${schema}.work_item_archive (item_id);
CREATE TABLE ${schema}.outcome_archive (LIKE ${schema}.outcome);
CREATE INDEX outcome_archive_by_item ON ${schema}.outcome_archive (item_id);
CREATE TABLE ${schema}.attempt_archive (LIKE ${schema}.attempt);
CREATE INDEX attempt_archive_by_item ON ${schema}.attempt_archive (item_id);

-- Each time that old rows were looked for; the open one, of which there is one at most, belongs to a living node.
CREATE TABLE ${schema}.housekeeping (
  housekeeping_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  node_id         bigint      NOT NULL,
  started_at      timestamptz NOT NULL,
  finished_at     timestamptz,
  result          text        CHECK (result IN ('done', 'stopped', 'failed', 'lost')),
  error           text,
  batches         bigint      NOT NULL DEFAULT 0,
  longest_micros  bigint      NOT NULL DEFAULT 0,
  items           bigint      NOT NULL DEFAULT 0,
  attempts        bigint      NOT NULL DEFAULT 0,
  archived        bigint      NOT NULL DEFAULT 0,
  payloads        bigint      NOT NULL DEFAULT 0,
  identities      bigint      NOT NULL DEFAULT 0,
  tallies         bigint      NOT NULL DEFAULT 0,
  latencies       bigint      NOT NULL DEFAULT 0,
  requests        bigint      NOT NULL DEFAULT 0,
  operations      bigint      NOT NULL DEFAULT 0,
  CHECK ((finished_at IS NULL) = (result IS NULL))
);
COMMENT ON COLUMN ${schema}.housekeeping.longest_micros IS 'the longest transaction';
COMMENT ON COLUMN ${schema}.housekeeping.archived IS 'of the items: copied to the archive first';
COMMENT ON COLUMN ${schema}.housekeeping.tallies IS 'rows of minutes that were added up into days';
COMMENT ON COLUMN ${schema}.housekeeping.operations IS 'with changes of settings and bulk operations';
CREATE UNIQUE INDEX housekeeping_open ON ${schema}.housekeeping ((finished_at IS NULL)) WHERE finished_at IS NULL;

-- A day's rows are few hundredths of these tables: by default nothing would be swept up before a fifth is dead.
ALTER TABLE ${schema}.work_item SET (autovacuum_vacuum_scale_factor = 0.03);
ALTER TABLE ${schema}.outcome SET (autovacuum_vacuum_scale_factor = 0.03);
ALTER TABLE ${schema}.attempt SET (autovacuum_vacuum_scale_factor = 0.03);
ALTER TABLE ${schema}.identity SET (autovacuum_vacuum_scale_factor = 0.03);
