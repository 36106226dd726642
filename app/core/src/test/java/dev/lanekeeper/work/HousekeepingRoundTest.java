package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.items;
import static dev.lanekeeper.work.HousekeepingBench.EVENTS;
import static dev.lanekeeper.work.HousekeepingBench.SECOND;
import static dev.lanekeeper.work.HousekeepingBench.retention;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.HousekeepingSchedule;
import dev.lanekeeper.housekeeping.Round;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rounds of housekeeping among many nodes: who does one, and what ends it. */
class HousekeepingRoundTest {

    @RegisterExtension
    private final HousekeepingBench bench = new HousekeepingBench();

    private final Corridor corridor = bench.corridor;

    @Test
    void isDoneByOneNodeAtATimeAndGoesOnWhereADeadOneStopped() {
        var dead = corridor.node();
        corridor.database.sql("""
                        INSERT INTO lanekeeper.housekeeping (node_id, started_at) VALUES (?, now())
                        """).param(dead).update();

        assertThat(bench.housekeeping(retention()).sweep()).isEmpty();
        corridor.nodes.delete(dead);
        var round = bench.sweep();

        assertThat(round.result()).isEqualTo(Round.Result.DONE);
        assertThat(bench.housekeeping(retention()).recent(5))
                .extracting(Round::result)
                .containsExactly(Round.Result.DONE, Round.Result.LOST);
    }

    @Test
    void ofTenNodesAtOnceOneDoesIt() throws Exception {
        corridor.store(items(0, 100, "a"));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        var threads = Executors.newFixedThreadPool(10);
        try {
            var rounds = new ArrayList<Round>();
            Callable<Optional<Round>> sweep =
                    () -> bench.housekeeping(retention()).sweep();
            for (var asked : threads.invokeAll(Collections.nCopies(10, sweep))) {
                asked.get(60, TimeUnit.SECONDS).ifPresent(rounds::add);
            }

            assertThat(rounds.stream().mapToLong(r -> r.swept().items()).sum()).isEqualTo(100);
            assertThat(rounds).extracting(Round::result).containsOnly(Round.Result.DONE);
            assertThat(new ConservationSearch(corridor.database)
                            .balances()
                            .get(0)
                            .tallied()
                            .purged())
                    .isEqualTo(100);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void comesWithItsTimeOnceForAllNodesTogether() {
        var clock = Clock.systemUTC();
        var schedules = Stream.generate(
                        () -> new Housekeeping(corridor.database, clock, () -> bench.node, retention(), null))
                .map(nodes -> new HousekeepingSchedule(nodes, "0/2 * * * * *", ZoneOffset.UTC, clock))
                .limit(3)
                .toList();
        schedules.forEach(HousekeepingSchedule::start);
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> corridor.count("lanekeeper.housekeeping") >= 2);
        } finally {
            schedules.forEach(s -> s.stop(Duration.ofSeconds(10)));
        }
        assertThat(corridor.count("""
                        (SELECT FROM lanekeeper.housekeeping
                          GROUP BY date_bin('2 seconds', started_at, 'epoch'::timestamptz) HAVING count(*) > 1) AS twice
                        """)).isZero();
        assertThat(corridor.count(
                        "lanekeeper.housekeeping WHERE result IS DISTINCT FROM 'done' AND result <> 'stopped'"))
                .isZero();
    }

    @Test
    void stopsWithoutWaitingForARoundThatWaitsForIt() throws Exception {
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var clock = new Clock() {
            @Override
            public Instant instant() {
                if (Thread.currentThread().getName().equals("lanekeeper-housekeeping")) {
                    reached.countDown();
                    awaitThoughInterrupted(goOn);
                }
                return Instant.now();
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        var nodes = new Housekeeping(corridor.database, clock, () -> bench.node, retention(), null);
        var schedule = new HousekeepingSchedule(nodes, "* * * * * *", ZoneOffset.UTC, clock);
        schedule.start();
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
        var stopper = new Thread(() -> schedule.stop(Duration.ofMinutes(10)));
        stopper.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> stopper.getState() == Thread.State.TIMED_WAITING);

        goOn.countDown();

        stopper.join(Duration.ofSeconds(60).toMillis());
        assertThat(stopper.isAlive())
                .as("it waits for a thread that waits for it")
                .isFalse();
    }

    @Test
    void stopsAfterThePieceThatItIsAt() {
        corridor.store(items(0, 100, "a"));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        var housekeeping = bench.housekeeping(retention());
        housekeeping.stop();

        var stopped = housekeeping.sweep().orElseThrow();

        assertThat(stopped.result()).isEqualTo(Round.Result.STOPPED);
        assertThat(corridor.count("lanekeeper.work_item")).isEqualTo(100);
        assertThat(bench.sweep().swept().items()).isEqualTo(100);
    }

    @Test
    void doesNothingAnyMoreWhenTheRoundWasTakenAway() {
        corridor.store(items(0, 30, "a"));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        corridor.database.sql("""
                        CREATE FUNCTION public.take_away() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                          IF NEW.batches = 2 THEN NEW.finished_at = now(); NEW.result = 'lost'; END IF;
                          RETURN NEW;
                        END $$;
                        CREATE TRIGGER take_away BEFORE UPDATE ON lanekeeper.housekeeping
                           FOR EACH ROW EXECUTE FUNCTION public.take_away()
                        """).update();
        try {
            var round = bench.sweep();

            assertThat(round.result()).isEqualTo(Round.Result.LOST);
            assertThat(round.swept().items()).isEqualTo(20);
            assertThat(corridor.count("lanekeeper.work_item")).isEqualTo(10);
        } finally {
            corridor.database
                    .sql("DROP TRIGGER take_away ON lanekeeper.housekeeping; DROP FUNCTION public.take_away()")
                    .update();
        }
    }

    private static void awaitThoughInterrupted(CountDownLatch latch) {
        var interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
