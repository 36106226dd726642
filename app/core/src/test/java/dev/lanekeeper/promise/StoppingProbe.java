package dev.lanekeeper.promise;

import dev.lanekeeper.work.Probe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends this process SIGSTOP when the n-th call of a handler has ended: before its result is recorded, and before the next item. */
final class StoppingProbe implements Probe {

    private final AtomicInteger left;

    StoppingProbe(int items) {
        this.left = new AtomicInteger(items);
    }

    @Override
    public void reached(Step reached) {
        if (reached == Step.HANDLER_ENDED && left.decrementAndGet() == 0) {
            try {
                var stop = new ProcessBuilder(
                        "kill", "-STOP", Long.toString(ProcessHandle.current().pid()));
                stop.start().waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException("This process could not be stopped", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
