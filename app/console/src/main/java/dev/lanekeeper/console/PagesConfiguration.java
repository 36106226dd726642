package dev.lanekeeper.console;

import dev.lanekeeper.LanekeeperProperties;
import dev.lanekeeper.console.lag.LagWatch;
import dev.lanekeeper.console.overview.Alerts;
import dev.lanekeeper.console.overview.ConservationWatch;
import dev.lanekeeper.console.overview.OverviewPage;
import dev.lanekeeper.console.overview.OverviewReader;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.intake.kafka.KafkaClientSettings;
import dev.lanekeeper.intake.kafka.PartitionEnds;
import dev.lanekeeper.work.Database;
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
