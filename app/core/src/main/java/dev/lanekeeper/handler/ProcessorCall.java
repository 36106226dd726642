package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxProcessor;
import dev.lanekeeper.work.EntryDocument;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Asks a processor whether it applies before it is called. Where an entry was given to processors alone, the first of them
 * also asks the others, so that an entry to which none applies fails once and visibly.
 */
final class ProcessorCall extends AskedFirst {

    private final String id;
    private final OutboxProcessor processor;
    private final Map<String, OutboxProcessor> all;

    /** @param all those of this node by their ids; complete once all handlers are defined */
    ProcessorCall(String id, OutboxProcessor processor, HandlerCall call, Map<String, OutboxProcessor> all) {
        super(call);
        this.id = id;
        this.processor = processor;
        this.all = all;
    }

    @Override
    public Outcome call(EventContext context) throws Throwable {
        var document = Objects.requireNonNull(context.event().value());
        var entry = read(document);
        if (processor.applies(entry)) {
            return proceed(context);
        }
        if (isLeftToNobody(entry, EntryDocument.asked(document))) {
            throw new CannotHeal(new NoProcessorFoundException(entry));
        }
        return Outcome.skip();
    }

    private static OutboxEntry read(byte[] document) throws CannotHeal {
        try {
            return EntryDocument.read(document);
        } catch (RuntimeException | StackOverflowError e) {
            throw new CannotHeal(e);
        }
    }

    /** A processor that this node does not have may well apply. */
    private boolean isLeftToNobody(OutboxEntry entry, List<String> asked) {
        return !asked.isEmpty() && asked.get(0).equals(id) && asked.stream().noneMatch(other -> mayApply(other, entry));
    }

    private boolean mayApply(String other, OutboxEntry entry) {
        var asked = all.get(other);
        try {
            return asked == null || asked.applies(entry);
        } catch (Exception e) {
            return true; // its own item fails with this
        }
    }
}
