package dev.lanekeeper.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.FailedAttempt;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.WaitingItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ListenerGuardTest {

    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
    private static final WaitingItem ITEM = new WaitingItem(
            new UUID(1, 2),
            7,
            1,
            null,
            NOON,
            0,
            NOON,
            NOON,
            false,
            "r",
            null,
            new RawEvent("t", 0, 1, NOON, null, null, List.of()));
    private static final ItemResult RESULT =
            new Retry(7, 1, 1, NOON, NOON, NOON, new FailedAttempt(1, "Oops", null, "Oops", "Oops"));

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<String> heard = new ArrayList<>();
    private Throwable thrown = new IllegalStateException("a listener");
    private long nanos;
    private final ListenerGuard guard = new ListenerGuard(List.of(new Throwing(), new Heard()), () -> nanos);

    @BeforeEach
    void readTheLog() {
        log.start();
        logger().addAppender(log);
        logger().setAdditive(false);
    }

    @AfterEach
    void leaveTheLog() {
        logger().setAdditive(true);
        logger().detachAppender(log);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(ListenerGuard.class);
    }

    @Test
    void logsOnceAMinuteHowOftenAListenerThrew() {
        for (var time = 0; time < 1_000; time++) {
            guard.started("orders", ITEM);
        }
        nanos += TimeUnit.SECONDS.toNanos(61);
        guard.ended("orders", ITEM, RESULT);

        assertThat(log.list).hasSize(2);
        assertThat(log.list.get(1).getKeyValuePairs().toString()).contains("999");
        assertThat(heard).hasSize(1_001);
    }

    @Test
    void anErrorOfTheJvmIsThrownOnOnlyBeforeTheHandlerIsCalled() {
        thrown = new OutOfMemoryError("played");
        var results = List.of(new Result("orders", ITEM, RESULT));

        assertThatThrownBy(() -> guard.started("orders", ITEM)).isSameAs(thrown);
        guard.ended("orders", ITEM, RESULT);
        guard.recorded(results);
        guard.dropped(results);
        guard.workersLost(results);

        assertThat(heard).containsExactly("ended", "recorded", "dropped", "workersLost");
    }

    @Test
    void anyOtherErrorOfAListenerHarmsNothing() {
        for (var error : List.of(new AssertionError("no"), new StackOverflowError(), new NoClassDefFoundError("X"))) {
            thrown = error;
            guard.started("orders", ITEM);
        }
        assertThat(heard).hasSize(3);
    }

    private final class Throwing implements RunListener {

        @Override
        public void started(String handler, WaitingItem item) {
            fail(thrown);
        }

        @Override
        public void ended(String handler, WaitingItem item, ItemResult result) {
            fail(thrown);
        }

        @Override
        public void recorded(List<Result> results) {
            fail(thrown);
        }

        @Override
        public void dropped(List<Result> results) {
            fail(thrown);
        }

        @Override
        public void workersLost(List<Result> results) {
            fail(thrown);
        }

        private static void fail(Throwable thrown) {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        }
    }

    private final class Heard implements RunListener {

        @Override
        public void started(String handler, WaitingItem item) {
            heard.add("started");
        }

        @Override
        public void ended(String handler, WaitingItem item, ItemResult result) {
            heard.add("ended");
        }

        @Override
        public void recorded(List<Result> results) {
            heard.add("recorded");
        }

        @Override
        public void dropped(List<Result> results) {
            heard.add("dropped");
        }

        @Override
        public void workersLost(List<Result> results) {
            heard.add("workersLost");
        }
    }
}
