package dev.lanekeeper.intake.enqueue;

import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.handler.HandlerDefinition.JobSource;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.handler.RemoteResource;
import dev.lanekeeper.handler.Uniqueness;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.OutboxStore;
import dev.lanekeeper.work.Subscription;
import dev.lanekeeper.work.Subscription.Kind;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds for whom a job is: a handler of this node, or one that some other node has. */
final class JobHandlers {

    private final Supplier<RegisteredHandlers> handlers;
    private final Supplier<Database> database;

    JobHandlers(Supplier<RegisteredHandlers> handlers, Supplier<Database> database) {
        this.handlers = handlers;
        this.database = database;
    }

    /**
     * Whom a job is for.
     *
     * @param number in the database
     * @param inline whether who enqueues a job does it
     */
    record JobHandler(
            int number,
            String laneGroup,
            ResourceResolver resource,
            @Nullable Uniqueness unique,
            boolean inline) {}

    JobHandler find(String id) {
        for (var entry : handlers.get().byNumber().entrySet()) {
            var definition = entry.getValue();
            if (definition.id().equals(id) && definition.source() instanceof JobSource source) {
                return new JobHandler(
                        entry.getKey(),
                        definition.lanes().group(),
                        definition.lanes().resource(),
                        definition.unique(),
                        source.inline());
            }
        }
        return elsewhere(id);
    }

    private JobHandler elsewhere(String id) {
        var known = new OutboxStore(database.get())
                .subscriptions().stream()
                        .filter(s -> s.kind() == Kind.DOES_JOBS)
                        .toList();
        return known.stream()
                .filter(s -> s.handler().equals(id))
                .findFirst()
                .map(JobHandlers::handler)
                .orElseThrow(() -> unknown(id, known));
    }

    private static JobHandler handler(Subscription s) {
        var unique = s.unique();
        return new JobHandler(
                s.handlerId(),
                s.laneGroup(),
                resolver(s.handler(), s.resource()),
                unique == null ? null : RemoteResource.unique(s.handler(), unique),
                false);
    }

    private static ResourceResolver resolver(String handler, @Nullable String expression) {
        return expression == null
                ? event -> null
                : event -> RemoteResource.of(handler, expression).resourceOf(event);
    }

    private static NoJobHandlerException unknown(String id, List<Subscription> known) {
        var names = known.stream().map(Subscription::handler).sorted().collect(Collectors.joining("', '", "'", "'"));
        return new NoJobHandlerException("The job was not enqueued: no node has ever had a handler of jobs '" + id
                + "'; " + (known.isEmpty() ? "there is none" : "there are " + names)
                + ". Annotate a method of a bean with @LaneJob(id = \"" + id + "\")");
    }
}
