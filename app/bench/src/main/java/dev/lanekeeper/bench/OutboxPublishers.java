package dev.lanekeeper.bench;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Business transactions: each writes one row of its own and one entry. Those of one key never overlap. */
final class OutboxPublishers {

    private static final String FILLER = "x".repeat(240);

    private final Load load;
    private final OutboxCalls calls;
    private final OutboxContender.Publishing publishing;
    private final TransactionTemplate transaction;
    private final JdbcClient jdbc;

    OutboxPublishers(ApplicationContext context, Load load, OutboxCalls calls) {
        this.load = load;
        this.calls = calls;
        this.publishing = context.getBean(OutboxContender.Publishing.class);
        this.transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        this.jdbc = JdbcClient.create(context.getBean(DataSource.class));
    }

    /** Returns when all are committed. */
    void flatOut(int from, int to, int threads) {
        var executor = Executors.newFixedThreadPool(threads);
        try {
            var all = new ArrayList<CompletableFuture<Void>>();
            for (var thread = 0; thread < threads; thread++) {
                var own = thread;
                all.add(CompletableFuture.runAsync(
                        () -> {
                            for (var number = from; number < to; number++) {
                                if (Math.floorMod(lane(number), threads) == own) {
                                    publish(number);
                                }
                            }
                        },
                        executor));
            }
            all.forEach(CompletableFuture::join);
        } finally {
            executor.shutdown();
        }
    }

    private int lane(int number) {
        return load.resource(number) == Load.NO_RESOURCE ? number : load.resource(number);
    }

    /** Evenly over time; returns after the last one. */
    void atRate(int from, int to, int perSecond) {
        var step = TimeUnit.SECONDS.toNanos(1) / perSecond;
        var next = System.nanoTime();
        for (var number = from; number < to; number++) {
            while (System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
            publish(number);
            next += step;
        }
    }

    private void publish(int number) {
        var resource = load.resource(number) == Load.NO_RESOURCE ? null : "customer-" + load.resource(number);
        transaction.executeWithoutResult(status -> {
            jdbc.sql("INSERT INTO business (number, done_at) VALUES (?, now())")
                    .param(number)
                    .update();
            publishing.publish(new Event(number, resource, FILLER));
        });
        calls.committed(number);
    }
}
