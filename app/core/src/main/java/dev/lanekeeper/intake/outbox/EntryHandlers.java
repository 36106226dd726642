package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.handler.RemoteResource;
import dev.lanekeeper.handler.ResourceKey;
import dev.lanekeeper.work.DuplicateListener;
import dev.lanekeeper.work.EntryDocument;
import dev.lanekeeper.work.EntryItem;
import dev.lanekeeper.work.EntryStorer;
import dev.lanekeeper.work.JobDocument;
import dev.lanekeeper.work.OutboxRow;
import dev.lanekeeper.work.SealedEntries;
import dev.lanekeeper.work.StoredJob;
import dev.lanekeeper.work.Subscription;
import dev.lanekeeper.work.Subscription.Kind;
import dev.lanekeeper.work.UniqueClaim;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes an item of an entry for each handler that may take it, or one that says that nobody does. */
final class EntryHandlers implements EntryStorer.Expansion {

    private final Leftovers leftovers;
    private final DuplicateListener listener;
    private final SealedEntries sealing;

    /** @param sealing of entries that somebody has written in plain text */
    EntryHandlers(Leftovers leftovers, DuplicateListener listener, SealedEntries sealing) {
        this.leftovers = leftovers;
        this.listener = listener;
        this.sealing = sealing;
    }

    /**
     * The handler of entries that nobody takes.
     *
     * @param handlerId its number in the database
     */
    record Leftovers(int handlerId, String laneGroup) {}

    @Override
    public List<EntryItem> items(List<OutboxRow> entries, List<Subscription> subscriptions) {
        var items = new ArrayList<EntryItem>(entries.size());
        entries.forEach(entry -> items.addAll(items(entry, matching(entry, subscriptions))));
        return items;
    }

    @Override
    public void decided(UniqueClaim claim, StoredJob result) {
        listener.met(claim, result);
    }

    private static List<Subscription> matching(OutboxRow entry, List<Subscription> subscriptions) {
        return subscriptions.stream()
                .filter(s -> s.matches(entry.context(), entry.event(), entry.topic()))
                .toList();
    }

    private List<EntryItem> items(OutboxRow written, List<Subscription> takers) {
        var entry = sealing.seal(written);
        if (entry.context().equals(JobDocument.CONTEXT) && !takers.isEmpty()) {
            return List.of(JobItem.of(entry, takers.get(0)));
        }
        var content = Content.of(entry, asked(takers));
        if (takers.isEmpty()) {
            return List.of(
                    content.item(leftovers.handlerId(), leftovers.laneGroup(), ResourceKey.of(entry.causalityKey())));
        }
        return takers.stream()
                .map(s -> unique(
                        content.item(
                                s.handlerId(),
                                s.laneGroup(),
                                s.ordered() ? ResourceKey.of(entry.causalityKey()) : null),
                        written,
                        s))
                .toList();
    }

    /** The key is read from the entry as it was written, once and for all; what cannot be read makes the item fail, without a lock. */
    private static EntryItem unique(EntryItem item, OutboxRow written, Subscription handler) {
        var rule = handler.unique();
        if (rule == null || item.intakeError() != null) {
            return item;
        }
        var key = written.causalityKey();
        var event = new RawEvent(
                null,
                -1,
                -1,
                written.createdAt(),
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                written.arguments().getBytes(StandardCharsets.UTF_8),
                item.headers());
        try {
            return item.with(RemoteResource.unique(handler.handler(), rule).claim(event, null));
        } catch (Exception e) {
            return item.withIntakeError("unique key: " + e);
        }
    }

    private static List<String> asked(List<Subscription> takers) {
        return takers.stream().allMatch(s -> s.kind() == Kind.IS_ASKED)
                ? takers.stream().map(Subscription::handler).toList()
                : List.of();
    }

    /** What all items of an entry have in common; what cannot be read makes them fail, and holds up nothing else. */
    private record Content(
            OutboxRow entry,
            byte[] document,
            List<RawHeader> headers,
            @Nullable String problem) {

        static Content of(OutboxRow entry, List<String> asked) {
            var document = EntryDocument.write(entry, asked);
            try {
                return new Content(entry, document, EntryHeaders.read(entry.headers()), null);
            } catch (RuntimeException e) {
                return new Content(entry, document, List.of(), "headers: " + e);
            }
        }

        EntryItem item(int handlerId, String laneGroup, @Nullable String resource) {
            return new EntryItem(handlerId, laneGroup, resource, entry, document, headers, problem);
        }
    }
}
