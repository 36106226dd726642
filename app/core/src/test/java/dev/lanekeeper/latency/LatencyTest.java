package dev.lanekeeper.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.FailedAttempt;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.State;
import dev.lanekeeper.work.WaitingItem;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LatencyTest {

    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    private final SettableTime clock = new SettableTime();
    private FreshDatabase fresh;
    private Database database;
    private LatencySearch search;
    private int orders;

    @BeforeEach
    void openDatabase() {
        fresh = new FreshDatabase("latency");
        database = fresh.database();
        orders = fresh.orders();
        search = new LatencySearch(database, clock);
    }

    @AfterEach
    void closeDatabase() {
        fresh.close();
    }

    @Test
    void addsUpWhatNodesAndMinutesHaveMeasured() {
        var seed = new Random().nextLong();
        var millis = new Random(seed).longs(4_000, 1, 20_000).toArray();
        for (var part = 0; part < 4; part++) {
            var recorder = new LatencyRecorder(clock, node(part));
            var reporter = new LatencyReporter(recorder, database, clock, Duration.ofDays(31));
            recorder.recorded(handled(Arrays.copyOfRange(millis, part * 1_000, part * 1_000 + 500)));
            reporter.write();
            recorder.recorded(handled(Arrays.copyOfRange(millis, part * 1_000 + 500, (part + 1) * 1_000)));
            clock.now = clock.now.plusSeconds(60);
            recorder.recorded(List.of());
            reporter.write();
        }

        Arrays.sort(millis);
        var handler = of(search.now(), Stage.HANDLER);
        assertThat(handler.events()).as("seed %d", seed).isEqualTo(4_000);
        assertThat(handler.min()).isEqualTo(Duration.ofMillis(millis[0]));
        assertThat(handler.max()).isEqualTo(Duration.ofMillis(millis[3_999]));
        assertThat(handler.average().toMillis()).isEqualTo(Arrays.stream(millis).sum() / 4_000);
        assertClose(handler.p50(), millis[1_999]);
        assertClose(handler.p95(), millis[3_799]);
        assertClose(handler.p99(), millis[3_959]);
        assertThat(search.points("orders", Duration.ofHours(1)).stream()
                        .filter(p -> p.latency().stage() == Stage.HANDLER))
                .hasSize(4)
                .allSatisfy(p -> assertThat(p.latency().events()).isEqualTo(1_000));
        assertThat(search.points("orders", Duration.ofHours(24)).stream()
                        .filter(p -> p.latency().stage() == Stage.HANDLER))
                .singleElement()
                .satisfies(p -> {
                    assertThat(p.latency()).isEqualTo(handler);
                    assertThat(p.since()).isEqualTo(NOON);
                });
        assertThat(of(search.over(Duration.ofHours(24)), Stage.HANDLER)).isEqualTo(handler);
        assertThat(search.points("else", Duration.ofHours(24))).isEmpty();
    }

    private static void assertClose(Duration is, long millis) {
        assertThat((double) is.toMillis()).isCloseTo(millis, within(1 + millis * 0.01));
    }

    @Test
    void tellsTheStagesApartAndLeavesOutWhatWaitedForAPerson() {
        var recorder = new LatencyRecorder(clock, node(1));
        recorder.recorded(List.of(
                result(item(0, 0, false), State.DONE),
                result(item(0, 1_000_000, false), State.DONE),
                result(item(0, 0, true), State.DONE),
                new Result("orders", item(0, 0, false), retry())));
        new LatencyReporter(recorder, database, clock, Duration.ofDays(31)).write();

        var now = search.now();
        assertThat(of(now, Stage.KAFKA)).satisfies(l -> {
            assertThat(l.events()).isEqualTo(2);
            assertThat(l.max()).isEqualTo(Duration.ofMillis(10));
        });
        assertThat(of(now, Stage.BUFFER).max()).isEqualTo(Duration.ofMillis(20));
        assertThat(of(now, Stage.WAIT).max()).isEqualTo(Duration.ofMillis(30));
        assertThat(of(now, Stage.HANDLER)).satisfies(l -> {
            assertThat(l.events()).isEqualTo(4);
            assertThat(l.max()).isEqualTo(Duration.ofMillis(40));
        });
        assertThat(of(now, Stage.TOTAL)).satisfies(l -> {
            assertThat(l.events()).isEqualTo(1);
            assertThat(l.max()).isEqualTo(Duration.ofMillis(100));
        });
    }

    @Test
    void keepsWhatCouldNotBeWrittenAndForgetsWhatIsOld() {
        var recorder = new LatencyRecorder(clock, node(1));
        var reporter = new LatencyReporter(recorder, database, clock, Duration.ofDays(31));
        recorder.recorded(handled(5));
        database.sql("ALTER TABLE lanekeeper.latency RENAME TO away").update();
        reporter.write();
        clock.now = clock.now.plusSeconds(61);
        recorder.recorded(handled(7));
        reporter.write();
        database.sql("ALTER TABLE lanekeeper.away RENAME TO latency").update();
        reporter.write();

        assertThat(of(search.now(), Stage.HANDLER).events()).isEqualTo(2);
        new LatencyStore(database).forget(clock.now.plus(Duration.ofHours(26)), Duration.ofDays(31));
        assertThat(search.now()).isEmpty();
        assertThat(search.points("orders", Duration.ofHours(24))).isNotEmpty();
        new LatencyStore(database).forget(clock.now.plus(Duration.ofDays(32)), Duration.ofDays(31));
        assertThat(search.points("orders", Duration.ofHours(24))).isEmpty();
    }

    private static LongSupplier node(long id) {
        return () -> id;
    }

    private static Latency of(List<Latency> all, Stage stage) {
        return all.stream().filter(l -> l.stage() == stage).findFirst().orElseThrow();
    }

    /** Results whose handlers took so many milliseconds. */
    private List<Result> handled(long... millis) {
        return IntStream.range(0, millis.length)
                .mapToObj(i -> {
                    var started = NOON.plusMillis(60);
                    return new Result(
                            "orders", item(0, 0, false), finished(State.DONE, started, started.plusMillis(millis[i])));
                })
                .toList();
    }

    private Result result(WaitingItem item, State state) {
        return new Result("orders", item, finished(state, NOON.plusMillis(60), NOON.plusMillis(100)));
    }

    private WaitingItem item(int attempts, long dueLater, boolean repeated) {
        var event = new RawEvent("t", 0, 1, NOON, null, null, List.of());
        return new WaitingItem(
                new UUID(1, 2),
                7,
                orders,
                null,
                NOON.plusMillis(30 + dueLater),
                attempts,
                NOON.plusMillis(10),
                NOON.plusMillis(30),
                repeated,
                "r",
                null,
                event);
    }

    private Finished finished(State state, Instant started, Instant finished) {
        return new Finished(
                7,
                orders,
                null,
                state,
                1,
                started,
                finished,
                new Outcome.Ack(null, null, null, null),
                null,
                null,
                true,
                false,
                null);
    }

    private ItemResult retry() {
        return new Retry(
                7,
                orders,
                1,
                NOON.plusMillis(60),
                NOON.plusMillis(100),
                NOON.plusSeconds(1),
                new FailedAttempt(1, "Oops", null, "Oops", "Oops"));
    }

    private static final class SettableTime extends Clock {

        private Instant now = NOON;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
