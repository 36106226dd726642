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
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.Probe.Step;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TransactionalHandlersAreExactlyOnceTest {

    @Test
    void whenTheProcessDiesWhileResultsAreRecordedOrTheDeadAreRescued() {
        whenTheProcessDiesAt("halt-at-record", List.of(RECORD_BEFORE_COMMIT, RECORD_COMMITTED, RESCUE_NODE_DELETED));
    }

    @Test
    @Tag("chaos")
    void whenTheProcessDiesAtAnyMomentOfARunOrARescue() {
        whenTheProcessDiesAt(
                "halt-in-a-run",
                List.of(
                        CLAIM_BEFORE_COMMIT,
                        CLAIMED,
                        HANDLER_STARTED,
                        HANDLER_ENDED,
                        RECORD_BEGUN,
                        RECORD_LANES_LOCKED,
                        RECORD_BEFORE_COMMIT,
                        RECORD_COMMITTED,
                        RESCUE_NODE_DELETED,
                        RESCUE_BEFORE_COMMIT));
    }

    private static void whenTheProcessDiesAt(String name, List<Step> steps) {
        try (var site = Site.shared(name, 20)) {
            site.showing(() -> {
                new Halts(site).dieAt(steps);

                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", (long) steps.size() * Site.WORKERS * Site.CHUNK))
                        .as("the handler without a transaction, whose repeats are counted")
                        .isEmpty();
                site.assertNumbersAddUp();
            });
        }
    }
}
