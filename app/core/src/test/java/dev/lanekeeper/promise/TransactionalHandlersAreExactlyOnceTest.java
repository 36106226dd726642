package dev.lanekeeper.promise;

import static dev.lanekeeper.work.Probe.Step.CLAIMED;
import static dev.lanekeeper.work.Probe.Step.CLAIM_BEFORE_COMMIT;
import static dev.lanekeeper.work.Probe.Step.HANDLER_ENDED;
import static dev.lanekeeper.work.Probe.Step.HANDLER_STARTED;
import static dev.lanekeeper.work.Probe.Step.RECORD_BEFORE_COMMIT;
import static dev.lanekeeper.work.Probe.Step.RECORD_BEGUN;
import static dev.lanekeeper.work.Probe.Step.RECORD_COMMITTED;
import static dev.lanekeeper.work.Probe.Step.RECORD_LANES_LOCKED;
import static dev.lanekeeper.work.Probe.Step.RESCUE_BEFORE_COMMIT;
import static dev.lanekeeper.work.Probe.Step.RESCUE_NODE_DELETED;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TransactionalHandlersAreExactlyOnceTest {

    @Test
    void whenTheProcessDiesWhileResultsAreRecordedOrTheDeadAreRescued() {
        try (var site = Site.shared("halt-at-record", 20)) {
            site.showing(
                    () -> new Halts(site).dieAt(List.of(RECORD_BEFORE_COMMIT, RECORD_COMMITTED, RESCUE_NODE_DELETED)));
        }
    }

    @Test
    @Tag("chaos")
    void whenTheProcessDiesAtAnyMomentOfARunOrARescue() {
        try (var site = Site.shared("halt-in-a-run", 20)) {
            site.showing(() -> new Halts(site)
                    .dieAt(List.of(
                            CLAIM_BEFORE_COMMIT,
                            CLAIMED,
                            HANDLER_STARTED,
                            HANDLER_ENDED,
                            RECORD_BEGUN,
                            RECORD_LANES_LOCKED,
                            RECORD_BEFORE_COMMIT,
                            RECORD_COMMITTED,
                            RESCUE_NODE_DELETED,
                            RESCUE_BEFORE_COMMIT)));
        }
    }
}
