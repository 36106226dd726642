package dev.lanekeeper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.latency.ShownLatencies;
import dev.lanekeeper.monitor.StatsdSettings.Flavor;
import dev.lanekeeper.testkit.Ports;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatsdTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void sendsTagsWithTheDatadogFlavor() {
        try (var collector = new Collector();
                var meters = Meters.in(null, settings("127.0.0.1", collector.port(), Flavor.DATADOG))) {
            work(meters.registry());

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(collector.lines())
                            .extracting(Collector.Line::text)
                            .contains(
                                    "shop.lanekeeper.outbox.latency.minimum:0|g|#statistic:value",
                                    "shop.lanekeeper.outbox.latency.maximum:0|g|#statistic:value",
                                    "shop.lanekeeper.outbox.latency.average:0|g|#statistic:value",
                                    "shop.lanekeeper.outbox.latency.highest_since_creation_date:0|g|#statistic:value",
                                    "shop.lanekeeper.outbox.latency.count:0|g|#statistic:value",
                                    "shop.lanekeeper.events.latency.minimum:0|g|#statistic:value,handler:orders",
                                    "shop.lanekeeper.events.acknowledged:1|c|#statistic:count,handler:orders",
                                    "shop.lanekeeper.event.action:4000|ms|#ending:acknowledged,handler:orders"));
        }
    }

    @Test
    void putsTagsIntoTheNameWithTheEtsyFlavor() {
        try (var collector = new Collector();
                var meters = Meters.in(null, settings("localhost", collector.port(), Flavor.ETSY))) {
            work(meters.registry());

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(collector.lines())
                            .extracting(Collector.Line::text)
                            .contains(
                                    "shop.lanekeeper.outbox.latency.highest_since_creation_date:0|g",
                                    "shop.lanekeeper.events.acknowledged.handler.orders:1|c"));
        }
    }

    @Test
    void keepsTheApplicationsRegistryOpenAndApart() {
        var applications = new SimpleMeterRegistry();
        try (var collector = new Collector()) {
            var meters = Meters.in(applications, settings("127.0.0.1", collector.port(), Flavor.DATADOG));
            meters.registry().counter("lanekeeper.events.failed").increment();
            applications.counter("the.applications.own").increment();
            meters.close();

            assertThat(applications.isClosed()).isFalse();
            assertThat(applications.get("lanekeeper.events.failed").counter().count())
                    .isEqualTo(1);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(collector.starting("shop.lanekeeper.events.failed"))
                            .hasSize(1));
            assertThat(collector.lines()).noneMatch(line -> line.text().contains("the.applications.own"));
        }
    }

    @Test
    void doesNotCountTwiceWhereTheApplicationSendsItsOwnByStatsd() {
        var simple = new SimpleMeterRegistry();
        var applications = new CompositeMeterRegistry();
        try (var collector = new Collector()) {
            var own = Meters.in(null, settings("127.0.0.1", collector.port(), Flavor.DATADOG));
            applications.add(simple);
            applications.add(own.registry());
            var meters = Meters.in(applications, settings("127.0.0.1", collector.port(), Flavor.DATADOG));
            meters.registry().counter("lanekeeper.events.failed").increment();
            meters.close();
            own.registry().counter("the.end").increment();
            own.close();

            await().atMost(PATIENCE)
                    .until(() -> !collector.starting("shop.the.end").isEmpty());
            assertThat(collector.starting("shop.lanekeeper.events.failed")).hasSize(1);
            assertThat(simple.get("lanekeeper.events.failed").counter().count()).isEqualTo(1);
        }
    }

    @Test
    void isTheApplicationsRegistryAndNothingElseWhenItIsOff() {
        var applications = new SimpleMeterRegistry();
        try (var meters = Meters.in(applications, null);
                var none = Meters.in(null, null)) {
            assertThat(meters.registry()).isSameAs(applications);
            assertThat(none.registry()).isNull();
        }
        assertThat(applications.isClosed()).isFalse();
    }

    @Test
    void saysOnceThatACollectorCannotBeReachedAndNothingWhenNobodyListens() {
        try (var log = new CapturedLog("dev.lanekeeper.monitor", "io.micrometer")) {
            try (var unknown = Meters.in(null, settings("no.such.host.invalid", 8125, Flavor.DATADOG));
                    var deaf = Meters.in(null, settings("127.0.0.1", Ports.free(), Flavor.DATADOG))) {
                await().atMost(PATIENCE).until(() -> !log.events().isEmpty());
                for (var turn = 0; turn < 1_000; turn++) {
                    handle(unknown.registry());
                    handle(deaf.registry());
                }
            }
            assertThat(log.events())
                    .singleElement()
                    .satisfies(event -> assertThat(event.getFormattedMessage()).contains("no.such.host.invalid:8125"));
        }
    }

    private static void work(MeterRegistry registry) {
        handle(registry);
        ShownLatencies.showAll(registry, "orders");
    }

    private static void handle(MeterRegistry registry) {
        new RunMeters(registry, Clock.systemUTC()).recorded(List.of(Told.acknowledged()));
    }

    private static StatsdSettings settings(String host, int port, Flavor flavor) {
        return new StatsdSettings(host, port, flavor, "shop", Duration.ofMillis(200));
    }
}
