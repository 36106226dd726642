-- What was shipped.
CREATE TABLE shipment (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id text   NOT NULL
);
