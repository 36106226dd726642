package dev.lanekeeper.promise;

import dev.lanekeeper.api.job.DuplicateJobException;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.promise.LockScenario.Errand;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Threads that enqueue what the test has written down, and write down what they were answered. */
final class Callers {

    private static final long IDLE_MILLIS = 20;

    private final Jobs jobs;
    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final int callers;
    private final int atOnce;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closing;

    /** @param atOnce how many calls a thread takes on at once: one after the other if it is 1, so that the times are exact */
    Callers(Jobs jobs, JdbcClient jdbc, TransactionTemplate transactions, int callers, int atOnce) {
        this.jobs = jobs;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.callers = callers;
        this.atOnce = atOnce;
    }

    private record Call(String scenario, boolean within, Errand errand) {}

    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        for (var n = 0; n < callers; n++) {
            var thread = new Thread(this::loop, "caller-" + n);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    @EventListener(ContextClosedEvent.class)
    void end() throws InterruptedException {
        closing = true;
        for (var thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        }
    }

    private void loop() {
        while (!closing) {
            try {
                var calls = take();
                calls.forEach(this::call);
                if (calls.isEmpty()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS));
                }
            } catch (DataAccessException e) {
                System.out.println("a caller goes on after " + e.getClass().getSimpleName());
            }
        }
    }

    private List<Call> take() {
        return jdbc.sql("""
                        UPDATE call
                           SET pid = ?, called_at = clock_timestamp()
                         WHERE n IN (
                               SELECT n
                                 FROM call
                                WHERE called_at IS NULL
                                ORDER BY n
                                LIMIT ?
                                  FOR UPDATE SKIP LOCKED)
                        RETURNING n, scenario, key, other, millis, within
                        """)
                .param(ProcessHandle.current().pid())
                .param(atOnce)
                .query((row, number) -> new Call(
                        row.getString("scenario"),
                        row.getBoolean("within"),
                        new Errand(
                                row.getLong("n"), row.getString("key"), row.getString("other"), row.getInt("millis"))))
                .list();
    }

    private void call(Call call) {
        try {
            var enqueued = call.within()
                    ? Objects.requireNonNull(transactions.execute(status -> enqueue(call)))
                    : enqueue(call);
            answered(call, enqueued.getClass().getSimpleName(), id(enqueued), of(enqueued));
        } catch (DuplicateJobException e) {
            answered(call, "Raised", null, e.duplicateOf());
        }
    }

    private Enqueued enqueue(Call call) {
        return jobs.enqueue(call.scenario(), call.errand());
    }

    private void answered(Call call, String answer, @Nullable Long id, @Nullable Long of) {
        jdbc.sql("UPDATE call SET answered_at = clock_timestamp(), answer = ?, id = ?, of_id = ? WHERE n = ?")
                .param(answer)
                .param(id)
                .param(of)
                .param(call.errand().n())
                .update();
    }

    private static @Nullable Long id(Enqueued enqueued) {
        if (enqueued instanceof Enqueued.Accepted accepted) {
            return accepted.itemId();
        }
        if (enqueued instanceof Enqueued.Scheduled scheduled) {
            return scheduled.jobId();
        }
        if (enqueued instanceof Enqueued.Rejected rejected) {
            return rejected.itemId();
        }
        if (enqueued instanceof Enqueued.Replaced replaced) {
            return replaced.id();
        }
        if (enqueued instanceof Enqueued.PutOff later) {
            return later.jobId();
        }
        return enqueued instanceof Enqueued.Submitted submitted ? submitted.entryId() : null;
    }

    private static @Nullable Long of(Enqueued enqueued) {
        if (enqueued instanceof Enqueued.Duplicate duplicate) {
            return duplicate.duplicateOf();
        }
        if (enqueued instanceof Enqueued.Rejected rejected) {
            return rejected.duplicateOf();
        }
        if (enqueued instanceof Enqueued.Replaced replaced) {
            return replaced.replaced();
        }
        if (enqueued instanceof Enqueued.Updated updated) {
            return updated.updated();
        }
        return enqueued instanceof Enqueued.PutOff later ? later.behind() : null;
    }
}
