package dev.lanekeeper.bench;

import dev.lanekeeper.api.outbox.OutboxEventHandler;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** The product with one handler, which tells how long after its publication each entry was handled. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class RetentionHost {

    /** When it was published, by the JVM's monotonic clock. */
    record Published(long nanos) {}

    @Bean
    Handler handler() {
        return new Handler();
    }

    static final class Handler {

        private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();

        @OutboxEventHandler(context = "bench", event = "happened")
        void on(Published published) {
            nanos.add(System.nanoTime() - published.nanos());
        }

        /** Since this was last asked. */
        Latencies latencies() {
            var all = nanos.stream().toList();
            nanos.removeAll(all);
            return Latencies.of(all.stream().mapToLong(Long::longValue));
        }
    }
}
