package dev.lanekeeper.console;

import dev.lanekeeper.LanekeeperProperties;
import dev.lanekeeper.console.handlers.HandlerPages;
import dev.lanekeeper.console.handlers.HandlerReader;
import dev.lanekeeper.console.housekeeping.HousekeepingPage;
import dev.lanekeeper.console.housekeeping.HousekeepingReader;
import dev.lanekeeper.console.item.HandlerNames;
import dev.lanekeeper.console.jobrunr.RunsPage;
import dev.lanekeeper.console.jobrunr.RunsReader;
import dev.lanekeeper.console.lag.LagWatch;
import dev.lanekeeper.console.latency.LatencyPages;
import dev.lanekeeper.console.latency.LatencyReader;
import dev.lanekeeper.console.overview.Alerts;
import dev.lanekeeper.console.overview.ConservationWatch;
import dev.lanekeeper.console.overview.OverviewPage;
import dev.lanekeeper.console.overview.OverviewReader;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.HousekeepingSchedule;
import dev.lanekeeper.intake.kafka.KafkaClientSettings;
import dev.lanekeeper.intake.kafka.PartitionEnds;
import dev.lanekeeper.latency.LatencySearch;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.HousekeepingOperations;
import dev.lanekeeper.operations.SettingOperations;
import dev.lanekeeper.work.Database;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The pages. Made at the first request, since what needs the database is known only when all handlers have been checked. */
@Configuration(proxyBeanMethods = false)
@Lazy
class PagesConfiguration {

    @Bean
    LagWatch lanekeeperLagWatch(Database database, KafkaClientSettings kafka, HandlerCatalog catalog, Times times) {
        return new LagWatch(
                database, new PartitionEnds(kafka, () -> catalog.handlers().all()), times);
    }

    @Bean
    ConservationWatch lanekeeperConservationWatch(Database database, Times times) {
        return new ConservationWatch(database, times);
    }

    @Bean
    HandlerPages lanekeeperHandlerPages(
            Database database,
            LagWatch lags,
            HandlerOperations handlers,
            SettingOperations settings,
            Times times,
            ConsolePath path) {
        return new HandlerPages(new HandlerReader(database, settings, lags, times), handlers, settings, path);
    }

    @Bean
    LatencyPages lanekeeperLatencyPages(LatencySearch search, HandlerNames handlers, Times times) {
        return new LatencyPages(new LatencyReader(search, handlers, times));
    }

    @Bean
    RunsPage lanekeeperRunsPage(Database database, HandlerCatalog catalog, ObjectProvider<Node> node, Times times) {
        return new RunsPage(new RunsReader(
                database,
                () -> catalog.handlers().all().isEmpty()
                        ? null
                        : node.getObject().dashboard(),
                times));
    }

    @Bean
    HousekeepingPage lanekeeperHousekeepingPage(
            Housekeeping housekeeping,
            HousekeepingSchedule schedule,
            HousekeepingOperations operations,
            LanekeeperProperties properties,
            Database database,
            Times times,
            ConsolePath path) {
        return new HousekeepingPage(
                new HousekeepingReader(housekeeping, schedule, properties.retention(), database, times),
                operations,
                path);
    }

    @Bean
    OverviewPage lanekeeperOverviewPage(
            Database database,
            LagWatch lags,
            ConservationWatch conservation,
            LanekeeperProperties properties,
            Times times) {
        var alerts = new Alerts(database, properties.blockedWarning());
        return new OverviewPage(new OverviewReader(database, lags, conservation, alerts, times));
    }
}
