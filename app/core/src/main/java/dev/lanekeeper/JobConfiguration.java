package dev.lanekeeper;

import dev.lanekeeper.api.job.BeforeEnqueue;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.intake.enqueue.JobEnqueuer;
import dev.lanekeeper.intake.enqueue.JobRequests;
import dev.lanekeeper.intake.enqueue.JobTimer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.operations.RecurringOperations;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import dev.lanekeeper.work.DuplicateListener;
import dev.lanekeeper.work.HandOver;
import dev.lanekeeper.work.JobStorer;
import dev.lanekeeper.work.Probe;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import tools.jackson.databind.json.JsonMapper;

/** Jobs: their door for the application, and the timer of those that are scheduled or recur. */
@Configuration(proxyBeanMethods = false)
class JobConfiguration {

    static final String JOBS = "lanekeeperJobs";

    /** Whether some bean of the application may enqueue jobs. */
    static boolean isUsed(ConfigurableBeanFactory beans) {
        return beans.getDependentBeans(JOBS).length > 0;
    }

    @Bean(JOBS)
    @ConditionalOnMissingBean
    Jobs lanekeeperJobs(
            JobEnqueuer.Corridor corridor,
            Outbox outbox,
            ObjectProvider<JsonMapper> mappers,
            ObjectProvider<ObservationRegistry> observations) {
        return enqueuer(
                corridor, outbox, mappers.getIfUnique(() -> JsonMapper.builder().build()), observations);
    }

    /** By an enqueuer of its own: the application may have put another one in the place of ours. */
    @Bean
    @Lazy
    JobRequests lanekeeperJobRequests(
            JobEnqueuer.Corridor corridor, Outbox outbox, ObjectProvider<ObservationRegistry> observations) {
        return new JobRequests(enqueuer(corridor, outbox, JsonMapper.builder().build(), observations));
    }

    private static JobEnqueuer enqueuer(
            JobEnqueuer.Corridor corridor,
            Outbox outbox,
            JsonMapper mapper,
            ObjectProvider<ObservationRegistry> observations) {
        return new JobEnqueuer(corridor, outbox, mapper, observations.getIfUnique(() -> ObservationRegistry.NOOP));
    }

    @Bean
    JobEnqueuer.Corridor lanekeeperJobCorridor(
            ObjectProvider<Database> database,
            ObjectProvider<RegisteredHandlers> handlers,
            ObjectProvider<JobStorer> storer,
            ObjectProvider<DatabaseClock> clock,
            ObjectProvider<BeforeEnqueue> hooks,
            JobTimer timer,
            LanekeeperProperties properties) {
        return new JobEnqueuer.Corridor(
                database::getObject,
                handlers::getObject,
                storer::getObject,
                clock::getObject,
                () -> hooks.orderedStream().toList(),
                timer,
                properties.unique().enabled());
    }

    @Bean
    JobTimer lanekeeperJobTimer(ObjectProvider<JobStorer> storer, ObjectProvider<DatabaseClock> clock) {
        return new JobTimer(storer::getObject, clock::getObject);
    }

    @Bean
    @Lazy
    JobStorer lanekeeperJobStorer(
            Database database,
            ObjectProvider<Node> node,
            ObjectProvider<Lanekeeper> lanekeeper,
            DuplicateListener listener,
            DatabaseClock clock,
            Probe probe) {
        return new JobStorer(database, new RunningNode(node, lanekeeper, listener), clock, probe);
    }

    /** Workers of this node may be handed work only while it runs; before and after, the work waits for whoever looks. */
    private record RunningNode(
            ObjectProvider<Node> node, ObjectProvider<Lanekeeper> lanekeeper, DuplicateListener listener)
            implements JobStorer.Door {

        @Override
        public HandOver handOver() {
            return isRunning() ? node.getObject().handOver() : HandOver.NONE;
        }

        @Override
        public HandOver toCaller() {
            return isRunning() ? node.getObject().toCaller() : HandOver.NONE;
        }

        @Override
        public long nodeId() {
            return isRunning() ? node.getObject().life().nodeId() : 0;
        }

        private boolean isRunning() {
            return lanekeeper.getObject().isRunning();
        }
    }

    @Bean
    @Lazy
    JobOperations lanekeeperJobOperations(Database database, DatabaseClock clock, JobTimer timer) {
        return new JobOperations(database, clock, timer::expect);
    }

    @Bean
    @Lazy
    RecurringOperations lanekeeperRecurringOperations(Database database, DatabaseClock clock, JobTimer timer) {
        return new RecurringOperations(database, clock, timer::expect);
    }
}
