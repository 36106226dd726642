package dev.lanekeeper.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanekeeper.latency.LatencyReport.Ages;
import dev.lanekeeper.monitor.CapturedLog;
import dev.lanekeeper.work.Database;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LatencyReportTest {

    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final int KAFKA = 1;
    private static final int OUTBOX = 2;

    private final AtomicLong nanos = new AtomicLong();
    private final List<LatencyReports> started = new ArrayList<>();
    private FreshDatabase fresh;
    private Database database;
    private LatencySearch search;
    private int orders;

    @BeforeEach
    void openDatabase() {
        fresh = new FreshDatabase("report");
        database = fresh.database();
        orders = fresh.orders();
        database.sql("""
                        INSERT INTO lanekeeper.node (node_id, name, version, roles, workers, handlers)
                        VALUES (1, 'n', '1', 'workers', 1, ARRAY[?])
                        """).param(orders).update();
        search = new LatencySearch(database, Clock.systemUTC());
    }

    @AfterEach
    void closeDatabase() {
        started.forEach(LatencyReports::stop);
        fresh.close();
    }

    @Test
    void tellsTheAgesOfKnownRows() {
        finished(KAFKA, 1, 10, 8);
        finished(KAFKA, 3, 10, 6);
        finished(KAFKA, 1, 10, 12); // finished two seconds before it was created, by the clocks
        finished(KAFKA, 2, 10, 1); // failed: not done
        finished(KAFKA, 1, 4_000, 70); // before the last minute
        waiting(KAFKA, 100);
        finished(OUTBOX, 1, 20, 15);
        waiting(OUTBOX, 300);
        waiting(OUTBOX, -50); // created in the future, by the clocks

        reports(1).report();

        var report = search.report();
        assertClose(report.events().get("orders"), new Ages(3, 1, 0, 4, 2, 100));
        assertClose(report.outbox(), new Ages(1, 0, 5, 5, 5, 300));
        assertThat(report.nodeId()).isEqualTo(1);
    }

    @Test
    void anEntryThatHasNotMovedYetIsUnprocessed() {
        waiting(OUTBOX, 300);
        database.sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, created_at)
                        VALUES ('orders', 'placed', now() - interval '400 seconds')
                        """).update();
        reports(1).report();

        assertClose(search.report().outbox(), new Ages(0, 0, 0, 0, 0, 400));
    }

    @Test
    void isAllZeroWhenNothingWasDoneAndNothingWaits() {
        reports(1).report();

        assertThat(search.report().outbox()).isEqualTo(Ages.NONE);
        assertThat(search.report().events()).containsOnlyKeys("orders").containsValue(Ages.NONE);
    }

    @Test
    void forgetsHandlersThatNobodyHasAnyMore() {
        reports(1).report();
        database.sql("DELETE FROM lanekeeper.node").update();
        reports(1).report();

        assertThat(search.report().events()).isEmpty();
    }

    @Test
    void showsOnlyTheNewestReportAndAtNoMomentTwo() {
        var first = new SimpleMeterRegistry();
        var second = new SimpleMeterRegistry();
        var one = started(1, first);
        var two = started(2, second);
        waiting(OUTBOX, 300);

        one.report();
        assertThat(oldest(first)).isCloseTo(300, within(5.0));
        two.report(); // while the first one is frozen
        assertThat(oldest(second)).isNull();
        nanos.addAndGet(LEASE.toNanos());
        assertThat(oldest(first))
                .as("the first one goes on, before it could ask")
                .isNull();
        two.confirm();
        nanos.addAndGet(LEASE.dividedBy(3).toNanos());
        assertThat(oldest(second)).isCloseTo(300, within(5.0));
        one.confirm();
        assertThat(first.getMeters())
                .as("gauges of a report that is not the newest")
                .isEmpty();
    }

    @Test
    void keepsShowingAsLongAsItsReportIsTheNewestAndThenNoMore() {
        var registry = new SimpleMeterRegistry();
        var reports = started(1, registry);
        reports.report();
        for (var second = 0; second < 150; second += 2) {
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());
            reports.confirm();
            assertThat(oldest(registry)).as("after %d s", second).isNotNull();
        }
        nanos.addAndGet(Duration.ofSeconds(40).toNanos());
        reports.confirm();
        assertThat(oldest(registry))
                .as("three times the interval after the last report")
                .isNull();
        reports.report();
        assertThat(oldest(registry)).isNotNull();
        reports.stop();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void goesOnWhenTheDatabaseIsBack() {
        var registry = new SimpleMeterRegistry();
        var reports = started(1, registry);
        database.sql("ALTER TABLE lanekeeper.latency_report RENAME TO away").update();
        try (var log = new CapturedLog(LatencyReports.class)) {
            reports.report();
            reports.report();
            assertThat(log.events()).hasSize(1);
        }
        database.sql("ALTER TABLE lanekeeper.away RENAME TO latency_report").update();
        reports.report();
        assertThat(oldest(registry)).isNotNull();
    }

    private LatencyReports reports(long node) {
        return new LatencyReports(database, Duration.ofMinutes(1), () -> node, null);
    }

    private LatencyReports started(long node, SimpleMeterRegistry registry) {
        var times = new LatencyReports.Times(Duration.ofMinutes(1), LEASE, nanos::get);
        var reports = new LatencyReports(new LatencyReportStore(database), times, () -> node, registry);
        reports.start();
        started.add(reports);
        return reports;
    }

    private static @Nullable Double oldest(SimpleMeterRegistry registry) {
        Gauge gauge = registry.find("lanekeeper.outbox.latency.highest_since_creation_date")
                .gauge();
        return gauge == null || Double.isNaN(gauge.value()) ? null : gauge.value();
    }

    private static void assertClose(Ages found, Ages wanted) {
        assertThat(found)
                .usingRecursiveComparison()
                .withComparatorForType((a, b) -> Math.abs(a - b) < 3 ? 0 : Double.compare(a, b), Double.class)
                .ignoringFields("minimum", "maximum", "average")
                .isEqualTo(wanted);
        assertThat(found.minimum()).isCloseTo(wanted.minimum(), within(1e-6));
        assertThat(found.maximum()).isCloseTo(wanted.maximum(), within(1e-6));
        assertThat(found.average()).isCloseTo(wanted.average(), within(1e-6));
    }

    /** Created and finished so many seconds ago. */
    private void finished(int source, int state, double created, double finished) {
        database.sql("""
                        INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, finished_at)
                        SELECT w.item_id, ?, ?, 1, w.produced_at + ? * interval '1 second' FROM lanekeeper.work_item AS w
                         WHERE w.item_id = ?
                        """)
                .param(orders)
                .param(state)
                .param(created - finished)
                .param(item(source, created))
                .update();
    }

    private void waiting(int source, double created) {
        database.sql("""
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        VALUES (gen_random_uuid(), ?, now() + interval '1 hour', ?, 1)
                        """).param(item(source, created)).param(orders).update();
    }

    private long item(int source, double created) {
        return database.sql("""
                        INSERT INTO lanekeeper.work_item (handler_id, source, lane_id, produced_at, polled_at, stored_at)
                        VALUES (?, ?, gen_random_uuid(), now() - ? * interval '1 second', now(), now())
                        RETURNING item_id
                        """)
                .param(orders)
                .param(source)
                .param(created)
                .query(Long.class)
                .single();
    }
}
