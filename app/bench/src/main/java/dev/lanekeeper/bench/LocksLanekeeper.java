package dev.lanekeeper.bench;

import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import java.util.Objects;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** The product: a job of each resource at a time, since each is in its resource's lane. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class LocksLanekeeper {

    @Bean
    LocksContender.Enqueueing enqueueing(Jobs jobs) {
        return all -> all.forEach(
                e -> jobs.enqueue("exclusive", e, JobOptions.now().withResource(Objects.requireNonNull(e.resource()))));
    }

    @Bean
    Handler handler(LocksCalls calls) {
        return new Handler(calls);
    }

    static final class Handler {

        private final LocksCalls calls;

        Handler(LocksCalls calls) {
            this.calls = calls;
        }

        @LaneJob(id = "exclusive")
        void exclusive(Event event) {
            calls.handle(event.number());
        }
    }
}
