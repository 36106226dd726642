package dev.lanekeeper.dispatch;

import static org.awaitility.Awaitility.await;

import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.HandlerStore;
import dev.lanekeeper.work.LaneSearch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/** A dispatcher without work whose database is never there. */
class DispatcherTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofMillis(1_500);

    private final StoppableClock clock = new StoppableClock();

    @Test
    void beatsWithoutTheDatabaseAndIsSilentFromTheMomentItHangs() {
        var dispatcher = dispatcher();
        dispatcher.start();
        try {
            await().during(SOON.plus(SOON))
                    .atMost(PATIENCE)
                    .until(() -> dispatcher.sinceTurn().compareTo(SOON) < 0);

            clock.stopped.lock();
            await().atMost(PATIENCE).until(() -> dispatcher.sinceTurn().compareTo(SOON) > 0);
            clock.stopped.unlock();

            await().atMost(PATIENCE).until(() -> dispatcher.sinceTurn().compareTo(SOON) < 0);
        } finally {
            dispatcher.stop();
        }
    }

    private Dispatcher dispatcher() {
        var away = new SimpleDriverDataSource(new Driver(), "jdbc:postgresql://127.0.0.1:1/nobody");
        var database = new Database(away, "lanekeeper");
        var handlers = RegisteredHandlers.register(new Handlers(List.of()), new HandlerStore(database));
        var rules = new LaneClaims.Rules(handlers, new Workers(0, n -> 0), new Pace(false), new Hints(Set.of()), null);
        var claims = new LaneClaims(rules, new LaneClaims.Hands(null, null, null, null, null));
        claims.close();
        return new Dispatcher(rules, claims, new LaneSearch(database), clock);
    }

    /** Whoever asks it waits while it is locked. */
    private static final class StoppableClock extends Clock {

        final ReentrantLock stopped = new ReentrantLock();

        @Override
        public Instant instant() {
            stopped.lock();
            try {
                return Instant.parse("2030-01-01T00:00:00Z");
            } finally {
                stopped.unlock();
            }
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
