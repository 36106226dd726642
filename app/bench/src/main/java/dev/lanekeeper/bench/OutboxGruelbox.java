package dev.lanekeeper.bench;

import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.Persistor;
import com.gruelbox.transactionoutbox.SpringInstantiator;
import com.gruelbox.transactionoutbox.SpringTransactionManager;
import com.gruelbox.transactionoutbox.SpringTransactionOutboxConfiguration;
import com.gruelbox.transactionoutbox.Submitter;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Gruelbox transaction-outbox: a scheduled call is submitted to an executor after the commit, and a thread repeats what has not
 * succeeded. The release that Maven Central resolves with Spring keeps no order.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(SpringTransactionOutboxConfiguration.class)
class OutboxGruelbox {

    @Bean(destroyMethod = "shutdown")
    ExecutorService workers(@Value("${bench.workers}") int workers) {
        return Executors.newFixedThreadPool(workers);
    }

    @Bean
    TransactionOutbox outbox(
            SpringTransactionManager transactions, SpringInstantiator instantiator, ExecutorService workers) {
        return TransactionOutbox.builder()
                .transactionManager(transactions)
                .instantiator(instantiator)
                .persistor(Persistor.forDialect(Dialect.POSTGRESQL_9))
                .submitter(Submitter.withExecutor(workers))
                .attemptFrequency(Duration.ofMinutes(1))
                .build();
    }

    @Bean(initMethod = "start", destroyMethod = "interrupt")
    Thread flushing(TransactionOutbox outbox) {
        return new Thread(
                () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        while (outbox.flush()) {
                            Thread.onSpinWait();
                        }
                        LockSupport.parkNanos(Duration.ofSeconds(10).toNanos());
                    }
                },
                "gruelbox-flush");
    }

    @Bean
    GruelboxHandler handler(OutboxCalls calls) {
        return new GruelboxHandler(calls);
    }

    @Bean
    OutboxContender.Publishing publishing(TransactionOutbox outbox) {
        return event -> outbox.schedule(GruelboxHandler.class).handle(event.number(), event.resource(), event.filler());
    }

    /** Proxied by the library, so it is open and can be made without arguments. */
    public static class GruelboxHandler {

        private final @Nullable OutboxCalls calls;

        GruelboxHandler(OutboxCalls calls) {
            this.calls = calls;
        }

        protected GruelboxHandler() {
            this.calls = null;
        }

        public void handle(int number, @Nullable String resource, String filler) {
            if (calls != null) {
                calls.handle(number);
            }
        }
    }
}
