package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.testkit.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OutagesAreSurvivedTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** What the pool does when nothing is said. */
    private static final String PATIENT_POOL = "--spring.datasource.hikari.connection-timeout=30000";

    @Test
    void withoutADatabaseForTwelveSecondsNobodyIsDeclaredDead() {
        withoutADatabase("outage", 12, 1_000, TcpProxy::cut);
    }

    @Test
    @Tag("chaos")
    void withoutADatabaseForThirtySecondsNobodyIsDeclaredDead() {
        withoutADatabase("long-outage", 30, 10_000, TcpProxy::cut);
    }

    @Test
    @Tag("chaos")
    void withoutADatabaseForThirtySecondsNobodyIsDeclaredDeadWhoseConnectionPoolIsPatient() {
        withoutADatabase("patient-outage", 30, 5_000, TcpProxy::cut, PATIENT_POOL);
    }

    @Test
    @Tag("chaos")
    void whenTheDatabaseStallsForFifteenSecondsNobodyIsDeclaredDead() {
        withoutADatabase("stall", 15, 5_000, TcpProxy::stall, PATIENT_POOL);
    }

    private static void withoutADatabase(
            String name, int seconds, int events, Consumer<TcpProxy> blow, String... settings) {
        try (var site = Site.shared(name, 50);
                var proxy = TcpProxy.to(site.database().port())) {
            site.showing(() -> {
                var reached = site.database().through(proxy);
                site.start(reached, site.broker().bootstrapServers(), settings);
                site.start(reached, site.broker().bootstrapServers(), settings);
                site.instances().forEach(Instance::awaitUp);
                var first = site.producing().send(events);
                site.awaitThat("some effects", PATIENCE, () -> site.effects() > 100);
                var before = nodes(site);
                blow.accept(proxy);
                var second = site.producing().send(events);
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
                proxy.heal();
                first.join();
                second.join();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");

                assertThat(nodes(site))
                        .as("the same nodes as before")
                        .isEqualTo(before)
                        .hasSize(2);
                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", 2L * Site.WORKERS))
                        .isEmpty();
                site.assertNumbersAddUp();
            });
        }
    }

    private static List<Long> nodes(Site site) {
        return site.jdbc()
                .sql("SELECT node_id FROM lanekeeper.node ORDER BY node_id")
                .query(Long.class)
                .list();
    }

    @Test
    void startsWithoutKafkaSaysThatItWaitsAndGoesOnByItself() {
        try (var site = Site.shared("no-broker-yet", 20);
                var proxy = site.broker().proxy()) {
            site.showing(() -> {
                proxy.cut();
                var instance = site.start(site.database(), "127.0.0.1:" + proxy.port());
                instance.awaitUp();
                instance.process().awaitLine("waits for Kafka", Instance.PATIENCE);
                site.producing().send(200).join();
                proxy.heal();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");

                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", 0)).isEmpty();
            });
        }
    }
}
