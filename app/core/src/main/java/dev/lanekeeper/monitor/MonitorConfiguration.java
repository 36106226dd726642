package dev.lanekeeper.monitor;

import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;

/**
 * Listeners of runs and intakes that publish events and keep meters; without a {@link MeterRegistry} there are no meters.
 *
 * <p>The listeners need the database's clock, so they are made when the node is.
 */
@Configuration(proxyBeanMethods = false)
@Import(HealthConfiguration.class)
public class MonitorConfiguration {

    @Bean
    Publisher lanekeeperPublisher(ApplicationContext context, MonitorSettings settings) {
        return new Publisher(context, settings.events());
    }

    @Bean
    Monitor lanekeeperMonitor(
            Publisher publisher,
            ObjectProvider<MeterRegistry> registries,
            HandlerCatalog catalog,
            ObjectProvider<Database> database) {
        var registry = registries.getIfUnique();
        var gauges = registry == null ? null : new NodeGauges(registry);
        return new Monitor(publisher, gauges, catalog::handlers, database::getObject);
    }

    @Bean
    @Lazy
    RunEvents lanekeeperRunEvents(
            Publisher publisher, HandlerCatalog catalog, ObjectProvider<LiveSettings> settings, DatabaseClock clock) {
        return new RunEvents(
                publisher,
                id -> catalog.handlers().find(id),
                number -> settings.getObject().maxRetries(number),
                clock);
    }

    @Bean
    @Lazy
    @Nullable
    RunMeters lanekeeperRunMeters(ObjectProvider<MeterRegistry> registries, DatabaseClock clock) {
        var registry = registries.getIfUnique();
        return registry == null ? null : new RunMeters(registry, clock);
    }

    @Bean
    @Lazy
    IntakeEvents lanekeeperIntakeEvents(Publisher publisher, HandlerCatalog catalog) {
        return new IntakeEvents(publisher, id -> {
            var handler = catalog.handlers().find(id);
            var group = handler == null ? null : handler.groupId();
            return group == null ? id : group;
        });
    }

    @Bean
    @Lazy
    @Nullable
    IntakeMeters lanekeeperIntakeMeters(ObjectProvider<MeterRegistry> registries) {
        var registry = registries.getIfUnique();
        return registry == null ? null : new IntakeMeters(registry);
    }
}
