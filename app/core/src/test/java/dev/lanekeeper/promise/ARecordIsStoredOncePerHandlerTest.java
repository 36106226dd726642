package dev.lanekeeper.promise;

import static dev.lanekeeper.work.Probe.Step.HANDED_OVER;
import static dev.lanekeeper.work.Probe.Step.OFFSETS_COMMITTED;
import static dev.lanekeeper.work.Probe.Step.POLLED;
import static dev.lanekeeper.work.Probe.Step.STORE_BEFORE_COMMIT;
import static dev.lanekeeper.work.Probe.Step.STORE_BEGUN;
import static dev.lanekeeper.work.Probe.Step.STORE_COMMITTED;
import static dev.lanekeeper.work.Probe.Step.STORE_INSERTED;
import static dev.lanekeeper.work.Probe.Step.STORE_LANES_LOCKED;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ARecordIsStoredOncePerHandlerTest {

    @Test
    void whenTheProcessDiesBeforeAndAfterTheCommit() {
        try (var site = Site.shared("halt-at-store", 20)) {
            site.showing(() -> new Halts(site).dieAt(List.of(STORE_INSERTED, STORE_COMMITTED)));
        }
    }

    @Test
    @Tag("chaos")
    void whenTheProcessDiesAtAnyMomentFromThePollToTheHandOver() {
        try (var site = Site.shared("halt-on-the-way-in", 20)) {
            site.showing(() -> new Halts(site)
                    .dieAt(List.of(
                            POLLED,
                            STORE_BEGUN,
                            STORE_LANES_LOCKED,
                            STORE_INSERTED,
                            STORE_BEFORE_COMMIT,
                            STORE_COMMITTED,
                            OFFSETS_COMMITTED,
                            HANDED_OVER)));
        }
    }
}
