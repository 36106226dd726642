package dev.lanekeeper.promise;

import dev.lanekeeper.work.Probe;
import java.util.concurrent.atomic.AtomicInteger;

/** Ends the process, with no shutdown hook and no goodbye, when a step of the protocol is reached for the n-th time. */
final class HaltingProbe implements Probe {

    static final int EXIT_CODE = 137;

    private final Step step;
    private final AtomicInteger left;

    private HaltingProbe(Step step, int times) {
        this.step = step;
        this.left = new AtomicInteger(times);
    }

    /** @param place a step and how often it is to be reached: {@code STORE_INSERTED:120} */
    static Probe at(String place) {
        var parts = place.split(":", 2);
        return new HaltingProbe(Step.valueOf(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    public void reached(Step reached) {
        if (reached == step && left.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
