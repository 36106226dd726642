-- The newest report on how old work is: which node made it decides whose gauges count.

CREATE TABLE ${schema}.latency_report (
  source                      smallint         NOT NULL CHECK (source IN (1, 2)),
  handler_id                  integer          NOT NULL CHECK (handler_id >= 0),
  reported_at                 timestamptz      NOT NULL,
  node_id                     bigint           NOT NULL,
  count                       bigint           NOT NULL,
  skewed                      bigint           NOT NULL,
  minimum                     double precision NOT NULL,
  maximum                     double precision NOT NULL,
  average                     double precision NOT NULL,
  highest_since_creation_date double precision NOT NULL,
  PRIMARY KEY (source, handler_id)
);
COMMENT ON COLUMN ${schema}.latency_report.source IS '1 Kafka, a row for each handler; 2 outbox, one row for all';
COMMENT ON COLUMN ${schema}.latency_report.handler_id IS '0 for the outbox';
COMMENT ON COLUMN ${schema}.latency_report.skewed IS 'of the count: created after they were finished, as their clocks say; taken as 0 seconds';
COMMENT ON COLUMN ${schema}.latency_report.minimum IS 'seconds, as the three that follow';
