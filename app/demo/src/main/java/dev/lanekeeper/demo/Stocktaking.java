package dev.lanekeeper.demo;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;

/** Counts every minute what a warehouse has sent. */
class Stocktaking {

    private static final String JOB = "stocktaking";
    private static final String EVERY_MINUTE = "0 * * * * *";
    private static final String WAREHOUSE = "north";

    private final Jobs jobs;
    private final Effects effects;

    Stocktaking(Jobs jobs, Effects effects) {
        this.jobs = jobs;
        this.effects = effects;
    }

    record Warehouse(String name) {}

    /** At each start: under the same name it still is one, and stays paused if somebody has paused it. */
    @EventListener(ApplicationReadyEvent.class)
    void begin() {
        jobs.enqueue(
                JOB, new Warehouse(WAREHOUSE), JobOptions.recurring("stock of warehouse " + WAREHOUSE, EVERY_MINUTE));
    }

    @LaneJob(id = JOB, resource = "name")
    Outcome count(Warehouse warehouse) {
        var parcels = effects.count(Parcels.TOPIC, warehouse.name());
        return Outcome.ack(warehouse.name(), null, parcels + " parcels sent", "v1");
    }
}
