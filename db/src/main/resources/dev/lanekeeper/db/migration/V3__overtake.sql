-- Where later items may overtake one that waits for its retry, the earliest retry has to be found among many items.

-- Items that have never failed are not in it, so storing and finishing them costs nothing more.
CREATE INDEX lane_item_retried ON ${schema}.lane_item (lane_id, due_at) WHERE attempts > 0;
