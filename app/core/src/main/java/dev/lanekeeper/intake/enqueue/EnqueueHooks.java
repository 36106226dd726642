package dev.lanekeeper.intake.enqueue;

import dev.lanekeeper.api.job.BeforeEnqueue;
import dev.lanekeeper.api.job.BeforeEnqueue.Decision;
import dev.lanekeeper.api.job.BeforeEnqueue.Wanted;
import dev.lanekeeper.api.job.Enqueued.Stopped;
import dev.lanekeeper.api.job.JobOptions;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the application about each job before it is enqueued. */
final class EnqueueHooks {

    private static final Logger log = LoggerFactory.getLogger(EnqueueHooks.class);

    private final Supplier<List<BeforeEnqueue>> hooks;

    /** @param hooks found when the first job is enqueued, for they may enqueue jobs themselves */
    EnqueueHooks(Supplier<List<BeforeEnqueue>> hooks) {
        this.hooks = hooks;
    }

    /** What comes of enqueueing with the options that the hooks leave, or of their stopping it. */
    <R> R ask(
            String id,
            byte @Nullable [] payload,
            JobOptions options,
            Function<JobOptions, R> enqueue,
            Function<Stopped, R> stopped) {
        var left = options;
        for (var hook : hooks.get()) {
            var decision = hook.beforeEnqueue(new Wanted(id, payload, left));
            if (decision instanceof Decision.Stop stop) {
                log.atInfo()
                        .addKeyValue("handler", id)
                        .addKeyValue("hook", hook.getClass().getName())
                        .log("A job was not enqueued: {}", stop.reason());
                return stopped.apply(new Stopped(stop.reason()));
            }
            left = ((Decision.Enqueue) decision).options();
        }
        return enqueue.apply(left);
    }
}
