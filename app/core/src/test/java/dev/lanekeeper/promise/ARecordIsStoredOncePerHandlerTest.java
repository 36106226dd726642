package dev.lanekeeper.promise;

import static dev.lanekeeper.work.Probe.Step.HANDED_OVER;
import static dev.lanekeeper.work.Probe.Step.OFFSETS_COMMITTED;
import static dev.lanekeeper.work.Probe.Step.POLLED;
import static dev.lanekeeper.work.Probe.Step.STORE_BEFORE_COMMIT;
import static dev.lanekeeper.work.Probe.Step.STORE_BEGUN;
import static dev.lanekeeper.work.Probe.Step.STORE_COMMITTED;
import static dev.lanekeeper.work.Probe.Step.STORE_INSERTED;
import static dev.lanekeeper.work.Probe.Step.STORE_LANES_LOCKED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.Probe.Step;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ARecordIsStoredOncePerHandlerTest {

    @Test
    void whenTheProcessDiesBeforeAndAfterTheCommit() {
        whenTheProcessDiesAt("halt-at-store", List.of(STORE_INSERTED, STORE_COMMITTED));
    }

    @Test
    @Tag("chaos")
    void whenTheProcessDiesAtAnyMomentFromThePollToTheHandOver() {
        whenTheProcessDiesAt(
                "halt-on-the-way-in",
                List.of(
                        POLLED,
                        STORE_BEGUN,
                        STORE_LANES_LOCKED,
                        STORE_INSERTED,
                        STORE_BEFORE_COMMIT,
                        STORE_COMMITTED,
                        OFFSETS_COMMITTED,
                        HANDED_OVER));
    }

    private static void whenTheProcessDiesAt(String name, List<Step> steps) {
        try (var site = Site.shared(name, 20)) {
            site.showing(() -> {
                new Halts(site).dieAt(steps);

                assertThat(storedTwice(site)).isEmpty();
                assertThat(site.rows("work_item"))
                        .isEqualTo(2L * site.producing().journal().size());
                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", repeats(steps)))
                        .isEmpty();
                site.assertNumbersAddUp();
            });
        }
    }

    /** Without a unique constraint to say so. */
    private static List<String> storedTwice(Site site) {
        return site.jdbc().sql("""
                        SELECT handler_id || ': ' || partition || '-' || kafka_offset
                          FROM lanekeeper.work_item
                         GROUP BY handler_id, partition, kafka_offset
                        HAVING count(*) > 1
                        """).query(String.class).list();
    }

    private static long repeats(List<Step> steps) {
        return (long) steps.size() * Site.WORKERS * Site.CHUNK;
    }
}
