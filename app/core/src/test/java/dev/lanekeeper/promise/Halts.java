package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.Probe.Step;
import java.time.Duration;
import java.util.List;

/** One process after the other dies at a boundary of the protocol; the last one does what is left. */
final class Halts {

    private static final int EVENTS_AT_A_TIME = 10;

    private final Site site;

    Halts(Site site) {
        this.site = site;
    }

    /** Returns when everything that was produced is done. */
    void dieAt(List<Step> steps) {
        var instance = site.start(argument(steps.get(0)));
        die(instance, steps.get(0));
        for (var step : steps.subList(1, steps.size())) {
            instance.startAgainWith(argument(step));
            die(instance, step);
        }
        instance.startAgainWith();
        site.producing().send("last", EVENTS_AT_A_TIME).join();
        site.awaitEverythingDone(Duration.ofMinutes(2), "exact", "plain");
    }

    private String argument(Step step) {
        return "--halt.at=%s:%d".formatted(step, 1 + site.random().nextInt(most(step)));
    }

    /** How often a step is reached within a few batches; what runs do takes place for each item, the rest for each batch. */
    private static int most(Step step) {
        return switch (step) {
            case HANDLER_STARTED, HANDLER_ENDED -> 60;
            case RECORD_BEGUN, RECORD_LANES_LOCKED, RECORD_BEFORE_COMMIT, RECORD_COMMITTED -> 20;
            case CLAIM_BEFORE_COMMIT, CLAIMED, RESCUE_NODE_DELETED, RESCUE_BEFORE_COMMIT -> 1;
            default -> 3;
        };
    }

    /** Each step has lanes of its own, since those of the last one belong to a dead node for a while. */
    private void die(Instance instance, Step step) {
        site.awaitThat("the process dies at " + step, Duration.ofMinutes(3), () -> {
            site.producing().send(step.name(), EVENTS_AT_A_TIME).join();
            return !instance.process().isAlive();
        });
        assertThat(instance.process().waitFor(Instance.PATIENCE))
                .as("exit code at " + step)
                .isEqualTo(HaltingProbe.EXIT_CODE);
    }
}
