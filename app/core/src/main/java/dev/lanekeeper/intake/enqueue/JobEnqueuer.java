package dev.lanekeeper.intake.enqueue;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.BeforeEnqueue;
import dev.lanekeeper.api.job.DuplicateJobException;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.handler.ResourceKey;
import dev.lanekeeper.intake.enqueue.JobHandlers.JobHandler;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.EntryItem.Recurring;
import dev.lanekeeper.work.JobDocument;
import dev.lanekeeper.work.JobRequest;
import dev.lanekeeper.work.JobRequest.Wish;
import dev.lanekeeper.work.JobStorer;
import dev.lanekeeper.work.NewJob;
import dev.lanekeeper.work.NewRecurring;
import dev.lanekeeper.work.Recurrence;
import dev.lanekeeper.work.RunKey;
import dev.lanekeeper.work.StoredJob;
import dev.lanekeeper.work.UniqueClaim;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.SenderContext;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stores jobs at once in transactions of its own; inside one of the application's, it writes an outbox entry that becomes the job
 * after the commit.
 */
public final class JobEnqueuer implements Jobs {

    private static final Logger log = LoggerFactory.getLogger(JobEnqueuer.class);

    private final Corridor corridor;
    private final JobHandlers handlers;
    private final EnqueueHooks hooks;
    private final Outbox outbox;
    private final JsonMapper mapper;
    private final ObservationRegistry observations;

    /** What is made only when the first job is enqueued. */
    public record Corridor(
            Supplier<Database> database,
            Supplier<RegisteredHandlers> handlers,
            Supplier<JobStorer> storer,
            Supplier<Clock> clock,
            Supplier<List<BeforeEnqueue>> hooks,
            JobTimer timer,
            boolean takesUniqueLocks) {}

    /** @param observations each job that is stored at once is one, {@code lanekeeper.job.enqueue}; the job carries its span on */
    public JobEnqueuer(Corridor corridor, Outbox outbox, JsonMapper mapper, ObservationRegistry observations) {
        this.corridor = corridor;
        this.handlers = new JobHandlers(corridor.handlers(), corridor.database());
        this.hooks = new EnqueueHooks(corridor.hooks());
        this.outbox = outbox;
        this.mapper = mapper;
        this.observations = observations;
    }

    @Override
    public Enqueued enqueue(String id, @Nullable Object payload, JobOptions options) {
        var json = payload == null ? null : mapper.writeValueAsBytes(payload);
        return hooks.ask(id, json, options, left -> enqueue(id, json, left), stopped -> stopped);
    }

    private Enqueued enqueue(String id, byte @Nullable [] json, JobOptions options) {
        var job = job(id, handlers.find(id), json, options);
        var dueAt = dueAt(options, job.now());
        var database = corridor.database().get();
        return database.isInTransaction()
                ? submit(job, dueAt)
                : database.outsideEndedTransaction(() -> observe(job, dueAt, null));
    }

    /**
     * Stores a job for somebody who may ask for it again; in no transaction.
     *
     * @param json as it was sent
     * @param wish what is wanted of a handler with this number
     */
    Requested enqueue(String id, byte @Nullable [] json, JobOptions options, IntFunction<Wish> wish) {
        var handler = handlers.find(id);
        var request = new JobRequest(corridor.database().get(), corridor.clock().get(), wish.apply(handler.number()));
        return request.before()
                .map(before -> new Requested(answer(id, before.raised(), before.answer()), true))
                .orElseGet(() -> hooks.ask(
                        id,
                        json,
                        options,
                        left -> request(job(id, handler, json, left), left, request),
                        stopped -> new Requested(stopped, false)));
    }

    private Requested request(Job job, JobOptions options, JobRequest request) {
        if (job.raises()) {
            request.raise();
        }
        var enqueued = observe(job, dueAt(options, job.now()), request);
        return new Requested(enqueued, request.isRepeated());
    }

    /** What became of it, now or when it was asked for first. */
    record Requested(Enqueued enqueued, boolean repeated) {}

    private Job job(String id, JobHandler handler, byte @Nullable [] json, JobOptions options) {
        var now = corridor.clock().get().instant();
        var event = new RawEvent(null, -1, -1, now, null, json, List.of());
        var resource = key(id, "resource", options.resource(), handler.resource(), event);
        return new Job(
                id,
                handler,
                handler.inline() && !TransactionSynchronizationManager.isActualTransactionActive(),
                json,
                resource,
                claim(id, handler, options, event),
                label(options),
                options.priority(),
                recurring(id, options),
                now);
    }

    /** Jobs of one that recurs are told by its name, unless there is a better word. */
    private static @Nullable String label(JobOptions options) {
        return options.label() == null && options.recurring() != null
                ? options.recurring().name()
                : options.label();
    }

    private static @Nullable Recurring recurring(String id, JobOptions options) {
        var said = options.recurring();
        try {
            return said == null
                    ? null
                    : new Recurring(
                            said.name(), Recurrence.of(said.cron(), said.zone().getId()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The job for '" + id + "' was not enqueued: its cron expression is '" + said.cron() + "'. "
                            + e.getMessage(),
                    e);
        }
    }

    /** @param here whether the calling thread does it; not where effects of the handler could join a transaction, or be lost with it */
    private record Job(
            String id,
            JobHandler handler,
            boolean here,
            byte @Nullable [] payload,
            @Nullable String resource,
            @Nullable UniqueClaim claim,
            @Nullable String label,
            int priority,
            @Nullable Recurring recurring,
            Instant now) {

        /** Whether it is an error if another has its lock. */
        boolean raises() {
            return claim != null && claim.rule().onConflict() == Conflict.RAISE;
        }

        NewJob with(List<RawHeader> headers) {
            return new NewJob(
                    handler.number(),
                    handler.laneGroup(),
                    resource,
                    payload,
                    RunKey.with(headers, claim),
                    label,
                    now,
                    null,
                    null,
                    null,
                    UniqueClaim.atEnqueueing(claim),
                    null,
                    priority);
        }
    }

    private static @Nullable String key(
            String id, String what, @Nullable String said, ResourceResolver resolver, RawEvent event) {
        if (said != null) {
            return ResourceKey.of(said);
        }
        try {
            return resolver.resourceOf(event);
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    "The job for '" + id + "' was not enqueued: its " + what + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Without a key there is no lock. */
    private @Nullable UniqueClaim claim(String id, JobHandler handler, JobOptions options, RawEvent event) {
        if (!corridor.takesUniqueLocks()) {
            return null;
        }
        var unique = handler.unique();
        if (unique == null && options.uniqueKey() != null) {
            throw new IllegalArgumentException("The job for '" + id + "' was not enqueued: it has a unique key, but its"
                    + " handler is not unique; annotate the handler with @Unique");
        }
        try {
            return unique == null ? null : unique.claim(event, options.uniqueKey());
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    "The job for '" + id + "' was not enqueued: its unique key cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable Instant dueAt(JobOptions options, Instant now) {
        var at = options.after() == null ? options.at() : now.plus(options.after());
        return at == null || !at.isAfter(now) ? null : asStored(at);
    }

    /** Never earlier, and no finer than the database keeps it. */
    private static Instant asStored(Instant at) {
        var kept = at.truncatedTo(ChronoUnit.MICROS);
        return kept.equals(at) ? at : kept.plus(1, ChronoUnit.MICROS);
    }

    private Enqueued submit(Job job, @Nullable Instant dueAt) {
        var document = new JobDocument(
                job.payload(), job.resource(), job.label(), dueAt, job.priority(), job.recurring(), claim(job));
        return new Enqueued.Submitted(outbox.publish(OutboxMessage.of(JobDocument.CONTEXT, job.id())
                .withArguments(document.arguments())
                .withCausalityKey(job.resource())));
    }

    private static JobDocument.Claim claim(Job job) {
        return job.claim() == null
                ? JobDocument.Claim.NONE
                : new JobDocument.Claim(job.claim().rule(), job.claim().key());
    }

    /** Its span writes the trace context into the headers when it starts. */
    private Enqueued observe(Job job, @Nullable Instant dueAt, @Nullable JobRequest request) {
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
                .observe(() -> store(job, job.with(headers), dueAt, request));
    }

    private Enqueued store(Job job, NewJob stored, @Nullable Instant dueAt, @Nullable JobRequest request) {
        var result = store(corridor.storer().get(), job, stored, dueAt, request);
        var due = dueAt(result);
        if (due != null) {
            corridor.timer().expect(due);
        }
        return answer(job.id(), job.raises(), result);
    }

    /** What recurs belongs to no trace. */
    private static StoredJob store(
            JobStorer storer, Job job, NewJob stored, @Nullable Instant dueAt, @Nullable JobRequest request) {
        var recurring = job.recurring();
        if (recurring != null) {
            return storer.recur(new NewRecurring(recurring.name(), recurring.when(), job.with(List.of())), request);
        }
        return job.here() ? storer.storeAndDo(stored, dueAt, request) : storer.store(stored, dueAt, request);
    }

    private static @Nullable Instant dueAt(StoredJob stored) {
        if (stored instanceof StoredJob.Recurs recurs) {
            return recurs.nextAt();
        }
        if (stored instanceof StoredJob.Stored kept) {
            return kept.dueAt();
        }
        if (stored instanceof StoredJob.Replaced kept) {
            return kept.dueAt();
        }
        return stored instanceof StoredJob.PutOff later ? later.dueAt() : null;
    }

    private static Enqueued answer(String id, boolean raises, StoredJob stored) {
        if (stored instanceof StoredJob.Stored kept) {
            return kept.dueAt() == null
                    ? new Enqueued.Accepted(kept.id())
                    : new Enqueued.Scheduled(kept.id(), kept.dueAt());
        }
        if (stored instanceof StoredJob.Recurs recurs) {
            return new Enqueued.Recurring(recurs.id(), recurs.name(), recurs.nextAt());
        }
        if (stored instanceof StoredJob.Replaced kept) {
            return new Enqueued.Replaced(kept.id(), kept.replaced());
        }
        if (stored instanceof StoredJob.Rejected kept) {
            return new Enqueued.Rejected(kept.id(), kept.of());
        }
        if (stored instanceof StoredJob.Updated updated) {
            return new Enqueued.Updated(updated.of());
        }
        if (stored instanceof StoredJob.PutOff later) {
            return new Enqueued.PutOff(later.id(), later.dueAt(), later.behind());
        }
        return duplicate(
                id, raises, stored instanceof StoredJob.GaveUp lost ? lost.of() : ((StoredJob.Duplicate) stored).of());
    }

    private static Enqueued duplicate(String id, boolean raises, long of) {
        log.atInfo()
                .addKeyValue("handler", id)
                .addKeyValue("duplicateOf", of)
                .log("A job was not enqueued: another has its lock");
        if (raises) {
            throw new DuplicateJobException(id, of);
        }
        return new Enqueued.Duplicate(of);
    }
}
