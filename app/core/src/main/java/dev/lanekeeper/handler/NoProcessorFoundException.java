package dev.lanekeeper.handler;

import dev.lanekeeper.api.outbox.OutboxEntry;

/** Nobody takes an outbox entry. */
public final class NoProcessorFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NoProcessorFoundException(OutboxEntry entry) {
        super("no processor was found for record with ID: " + entry.id() + ", context: " + entry.context());
    }
}
