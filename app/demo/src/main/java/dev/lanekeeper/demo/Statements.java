package dev.lanekeeper.demo;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import java.time.Duration;

/** Prints customers' statements, one for all the orders of half a minute, on the two printers that there are. */
class Statements {

    private static final String JOB = "statements";
    private static final Duration COLLECTING = Duration.ofSeconds(30);
    private static final Duration PRINTING = Duration.ofMillis(1_500);

    /** How many orders of a customer it takes to ask for a statement. */
    private static final int ORDERS = 4;

    private final Jobs jobs;

    Statements(Jobs jobs) {
        this.jobs = jobs;
    }

    /** @param lastOrderId what the statement goes up to: a job that already waits takes that of a later one */
    record Statement(String customerId, String lastOrderId) {}

    /** Asked for in the transaction that books the order: there is a statement for each booking, and none without. */
    void ask(OrderPlaced order) {
        if (order.number() % ORDERS == 0) {
            jobs.enqueue(
                    JOB,
                    new Statement(order.customerId(), order.id()),
                    JobOptions.after(COLLECTING).withLabel(order.customerId()));
        }
    }

    @LaneJob(id = JOB, locks = "printer*2")
    @Unique(key = "customerId", lock = Lock.UNTIL_EXECUTING, onConflict = Conflict.UPDATE)
    Outcome print(Statement statement) throws InterruptedException {
        Thread.sleep(PRINTING.toMillis());
        return Outcome.ack(statement.lastOrderId(), null, "statement", "v1");
    }
}
