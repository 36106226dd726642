package dev.lanekeeper;

import dev.lanekeeper.api.change.Changes;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.handler.BuiltInHandler;
import dev.lanekeeper.handler.HandlerDefinition.OutboxSource;
import dev.lanekeeper.handler.HandlerDefinition.Taking;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.intake.outbox.ChangeRecorder;
import dev.lanekeeper.intake.outbox.ChangeWriter;
import dev.lanekeeper.intake.outbox.DirtyShards;
import dev.lanekeeper.intake.outbox.MoverSettings;
import dev.lanekeeper.intake.outbox.OutboxMovers;
import dev.lanekeeper.intake.outbox.OutboxPublisher;
import dev.lanekeeper.intake.outbox.UnclaimedEntries;
import dev.lanekeeper.relay.KafkaRelay;
import dev.lanekeeper.relay.RelayConfiguration;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import dev.lanekeeper.work.DuplicateListener;
import dev.lanekeeper.work.Probe;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import tools.jackson.databind.json.JsonMapper;

/** The outbox: its door for the application, its movers, and the handler of what nobody takes. */
@Configuration(proxyBeanMethods = false)
@Import(RelayConfiguration.class)
class OutboxConfiguration {

    private static final String OUTBOX = "lanekeeperOutbox";
    private static final String CHANGE_WRITER = "lanekeeperChangeWriter";
    private static final String CHANGES = "lanekeeperChanges";
    private static final Set<String> DOORS = Set.of(OUTBOX, CHANGE_WRITER, CHANGES);

    /** Whether some bean of the application may write entries; those that give the doors to it, and the door for jobs, are not. */
    static boolean isUsed(ConfigurableBeanFactory beans) {
        return DOORS.stream()
                .flatMap(name -> Stream.of(beans.getDependentBeans(name)))
                .anyMatch(dependent -> !DOORS.contains(dependent) && !dependent.equals(JobConfiguration.JOBS));
    }

    @Bean
    DirtyShards lanekeeperDirtyShards() {
        return new DirtyShards();
    }

    @Bean(OUTBOX)
    @ConditionalOnMissingBean
    Outbox lanekeeperOutbox(
            ObjectProvider<Database> database,
            ObjectProvider<JsonMapper> mappers,
            ObjectProvider<ObservationRegistry> observations,
            DirtyShards dirty) {
        var mapper = mappers.getIfUnique(() -> JsonMapper.builder().build());
        return new OutboxPublisher(
                database::getObject, mapper, observations.getIfUnique(() -> ObservationRegistry.NOOP), dirty);
    }

    @Bean(CHANGE_WRITER)
    ChangeWriter lanekeeperChangeWriter(ObjectProvider<Database> database, Outbox outbox) {
        return new ChangeWriter(database::getObject, outbox);
    }

    @Bean(CHANGES)
    @ConditionalOnMissingBean
    Changes lanekeeperChanges(ChangeWriter writer, ObjectProvider<JsonMapper> mappers) {
        return new ChangeRecorder(
                writer, mappers.getIfUnique(() -> JsonMapper.builder().build()));
    }

    @Bean
    BuiltInHandler lanekeeperUnclaimedEntries(ObjectProvider<Database> database) {
        return new BuiltInHandler(
                UnclaimedEntries.ID,
                new OutboxSource(Taking.LEFTOVERS, null, List.of(), true),
                false,
                Map.of(),
                new UnclaimedEntries(database::getObject));
    }

    /** Quicker to try again than handlers: what fails here is a broker that is away. */
    @Bean
    @Nullable
    BuiltInHandler lanekeeperRelay(PropertiesReader.Result read, ObjectProvider<KafkaRelay> relay) {
        return read.properties().outbox().relay()
                ? new BuiltInHandler(
                        KafkaRelay.ID,
                        new OutboxSource(Taking.WITH_TOPIC, null, List.of(), true),
                        true,
                        Map.of("backoffMin", "1s", "backoffMax", "30s"),
                        relay.getObject())
                : null;
    }

    @Bean
    @Lazy
    OutboxMovers lanekeeperOutboxMovers(
            Database database,
            Node node,
            DatabaseClock clock,
            RegisteredHandlers handlers,
            LanekeeperProperties properties,
            DirtyShards dirty,
            DuplicateListener listener,
            Probe probe) {
        var outbox = properties.outbox();
        var environment = new OutboxMovers.Environment(
                database, node.handOver(), () -> node.life().nodeId(), handlers, listener, clock, probe);
        return new OutboxMovers(
                new MoverSettings(
                        outbox.sleep(), outbox.idleMultiplier(), outbox.linger(), outbox.batchSize(), outbox.threads()),
                environment,
                dirty);
    }
}
