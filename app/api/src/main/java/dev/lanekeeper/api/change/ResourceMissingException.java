package dev.lanekeeper.api.change;

/**
 * A callback asked for its resource, which is gone. By default that is a failed attempt; with
 * {@code lanekeeper.outbox.fail-on-missing-resource=false} the item is skipped.
 */
public final class ResourceMissingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ResourceMissingException(String resourceClass, String resourceId) {
        super("could not find model for outbox record: " + resourceClass + " " + resourceId);
    }
}
