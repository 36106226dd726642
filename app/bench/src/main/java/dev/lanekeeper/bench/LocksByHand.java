package dev.lanekeeper.bench;

import dev.lanekeeper.LanekeeperAutoConfiguration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * What a team would write with JobRunr and Redisson: a lock of the resource around each job. A job that does not get it either waits
 * in its worker, or is enqueued again for a second later, which JobRunr looks at every five seconds.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = LanekeeperAutoConfiguration.class)
class LocksByHand {

    private static final int POLL_SECONDS = 5;

    @Bean(destroyMethod = "shutdown")
    RedissonClient redisson(@Value("${bench.redis}") String address) {
        var config = new Config();
        config.useSingleServer().setAddress(address);
        return Redisson.create(config);
    }

    @Bean
    PostgresStorageProvider storageProvider(DataSource dataSource) {
        var provider = new PostgresStorageProvider(dataSource);
        provider.setJobMapper(new JobMapper(new Jackson3JsonMapper()));
        return provider;
    }

    @Bean
    JobRequestScheduler scheduler(PostgresStorageProvider storage) {
        return new JobRequestScheduler(storage, List.of());
    }

    @Bean
    LocksContender.Enqueueing enqueueing(JobRequestScheduler scheduler) {
        return all -> scheduler.enqueue(all.stream().map(e -> new Exclusive(e.number(), String.valueOf(e.resource()))));
    }

    @Bean(destroyMethod = "stop")
    @ConditionalOnProperty("bench.works")
    BackgroundJobServer server(
            PostgresStorageProvider storage, ExclusiveHandler handler, @Value("${bench.workers}") int workers) {
        var configuration = BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andPollIntervalInSeconds(POLL_SECONDS)
                .andWorkerCount(workers);
        var activator = new JobActivator() {
            @Override
            public <T> T activateJob(Class<T> type) {
                return type.cast(handler);
            }
        };
        var server = new BackgroundJobServer(storage, new Jackson3JsonMapper(), activator, configuration);
        server.start();
        return server;
    }

    @Bean
    ExclusiveHandler exclusiveHandler(
            LocksCalls calls,
            RedissonClient redisson,
            JobRequestScheduler scheduler,
            @Value("${bench.blocks:false}") boolean blocks) {
        return new ExclusiveHandler(calls, redisson, scheduler, blocks);
    }

    /** The job, as JobRunr keeps it. */
    public record Exclusive(int number, String resource) implements JobRequest {

        @Override
        public Class<ExclusiveHandler> getJobRequestHandler() {
            return ExclusiveHandler.class;
        }

        /** JobRunr names a job after its request. */
        @Override
        public String toString() {
            return "exclusive";
        }
    }

    /** Does a job under its lock. */
    public static final class ExclusiveHandler implements JobRequestHandler<Exclusive> {

        private final LocksCalls calls;
        private final RedissonClient redisson;
        private final JobRequestScheduler scheduler;
        private final boolean blocks;

        ExclusiveHandler(LocksCalls calls, RedissonClient redisson, JobRequestScheduler scheduler, boolean blocks) {
            this.calls = calls;
            this.redisson = redisson;
            this.scheduler = scheduler;
            this.blocks = blocks;
        }

        @Override
        public void run(Exclusive job) {
            var lock = redisson.getLock("exclusive:" + job.resource());
            if (blocks) {
                lock.lock();
            } else if (!lock.tryLock()) {
                scheduler.schedule(Instant.now().plusSeconds(1), job);
                return;
            }
            try {
                calls.handle(job.number());
            } finally {
                lock.unlock();
            }
        }
    }
}
