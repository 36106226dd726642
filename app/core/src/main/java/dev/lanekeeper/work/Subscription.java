package dev.lanekeeper.work;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which outbox entries become items of a handler, as the registry has it; the handler need not be known to this node.
 *
 * @param context {@code null} for every one
 * @param events {@code null} for every one
 * @param ordered whether entries of one causality key share a lane
 * @param resource of jobs: how the resource is found in the payload; {@code null} for none, and for what are no jobs
 * @param unique of jobs: which are the same; {@code null} for none
 * @param position where the handler's items stand among those of an entry; equal ones in the order of the handlers' numbers
 */
public record Subscription(
        int handlerId,
        String handler,
        String laneGroup,
        Kind kind,
        @Nullable String context,
        @Nullable List<String> events,
        boolean ordered,
        int position,
        @Nullable String resource,
        @Nullable UniqueRule unique) {

    /** Of a handler that takes entries. */
    public Subscription(
            int handlerId,
            String handler,
            String laneGroup,
            Kind kind,
            @Nullable String context,
            @Nullable List<String> events,
            boolean ordered,
            int position) {
        this(handlerId, handler, laneGroup, kind, context, events, ordered, position, null, null);
    }

    /** Of a handler that does jobs. */
    public static Subscription ofJobs(
            int handlerId, String handler, String laneGroup, @Nullable String resource, @Nullable UniqueRule unique) {
        return new Subscription(handlerId, handler, laneGroup, Kind.DOES_JOBS, null, null, true, 0, resource, unique);
    }

    /** How it is found out whether a handler takes an entry. */
    public enum Kind {
        /** By context and event. */
        TAKES(1),
        /** The handler itself says so, in the run. */
        IS_ASKED(2),
        /** If the entry has a destination topic. */
        RELAYS(3),
        /** If the entry is a job for this very handler; no other is given it. */
        DOES_JOBS(4);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Kind of(int code) {
            for (var kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of subscription has the code " + code);
        }
    }

    /** Whether an item is to be made of such an entry. */
    public boolean matches(String ofContext, String event, @Nullable String topic) {
        if (ofContext.equals(JobDocument.CONTEXT)) {
            return kind == Kind.DOES_JOBS && handler.equals(event);
        }
        return kind != Kind.DOES_JOBS
                && (kind != Kind.RELAYS || topic != null)
                && (context == null || context.equals(ofContext))
                && (events == null || events.contains(event));
    }
}
