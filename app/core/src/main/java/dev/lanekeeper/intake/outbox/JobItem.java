package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.handler.RemoteResource;
import dev.lanekeeper.handler.ResourceKey;
import dev.lanekeeper.work.EntryItem;
import dev.lanekeeper.work.EntryItem.Job;
import dev.lanekeeper.work.JobDocument;
import dev.lanekeeper.work.JobDocument.Claim;
import dev.lanekeeper.work.OutboxRow;
import dev.lanekeeper.work.RunKey;
import dev.lanekeeper.work.Subscription;
import dev.lanekeeper.work.UniqueClaim;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the job of an entry that anybody may have written; what makes no sense becomes a failure of its handler. */
final class JobItem {

    private JobItem() {}

    static EntryItem of(OutboxRow entry, Subscription handler) {
        try {
            var document = JobDocument.read(entry.arguments());
            var claim = claim(entry, document, handler);
            var resource = document.resource() == null ? ResourceKey.of(entry.causalityKey()) : document.resource();
            return new EntryItem(
                    handler.handlerId(),
                    handler.laneGroup(),
                    resource,
                    entry,
                    document.payload(),
                    RunKey.with(headers(entry, document), claim),
                    null,
                    new Job(label(document), document.dueAt(), document.priority(), document.recurring()),
                    UniqueClaim.atEnqueueing(claim));
        } catch (Exception e) {
            return new EntryItem(
                    handler.handlerId(),
                    handler.laneGroup(),
                    null,
                    entry,
                    entry.arguments().getBytes(StandardCharsets.UTF_8),
                    List.of(),
                    "the outbox entry makes no job: " + e,
                    new Job(null, null, 0),
                    null);
        }
    }

    /** What recurs belongs to no trace. */
    private static List<RawHeader> headers(OutboxRow entry, JobDocument document) {
        return document.recurring() == null ? EntryHeaders.read(entry.headers()) : List.of();
    }

    /** Jobs of one that recurs are told by its name, unless there is a better word. */
    private static @Nullable String label(JobDocument document) {
        return document.label() == null && document.recurring() != null
                ? document.recurring().name()
                : document.label();
    }

    private static @Nullable UniqueClaim claim(OutboxRow entry, JobDocument document, Subscription handler)
            throws Exception {
        var said = document.claim();
        if (Claim.NONE.equals(said)) {
            return null;
        }
        var key = said == null ? null : said.key();
        return said != null && said.rule() != null && key != null
                ? new UniqueClaim(said.rule(), handler.handler(), key)
                : claim(entry, document, handler, key);
    }

    /** What {@link dev.lanekeeper.api.job.Jobs} would have claimed for it, as far as the handler's nodes have written that down. */
    private static @Nullable UniqueClaim claim(
            OutboxRow entry, JobDocument document, Subscription handler, @Nullable String key) throws Exception {
        var rule = handler.unique();
        if (rule == null && key != null) {
            throw new IllegalArgumentException(
                    "it has a unique key, but its handler is not unique; annotate the handler with @Unique");
        }
        var event = new RawEvent(null, -1, -1, entry.createdAt(), null, document.payload(), List.of());
        return rule == null
                ? null
                : RemoteResource.unique(handler.handler(), rule).claim(event, key);
    }
}
