package dev.lanekeeper;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.LanekeeperProperties.Role;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import dev.lanekeeper.handler.Handlers;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** How many connections this node needs, and how many workers its pool has room for; an unknown pool has room enough. */
final class PoolRoom {

    private static final int DEFAULT_WORKERS = 16;

    /** Heartbeat, dispatcher, wake-ups, JobRunr's own, and one for the application. */
    private static final int OTHERS = 5;

    private final LanekeeperProperties properties;
    private final Handlers handlers;
    private final @Nullable Integer pool;

    PoolRoom(LanekeeperProperties properties, Handlers handlers, @Nullable DataSource dataSource) {
        this.properties = properties;
        this.handlers = handlers;
        this.pool = handlers.all().isEmpty() || dataSource == null ? null : size(dataSource);
    }

    private static @Nullable Integer size(DataSource dataSource) {
        var target = dataSource;
        while (target instanceof DelegatingDataSource delegating && delegating.getTargetDataSource() != null) {
            target = delegating.getTargetDataSource();
        }
        return target instanceof HikariDataSource hikari ? hikari.getMaximumPoolSize() : null;
    }

    /** As many as were asked for, or as there is room for; at least one. */
    int workers() {
        if (!works()) {
            return 1;
        }
        var wanted = properties.workers();
        if (wanted != null) {
            return Math.max(1, wanted);
        }
        return pool == null ? DEFAULT_WORKERS : Math.max(1, Math.min(DEFAULT_WORKERS, pool - taken()));
    }

    Optional<Problem> shortage() {
        var needed = taken() + (works() ? workers() : 0);
        return pool == null || needed <= pool
                ? Optional.empty()
                : Optional.of(new Problem(
                        "spring.datasource.hikari.maximum-pool-size",
                        "the pool has %d connections; needed are %d: one for each of %d consumers, %d movers and %d workers, and %d"
                                .formatted(pool, needed, consumers(), movers(), works() ? workers() : 0, OTHERS),
                        "Set it to %d or more, or lower %sthe handlers' concurrency"
                                .formatted(needed, works() ? "lanekeeper.workers or " : "")));
    }

    private boolean works() {
        return properties.roles().contains(Role.WORKERS) && !handlers.all().isEmpty();
    }

    private int taken() {
        return consumers() + movers() + OTHERS;
    }

    private int consumers() {
        return properties.roles().contains(Role.INTAKE)
                ? handlers.all().stream()
                        .mapToInt(h -> h.source() instanceof KafkaSource kafka ? kafka.concurrency() : 0)
                        .sum()
                : 0;
    }

    /** The timer of jobs is one of them. */
    private int movers() {
        return properties.roles().contains(Role.OUTBOX) && handlers.takeEntries()
                ? properties.outbox().threads() + (handlers.doJobs() ? 1 : 0)
                : 0;
    }
}
