package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.ErrorReporter;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.BacklogSearch;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.util.ClassUtils;

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
    Meters lanekeeperMeters(ObjectProvider<MeterRegistry> registries, MonitorSettings settings) {
        return Meters.in(registries.getIfUnique(), settings.statsd());
    }

    @Bean
    Monitor lanekeeperMonitor(
            Publisher publisher,
            Meters meters,
            HandlerCatalog catalog,
            ObjectProvider<Database> database,
            ObjectProvider<RegisteredHandlers> registered,
            ObjectProvider<ErrorReports> errors) {
        var registry = meters.registry();
        var gauges = registry == null
                ? null
                : new NodeGauges(registry, () -> unfinished(database.getObject(), registered.getObject()));
        return new Monitor(publisher, gauges, catalog::handlers, database::getObject, errors.getIfAvailable());
    }

    private static Unfinished unfinished(Database database, RegisteredHandlers registered) {
        var others = new HashMap<Integer, String>();
        registered.byNumber().forEach((number, handler) -> {
            if (!(handler.source() instanceof KafkaSource)) {
                others.put(number, handler.id());
            }
        });
        return new Unfinished(new BacklogSearch(database), Map.copyOf(others));
    }

    @Bean
    @Lazy
    @Nullable
    ErrorReports lanekeeperErrorReports(ObjectProvider<ErrorReporter> reporters, HandlerCatalog catalog) {
        var told = reporters.orderedStream().toList();
        return told.isEmpty()
                ? null
                : new ErrorReports(told, new Items(id -> catalog.handlers().find(id)));
    }

    @Bean
    @Lazy
    @Nullable
    AttemptObservations lanekeeperAttemptObservations(
            ObjectProvider<ObservationRegistry> registries, MonitorSettings settings, ApplicationContext context) {
        var registry = registries.getIfUnique();
        var wanted = switch (settings.observations()) {
            case ON -> true;
            case OFF -> false;
            case AUTO -> hasTracer(context);
        };
        return registry == null || !wanted ? null : new AttemptObservations(registry);
    }

    @Bean
    @Nullable
    HealthFile lanekeeperHealthFile(MonitorSettings settings, Monitor monitor) {
        var file = settings.healthFile();
        return file == null ? null : new HealthFile(file, monitor, Clock.systemUTC());
    }

    /** By its name, since few applications have the library. */
    private static boolean hasTracer(ApplicationContext context) {
        try {
            var tracer = ClassUtils.forName("io.micrometer.tracing.Tracer", context.getClassLoader());
            return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(context, tracer, true, false).length > 0;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
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
    AfterFailures lanekeeperAfterFailures(HandlerCatalog catalog) {
        return new AfterFailures(id -> catalog.handlers().find(id));
    }

    @Bean
    @Lazy
    @Nullable
    RunMeters lanekeeperRunMeters(Meters meters, DatabaseClock clock) {
        var registry = meters.registry();
        return registry == null ? null : new RunMeters(registry, clock);
    }

    @Bean
    @Lazy
    JobEvents lanekeeperJobEvents(Publisher publisher, Meters meters) {
        return new JobEvents(publisher, meters.registry());
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
    IntakeMeters lanekeeperIntakeMeters(Meters meters) {
        var registry = meters.registry();
        return registry == null ? null : new IntakeMeters(registry);
    }
}
