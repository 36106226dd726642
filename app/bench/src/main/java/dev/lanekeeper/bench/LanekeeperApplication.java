package dev.lanekeeper.bench;

import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.intake.kafka.IntakeListener;
import dev.lanekeeper.work.StoredBatch;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application as a user writes it, with a handler that does nothing but keep the journal. */
@Configuration(proxyBeanMethods = false)
@SpringBootConfiguration
@EnableAutoConfiguration
class LanekeeperApplication {

    @Bean
    Handler handler(Contender.Round round) {
        return new Handler(round.journal());
    }

    @Bean
    Stored stored(Contender.Round round) {
        return new Stored(round.meter());
    }

    @Bean
    Recorded recorded() {
        return new Recorded();
    }

    @Bean
    CommitToStart commitToStart(Contender.Round round) {
        return new CommitToStart(round.load().events());
    }

    static final class Handler {

        private final Journal journal;

        Handler(Journal journal) {
            this.journal = journal;
        }

        @KafkaEventHandler(id = "${bench.handler}", topics = "${bench.topic}", autoStartup = "false")
        void on(Event event) {
            var enter = System.nanoTime();
            journal.add(event.number(), enter, System.nanoTime());
        }
    }

    /** How many records are stored. */
    static final class Stored implements IntakeListener {

        private final Meter meter;
        private final AtomicInteger count = new AtomicInteger();

        Stored(Meter meter) {
            this.meter = meter;
        }

        int count() {
            return count.get();
        }

        @Override
        public void polled(String handlerId, int records) {
            meter.begin();
        }

        @Override
        public void flushed(String handlerId, StoredBatch batch, Duration duration) {
            count.addAndGet(batch.stored());
        }
    }

    /** How many results are recorded. */
    static final class Recorded implements dev.lanekeeper.run.RunListener {

        private final AtomicInteger count = new AtomicInteger();

        int count() {
            return count.get();
        }

        @Override
        public void recorded(java.util.List<Result> results) {
            count.addAndGet(results.size());
        }
    }
}
