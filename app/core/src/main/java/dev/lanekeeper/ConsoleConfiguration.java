package dev.lanekeeper;

import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.HousekeepingMeters;
import dev.lanekeeper.housekeeping.HousekeepingSchedule;
import dev.lanekeeper.latency.LatencyRecorder;
import dev.lanekeeper.latency.LatencyReporter;
import dev.lanekeeper.latency.LatencyReports;
import dev.lanekeeper.latency.LatencySearch;
import dev.lanekeeper.monitor.Meters;
import dev.lanekeeper.operations.BulkOperations;
import dev.lanekeeper.operations.BulkRunner;
import dev.lanekeeper.operations.Disclosures;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.HousekeepingOperations;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.LaneOperations;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.operations.SettingOperations;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.ZoneId;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** What a person may see and do, for the console and for the application's own code; made when it is first asked for. */
@Configuration(proxyBeanMethods = false)
class ConsoleConfiguration {

    @Bean
    @Lazy
    ItemOperations lanekeeperItemOperations(Database database, DatabaseClock clock) {
        return new ItemOperations(database, clock);
    }

    @Bean
    @Lazy
    Disclosures lanekeeperDisclosures(Database database) {
        return new Disclosures(database);
    }

    @Bean
    @Lazy
    LaneOperations lanekeeperLaneOperations(Database database, DatabaseClock clock) {
        return new LaneOperations(database, clock);
    }

    @Bean
    @Lazy
    LockOperations lanekeeperLockOperations(Database database) {
        return new LockOperations(database);
    }

    @Bean
    @Lazy
    HandlerOperations lanekeeperHandlerOperations(Database database) {
        return new HandlerOperations(database);
    }

    @Bean
    @Lazy
    SettingOperations lanekeeperSettingOperations(
            Database database, LiveSettings live, LanekeeperProperties properties) {
        return new SettingOperations(database, live, properties.bufferBytes().toBytes());
    }

    @Bean
    @Lazy
    BulkOperations lanekeeperBulkOperations(Database database, DatabaseClock clock) {
        return new BulkOperations(database, clock);
    }

    @Bean
    @Lazy
    BulkRunner lanekeeperBulkRunner(Database database, DatabaseClock clock, ObjectProvider<Node> node) {
        return new BulkRunner(database, clock, () -> node.getObject().life().nodeId());
    }

    @Bean
    @Lazy
    Housekeeping lanekeeperHousekeeping(
            Database database,
            DatabaseClock clock,
            ObjectProvider<Node> node,
            ObjectProvider<MeterRegistry> registries,
            LanekeeperProperties properties) {
        var registry = registries.getIfUnique();
        return new Housekeeping(
                database,
                clock,
                () -> node.getObject().life().nodeId(),
                properties.retention().terms(),
                registry == null ? null : new HousekeepingMeters(registry));
    }

    @Bean
    @Lazy
    HousekeepingSchedule lanekeeperHousekeepingSchedule(
            Housekeeping housekeeping, DatabaseClock clock, LanekeeperProperties properties) {
        return new HousekeepingSchedule(
                housekeeping, properties.retention().cronOrNull(), ZoneId.systemDefault(), clock);
    }

    @Bean
    @Lazy
    HousekeepingOperations lanekeeperHousekeepingOperations(
            Database database, Housekeeping housekeeping, HousekeepingSchedule schedule) {
        return new HousekeepingOperations(database, housekeeping, schedule);
    }

    @Bean
    @Lazy
    LatencySearch lanekeeperLatencySearch(Database database, DatabaseClock clock) {
        return new LatencySearch(database, clock);
    }

    @Bean
    @Lazy
    LatencyRecorder lanekeeperLatencyRecorder(DatabaseClock clock, ObjectProvider<Node> node) {
        return new LatencyRecorder(clock, () -> node.getObject().life().nodeId());
    }

    @Bean
    @Lazy
    LatencyReporter lanekeeperLatencyReporter(
            LatencyRecorder recorder, Database database, DatabaseClock clock, LanekeeperProperties properties) {
        return new LatencyReporter(
                recorder, database, clock, properties.retention().latenciesOrNull());
    }

    @Bean
    @Lazy
    LatencyReports lanekeeperLatencyReports(
            Database database, ObjectProvider<Node> node, Meters meters, LanekeeperProperties properties) {
        var interval = properties.latencyReportOrNull();
        return new LatencyReports(
                database,
                interval == null ? Duration.ZERO : interval,
                () -> node.getObject().life().nodeId(),
                meters.registry());
    }
}
