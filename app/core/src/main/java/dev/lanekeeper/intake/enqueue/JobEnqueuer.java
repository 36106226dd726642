package dev.lanekeeper.intake.enqueue;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.handler.ResourceKey;
import dev.lanekeeper.intake.enqueue.JobHandlers.JobHandler;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.JobDocument;
import dev.lanekeeper.work.JobStorer;
import dev.lanekeeper.work.NewJob;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.SenderContext;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stores jobs at once in transactions of its own; inside one of the application's, it writes an outbox entry that becomes the job
 * after the commit.
 */
public final class JobEnqueuer implements Jobs {

    private final Corridor corridor;
    private final JobHandlers handlers;
    private final Outbox outbox;
    private final JsonMapper mapper;
    private final ObservationRegistry observations;

    /** What is made only when the first job is enqueued. */
    public record Corridor(
            Supplier<Database> database,
            Supplier<RegisteredHandlers> handlers,
            Supplier<JobStorer> storer,
            Supplier<Clock> clock,
            JobTimer timer) {}

    /** @param observations each job that is stored at once is one, {@code lanekeeper.job.enqueue}; the job carries its span on */
    public JobEnqueuer(Corridor corridor, Outbox outbox, JsonMapper mapper, ObservationRegistry observations) {
        this.corridor = corridor;
        this.handlers = new JobHandlers(corridor.handlers(), corridor.database());
        this.outbox = outbox;
        this.mapper = mapper;
        this.observations = observations;
    }

    @Override
    public Enqueued enqueue(String id, @Nullable Object payload, JobOptions options) {
        var handler = handlers.find(id);
        var json = payload == null ? null : mapper.writeValueAsBytes(payload);
        var now = corridor.clock().get().instant();
        var job = new Job(id, handler, json, resource(id, handler, json, options, now), options.label(), now);
        var dueAt = dueAt(options, now);
        return corridor.database().get().isInTransaction() ? submit(job, dueAt) : observe(job, dueAt);
    }

    private record Job(
            String id,
            JobHandler handler,
            byte @Nullable [] payload,
            @Nullable String resource,
            @Nullable String label,
            Instant now) {

        NewJob with(List<RawHeader> headers) {
            return new NewJob(
                    handler.number(),
                    handler.laneGroup(),
                    resource,
                    payload,
                    List.copyOf(headers),
                    label,
                    now,
                    null,
                    null,
                    null);
        }
    }

    private static @Nullable String resource(
            String id, JobHandler handler, byte @Nullable [] payload, JobOptions options, Instant now) {
        if (options.resource() != null) {
            return ResourceKey.of(options.resource());
        }
        try {
            return handler.resource().resourceOf(new RawEvent(null, -1, -1, now, null, payload, List.of()));
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    "The job for '" + id + "' was not enqueued: its resource cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable Instant dueAt(JobOptions options, Instant now) {
        var at = options.after() == null ? options.at() : now.plus(options.after());
        return at == null || !at.isAfter(now) ? null : at;
    }

    private Enqueued submit(Job job, @Nullable Instant dueAt) {
        var document = new JobDocument(job.payload(), job.resource(), job.label(), dueAt);
        return new Enqueued.Submitted(outbox.publish(OutboxMessage.of(JobDocument.CONTEXT, job.id())
                .withArguments(document.arguments())
                .withCausalityKey(job.resource())));
    }

    /** Its span writes the trace context into the headers when it starts. */
    private Enqueued observe(Job job, @Nullable Instant dueAt) {
        var headers = new ArrayList<RawHeader>();
        var context = new SenderContext<List<RawHeader>>((carrier, name, value) -> {
            if (carrier != null) {
                carrier.add(new RawHeader(name, value.getBytes(StandardCharsets.UTF_8)));
            }
        });
        context.setCarrier(headers);
        return Observation.createNotStarted("lanekeeper.job.enqueue", () -> context, observations)
                .contextualName(job.id() + " enqueue")
                .lowCardinalityKeyValue("handler", job.id())
                .observe(() -> store(job.with(headers), dueAt));
    }

    private Enqueued store(NewJob job, @Nullable Instant dueAt) {
        var storer = corridor.storer().get();
        if (dueAt == null) {
            return new Enqueued.Accepted(storer.store(job));
        }
        var jobId = storer.schedule(job, dueAt);
        corridor.timer().expect(dueAt);
        return new Enqueued.Scheduled(jobId, dueAt);
    }
}
