package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NothingWaitsForAPollTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int LANES = 1_000;

    @Test
    void anEventStartsWellBeforeAnyPollWouldHaveFoundIt() {
        try (var site = Site.shared("quiet", 200)) {
            site.showing(() -> {
                site.start().awaitUp();
                site.producing().send(20).join();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");
                var warm = now(site);
                for (var event = 0; event < 25; event++) {
                    site.producing().send(1).join();
                    site.awaitEverythingDone(PATIENCE, "exact", "plain");
                }

                var quarter = millisFromStoreToStart(site, "plain", warm, 0.25);
                System.out.printf(
                        "store to start: p25 %.1f ms, p50 %.1f ms, p99 %.1f ms%n",
                        quarter,
                        millisFromStoreToStart(site, "plain", warm, 0.5),
                        millisFromStoreToStart(site, "plain", warm, 0.99));
                assertThat(quarter).as("a poll each second would take 250 ms").isLessThan(200);
            });
        }
    }

    @Test
    void lanesThatAreDueWithinTenSecondsRunWhenTheyAreAndNoneEarly() {
        try (var site = Site.shared("due", 1)) {
            site.showing(() -> {
                site.start(late()).awaitUp();
                blockLanes(site, 10);
                awaitLateOnes(site);
                assertNoneEarly(site);
                printLateness(site);
            });
        }
    }

    @Test
    @Tag("chaos")
    void lanesThatAreDueWithinAMinuteRunInTimeAlthoughAnInstanceDies() {
        try (var site = Site.shared("due-in-a-minute", 1)) {
            site.showing(() -> {
                site.start(late());
                site.start(late());
                site.instances().forEach(Instance::awaitUp);
                blockLanes(site, 60);
                site.awaitThat("half of them are done", PATIENCE, () -> site.finished("plain", 1) > LANES / 2);
                site.instances().get(0).kill9();
                awaitLateOnes(site);
                assertNoneEarly(site);
                assertThat(printLateness(site)).isLessThanOrEqualTo(100);
            });
        }
    }

    private static String[] late() {
        return new String[] {
            "--mischief.active=true", "--lanekeeper.defaults.backoff-min=1h", "--lanekeeper.defaults.backoff-max=1h"
        };
    }

    /** Each lane's only item fails, then its retry is given a due time within so many seconds, and that is written down. */
    private static void blockLanes(Site site, int seconds) {
        for (var lane = 0; lane < LANES; lane++) {
            var unused = site.producing().send(Mischief.FAILS_ONCE + lane + "-", 1);
        }
        site.awaitThat(
                "all are blocked, and the other handler is done",
                PATIENCE,
                () -> blocked(site) == LANES && site.finished("exact", 1) == LANES);
        site.jdbc().sql("""
                        CREATE TABLE appointment AS
                        SELECT l.lane_id, w.resource, clock_timestamp() + interval '3 s' + random() * interval '1 s' * ? AS due_at
                          FROM lanekeeper.lane AS l
                          JOIN lanekeeper.lane_item AS i USING (lane_id)
                          JOIN lanekeeper.work_item AS w USING (item_id)
                        """).param(seconds).update();
        site.jdbc().sql("""
                        WITH items AS (
                             UPDATE lanekeeper.lane_item AS i SET due_at = a.due_at
                               FROM appointment AS a
                              WHERE a.lane_id = i.lane_id)
                        UPDATE lanekeeper.lane AS l SET due_at = a.due_at
                          FROM appointment AS a
                         WHERE a.lane_id = l.lane_id
                        """).update();
    }

    private static long blocked(Site site) {
        return site.jdbc()
                .sql(
                        "SELECT count(*) FROM lanekeeper.lane WHERE owner_run IS NULL AND due_at > now() + interval '10 min'")
                .query(Long.class)
                .single();
    }

    private static void awaitLateOnes(Site site) {
        site.awaitThat("all are done", PATIENCE, () -> site.finished("plain", 1) == LANES);
    }

    private static void assertNoneEarly(Site site) {
        assertThat(site.jdbc()
                        .sql(
                                "SELECT count(*) FROM effect JOIN appointment USING (resource) WHERE handler = 'plain' AND left_at < due_at")
                        .query(Long.class)
                        .single())
                .as("early ones")
                .isZero();
    }

    private static double printLateness(Site site) {
        var percentiles = site.jdbc()
                .sql("""
                        SELECT percentile_disc(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (
                                 ORDER BY extract(epoch FROM left_at - due_at) * 1000)::float8[]
                          FROM effect
                          JOIN appointment USING (resource)
                         WHERE handler = 'plain'
                        """)
                .query((row, n) -> (Double[]) row.getArray(1).getArray())
                .single();
        System.out.printf(
                "lateness of %d lanes: p50 %.1f ms, p99 %.1f ms, most %.1f ms%n",
                LANES, percentiles[0], percentiles[1], percentiles[2]);
        return percentiles[1];
    }

    @Test
    @Tag("chaos")
    void anEventStartsSoonAlthoughAMillionOthersWait() {
        try (var site = Site.shared("million", 200)) {
            site.showing(() -> {
                var instance =
                        site.start("--lanekeeper.defaults.max-waiting=2000000").awaitUp();
                site.producing().send(20).join();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");
                instance.stop();
                aMillionWait(site);
                instance.startAgain();
                instance.awaitUp();
                sendSlowly(site, 50);
                var warm = now(site);
                sendSlowly(site, 500);

                var late = millisFromStoreToStart(site, "exact", warm, 0.99);
                System.out.printf(
                        "among a million: p50 %.1f ms, p99 %.1f ms, waiting %d%n",
                        millisFromStoreToStart(site, "exact", warm, 0.5), late, site.rows("lane_item"));
                assertThat(site.rows("lane_item")).as("they still wait").isGreaterThan(100_000);
                assertThat(late).isLessThanOrEqualTo(200);
            });
        }
    }

    /** An event every 40 ms, until the handler that is not overwhelmed has done them all. */
    private static void sendSlowly(Site site, int events) {
        var before = site.producing().journal().size();
        for (var event = 0; event < events; event++) {
            site.producing().send(1).join();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(40));
        }
        site.awaitThat("the other handler's", PATIENCE, () -> site.finished("exact", 1) == before + events);
    }

    private static OffsetDateTime now(Site site) {
        return site.jdbc()
                .sql("SELECT clock_timestamp()")
                .query(OffsetDateTime.class)
                .single();
    }

    /** 10,000 lanes with 100 items each. */
    private static void aMillionWait(Site site) {
        site.jdbc().sql("""
                        WITH plain AS (SELECT handler_id FROM lanekeeper.handler WHERE name = 'plain'),
                        items AS (
                             INSERT INTO lanekeeper.work_item
                                    (handler_id, source, lane_id, produced_at, polled_at, stored_at, resource, payload, topic, partition,
                                     kafka_offset, headers)
                             SELECT plain.handler_id, 1, md5('waiting' || n % 10000)::uuid, now(), now(), now(), 'w' || n % 10000,
                                    convert_to('{"resource":"w' || n % 10000 || '","number":' || n / 10000 || '}', 'UTF8'),
                                    'million', 0, n, NULL
                               FROM plain, generate_series(1, 1000000) AS n
                             RETURNING item_id, lane_id, handler_id),
                        places AS (
                             INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                             SELECT lane_id, item_id, now(), handler_id, 40 FROM items)
                        INSERT INTO lanekeeper.lane (lane_id, due_at, handler_id, waiting)
                        SELECT lane_id, now(), handler_id, count(*) FROM items GROUP BY lane_id, handler_id
                        """).update();
    }

    /** How long items waited between the commit that stored them and the start of their handler. */
    private static double millisFromStoreToStart(Site site, String handler, OffsetDateTime since, double part) {
        return site.jdbc()
                .sql("""
                        SELECT percentile_disc(?) WITHIN GROUP (ORDER BY extract(epoch FROM o.started_at - w.stored_at) * 1000)
                          FROM lanekeeper.outcome AS o
                          JOIN lanekeeper.handler AS h USING (handler_id)
                          JOIN lanekeeper.work_item AS w USING (item_id)
                         WHERE h.name = ? AND w.stored_at > ?
                        """)
                .param(part)
                .param(handler)
                .param(since)
                .query(Double.class)
                .single();
    }
}
