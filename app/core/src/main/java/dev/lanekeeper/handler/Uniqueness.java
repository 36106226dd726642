package dev.lanekeeper.handler;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.ConflictStrategy;
import dev.lanekeeper.api.job.LockPolicy;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.UniqueClaim;
import dev.lanekeeper.work.UniqueRule;
import org.jspecify.annotations.Nullable;

/**
 * Which of a handler's items are the same.
 *
 * @param handler its id
 * @param rule where no bean says otherwise
 * @param key finds by what an item is the same as others
 * @param policy says in place of the rule which lock an item takes; {@code null} for none
 * @param strategy says in place of the rule what becomes of one too many; {@code null} for none
 */
public record Uniqueness(
        String handler,
        UniqueRule rule,
        ResourceResolver key,
        @Nullable LockPolicy policy,
        @Nullable ConflictStrategy strategy) {

    /**
     * What an item claims; computed once, before it is stored.
     *
     * @param said the key, in place of what the payload says; {@code null} for what that says
     * @return {@code null} for no lock
     * @throws Exception if its key cannot be read, or what the application's own beans throw
     */
    public @Nullable UniqueClaim claim(RawEvent event, @Nullable String said) throws Exception {
        var held = policy == null ? held(event, said) : held(policy.hold(event), said);
        if (held == null || strategy == null) {
            return held;
        }
        var chosen = held.rule().with(strategy.onConflict(event));
        check(chosen);
        return new UniqueClaim(chosen, handler, held.key());
    }

    private @Nullable UniqueClaim held(RawEvent event, @Nullable String said) throws Exception {
        var found = said == null ? key.resourceOf(event) : ResourceKey.of(said);
        return found == null ? null : new UniqueClaim(rule, handler, found);
    }

    private @Nullable UniqueClaim held(LockPolicy.@Nullable Hold hold, @Nullable String said) {
        if (hold == null) {
            return null;
        }
        if (!hold.lock().isHeldFromEnqueueing() || hold.lock().isHeldInTheRun()) {
            throw new IllegalArgumentException(
                    "a policy decides what is stored, not what runs; " + hold.lock() + " is for @Unique alone");
        }
        var found = ResourceKey.of(said == null ? hold.key() : said);
        var held = new UniqueRule(
                hold.lock(),
                null,
                hold.ttl(),
                hold.limit(),
                rule.acrossHandlers(),
                rule.onConflict(),
                rule.delay(),
                rule.maxHops());
        check(held);
        return found == null ? null : new UniqueClaim(held, handler, found);
    }

    private static void check(UniqueRule chosen) {
        UniqueOptions.contradictions(chosen).stream().findFirst().ifPresent(c -> {
            throw new IllegalArgumentException(
                    "what the application's own beans say does not go together: " + c.what() + "; " + c.action());
        });
    }

    /** As other nodes have to know it. */
    UniqueRule remote() {
        return policy == null && strategy == null
                ? rule
                : new UniqueRule(
                        rule.lock(),
                        RemoteResource.BY_POLICY,
                        rule.ttl(),
                        rule.limit(),
                        rule.acrossHandlers(),
                        rule.onConflict(),
                        rule.delay(),
                        rule.maxHops());
    }

    /** Whether others may be stored as soon as its handler is called. */
    public boolean mayEndWhenCalled() {
        return policy != null || rule.lock() == Lock.UNTIL_EXECUTING || rule.lock() == Lock.UNTIL_AND_WHILE_EXECUTING;
    }
}
