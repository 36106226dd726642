package dev.lanekeeper.bench;

import dev.lanekeeper.LanekeeperAutoConfiguration;
import dev.lanekeeper.bench.Contender.Round;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;

/** An application as a team would write it with the same libraries and without Lanekeeper. */
@Configuration(proxyBeanMethods = false)
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = LanekeeperAutoConfiguration.class)
class ByHandApplication {

    /** JobRunr's shortest. */
    private static final int POLL_SECONDS = 5;

    @Bean
    ByHandHandler byHandHandler(Round round, RedissonClient redisson) {
        return new ByHandHandler(round, redisson);
    }

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

    @Bean(destroyMethod = "stop")
    BackgroundJobServer server(PostgresStorageProvider storage, ByHandHandler handler, Round round) {
        var configuration = BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andPollIntervalInSeconds(POLL_SECONDS)
                .andWorkerCount(round.options().workers());
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
    Listener listener(JobRequestScheduler scheduler, Round round) {
        return new Listener(scheduler, round);
    }

    /** Enqueues a poll's records together; the container commits their offsets after that. */
    static final class Listener {

        private final JobRequestScheduler scheduler;
        private final Round round;
        private final AtomicInteger enqueued = new AtomicInteger();
        final long[] enqueuedAt;

        Listener(JobRequestScheduler scheduler, Round round) {
            this.scheduler = scheduler;
            this.round = round;
            this.enqueuedAt = new long[round.load().events()];
        }

        @KafkaListener(
                id = "${bench.handler}",
                topics = "${bench.topic}",
                groupId = "${bench.handler}",
                batch = "true",
                autoStartup = "false")
        void on(List<ConsumerRecord<byte[], byte[]>> records) {
            round.meter().begin();
            var requests = records.stream()
                    .map(r -> new HandleEvent(ByHandHandler.text(r.key()), ByHandHandler.textOf(r.value())))
                    .toList();
            scheduler.enqueue(requests.stream());
            var now = System.nanoTime();
            requests.forEach(r -> enqueuedAt[ByHandHandler.read(r).number()] = now);
            enqueued.addAndGet(requests.size());
        }
    }
}
