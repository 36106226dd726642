package dev.lanekeeper;

import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.housekeeping.HousekeepingSchedule;
import dev.lanekeeper.intake.enqueue.JobTimer;
import dev.lanekeeper.intake.kafka.FlushSettings;
import dev.lanekeeper.intake.kafka.IntakeEnvironment;
import dev.lanekeeper.intake.kafka.IntakeListener;
import dev.lanekeeper.intake.kafka.KafkaClientConfiguration;
import dev.lanekeeper.intake.kafka.KafkaClientSettings;
import dev.lanekeeper.intake.kafka.KafkaIntakes;
import dev.lanekeeper.intake.outbox.OutboxMovers;
import dev.lanekeeper.latency.LatencyReporter;
import dev.lanekeeper.latency.LatencyReports;
import dev.lanekeeper.monitor.Monitor;
import dev.lanekeeper.monitor.MonitorConfiguration;
import dev.lanekeeper.monitor.MonitorSettings;
import dev.lanekeeper.operations.BulkRunner;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.setting.HandlerValues;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.BacklogSearch;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import dev.lanekeeper.work.DuplicateListener;
import dev.lanekeeper.work.Ending;
import dev.lanekeeper.work.HandlerStore;
import dev.lanekeeper.work.ItemStorer;
import dev.lanekeeper.work.KafkaBatch;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.ProgressStore;
import dev.lanekeeper.work.RecurringStore;
import dev.lanekeeper.work.SealedRecords;
import dev.lanekeeper.work.SettingStore;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.transaction.ConfigurableTransactionManager;

/**
 * Lanekeeper in an application that has a {@code DataSource} and handlers.
 *
 * <p>Whatever needs the database is made only when {@link Lanekeeper} starts, after all handlers have been checked; an
 * application without handlers never touches it.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration",
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@Import({
    HandlerConfiguration.class,
    KafkaClientConfiguration.class,
    OutboxConfiguration.class,
    JobConfiguration.class,
    MonitorConfiguration.class,
    ConsoleConfiguration.class
})
public class LanekeeperAutoConfiguration {

    @Bean
    Lanekeeper lanekeeper(
            LanekeeperProperties properties,
            HandlerCatalog catalog,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<Installed> installed,
            ObjectProvider<Node> node,
            ObjectProvider<KafkaIntakes> intakes,
            ObjectProvider<OutboxMovers> movers,
            ObjectProvider<JobTimer> timer,
            ObjectProvider<LiveSettings> settings,
            ObjectProvider<LatencyReporter> latencies,
            ObjectProvider<LatencyReports> reports,
            ObjectProvider<BulkRunner> bulks,
            ObjectProvider<HousekeepingSchedule> housekeeping,
            Monitor monitor) {
        return new Lanekeeper(
                properties,
                catalog,
                new Lanekeeper.Parts(
                        installed, node, intakes, movers, timer, settings, latencies, reports, bulks, housekeeping),
                () -> OutboxConfiguration.isUsed(beans) || JobConfiguration.isUsed(beans),
                monitor);
    }

    @Bean
    MonitorSettings lanekeeperMonitorSettings(LanekeeperProperties properties) {
        return MonitorSettingsReader.read(properties);
    }

    @Bean
    ExitOnSignal lanekeeperExitOnSignal(
            LanekeeperProperties properties, Lanekeeper lanekeeper, ConfigurableApplicationContext context) {
        return new ExitOnSignal(properties, lanekeeper, context);
    }

    @Bean
    @ConditionalOnMissingBean
    Probe lanekeeperProbe() {
        return Probe.NONE;
    }

    /** Tells of the ends of all transactions of the application. */
    @Bean
    static BeanPostProcessor lanekeeperEndings() {
        var ending = new Ending();
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof ConfigurableTransactionManager manager) {
                    manager.addListener(ending);
                }
                return bean;
            }
        };
    }

    @Bean
    @Lazy
    Installed lanekeeperInstalled(
            ObjectProvider<DataSource> dataSource,
            LanekeeperProperties properties,
            HandlerCatalog catalog,
            EncryptionReader encryption) {
        return new SchemaGate(properties, catalog.handlers(), encryption.seal()).pass(dataSource.getIfUnique());
    }

    @Bean
    @Lazy
    Database lanekeeperDatabase(Installed installed) {
        return installed.database();
    }

    @Bean
    @Lazy
    DatabaseClock lanekeeperClock(Database database) {
        return new DatabaseClock(database);
    }

    @Bean
    @Lazy
    RegisteredHandlers lanekeeperHandlers(HandlerCatalog catalog, Database database, DatabaseClock clock) {
        var registered = RegisteredHandlers.register(catalog.handlers(), new HandlerStore(database));
        registered.recur(new RecurringStore(database, clock));
        return registered;
    }

    @Bean
    @Lazy
    LiveSettings lanekeeperLiveSettings(
            Installed installed, RegisteredHandlers handlers, LanekeeperProperties properties) {
        return new LiveSettings(
                new SettingStore(installed.database()),
                HandlerValuesReader.read(properties, installed.workers(), handlers));
    }

    @Bean
    @Lazy
    Node lanekeeperNode(
            Installed installed,
            DatabaseClock clock,
            RegisteredHandlers handlers,
            LiveSettings settings,
            LanekeeperProperties properties,
            ObjectProvider<RunListener> listeners,
            LocksReader locks,
            Probe probe) {
        return new Node(
                NodeSettingsReader.read(properties, installed.workers(), locks.redis()),
                installed.database(),
                clock,
                handlers,
                settings,
                listeners.orderedStream().toList(),
                probe);
    }

    @Bean
    @Lazy
    KafkaIntakes lanekeeperKafkaIntakes(
            Installed installed,
            Node node,
            DatabaseClock clock,
            RegisteredHandlers handlers,
            LiveSettings settings,
            HandlerCatalog catalog,
            LanekeeperProperties properties,
            KafkaClientSettings kafka,
            ObjectProvider<IntakeListener> listeners,
            DuplicateListener duplicates,
            Probe probe) {
        var database = installed.database();
        var storer = new ItemStorer(database, node.handOver(), duplicates, clock, probe);
        var records = new SealedRecords(database.seal());
        var bufferBytes = properties.bufferBytes().toBytes();
        var environment = new IntakeEnvironment(
                batch -> storer.store(isEncrypted(handlers, batch) ? records.seal(batch) : batch),
                new ProgressStore(database, clock),
                new BacklogSearch(database),
                number -> flush(settings.of(number), bufferBytes),
                settings::isIntakePaused,
                bufferBytes,
                installed.mark().toString(),
                () -> node.life().nodeId(),
                handlers::number,
                clock,
                probe);
        return new KafkaIntakes(
                catalog.handlers().all(),
                kafka.consumer(),
                environment,
                listeners.orderedStream().toList());
    }

    private static boolean isEncrypted(RegisteredHandlers handlers, KafkaBatch batch) {
        var handler = handlers.find(batch.handlerId());
        return handler != null && handler.encrypt();
    }

    /** A consumer never holds more than its buffer, so a larger flush would never come. */
    private static FlushSettings flush(HandlerValues values, long bufferBytes) {
        return new FlushSettings(
                values.flushSize(), Math.min(values.flushBytes(), bufferBytes), values.flushInterval());
    }
}
