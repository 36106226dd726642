package dev.lanekeeper.handler;

import dev.lanekeeper.api.ResourceResolver;

/** Reads the resource of a job whose handler this node does not have, by what the handler's nodes have written down. */
public final class RemoteResource {

    /** Stands for an expression where code resolves the resource. */
    static final String IN_CODE = "bean:";

    private RemoteResource() {}

    /** @throws IllegalArgumentException when only code of the handler's own nodes can tell the resource */
    public static ResourceResolver of(String handler, String expression) {
        return ResourceExpression.parse(expression, name -> {
            throw new IllegalArgumentException("The resource, or the unique key, of '" + handler
                    + "' is found by code that this node does not have; say it with JobOptions.withResource, or"
                    + " withUniqueKey");
        });
    }
}
