package dev.lanekeeper.handler;

import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.LockPolicy;
import dev.lanekeeper.work.UniqueRule;

/** Reads the resource of a job whose handler this node does not have, by what the handler's nodes have written down. */
public final class RemoteResource {

    /** Stands for an expression where code resolves the resource. */
    static final String IN_CODE = "bean:";

    private RemoteResource() {}

    /** Stands for the key of a lock that only a policy, or a strategy, of the handler's own nodes can tell. */
    static final String BY_POLICY = IN_CODE + "*";

    /** What an item claims whose handler this node does not have. */
    public static Uniqueness unique(String handler, UniqueRule rule) {
        var key = rule.key();
        var byPolicy = BY_POLICY.equals(key);
        return new Uniqueness(
                handler,
                rule,
                key == null || byPolicy
                        ? event -> null
                        : event -> of(handler, key).resourceOf(event),
                byPolicy ? event -> unknown(handler) : null,
                null);
    }

    private static LockPolicy.Hold unknown(String handler) {
        throw new IllegalArgumentException("the lock of '" + handler
                + "' is chosen by code that this node does not have; enqueue where the handler is");
    }

    /** @throws IllegalArgumentException when only code of the handler's own nodes can tell the resource */
    public static ResourceResolver of(String handler, String expression) {
        return ResourceExpression.parse(expression, name -> {
            throw new IllegalArgumentException("The resource, or the unique key, of '" + handler
                    + "' is found by code that this node does not have; say it with JobOptions.withResource, or"
                    + " withUniqueKey");
        });
    }
}
