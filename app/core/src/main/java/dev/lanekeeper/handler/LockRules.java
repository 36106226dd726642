package dev.lanekeeper.handler;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.RunConflictStrategy;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.work.LockNeed;
import dev.lanekeeper.work.RunKey;
import dev.lanekeeper.work.WaitingItem;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The locks that a handler's items need while it runs; empty for most handlers, which then pay nothing for all this.
 *
 * @param rules in the order in which they were written
 */
public record LockRules(List<LockRule> rules) {

    /** Of a handler that needs no locks. */
    public static final LockRules NONE = new LockRules(List.of());

    /** Finds the key of an item; {@code null} when it needs no lock of that name. */
    @FunctionalInterface
    public interface Key {

        @Nullable
        String of(WaitingItem item) throws Exception;

        /** Whether it is made of what is encrypted of an entry; otherwise of what everybody may read. */
        default boolean readsContent() {
            return true;
        }

        /** The same, of which it is known that it reads no content. */
        default Key withoutContent() {
            return new WithoutContent(this);
        }
    }

    private record WithoutContent(Key key) implements Key {

        @Override
        public @Nullable String of(WaitingItem item) throws Exception {
            return key.of(item);
        }

        @Override
        public boolean readsContent() {
            return false;
        }
    }

    /**
     * Keeps the keys of locks from those who may not read them.
     *
     * @param always whether also those are hidden that are not made of content
     * @param pseudonym what stands for a key, the same for equal ones
     */
    public record Hiding(boolean always, UnaryOperator<String> pseudonym) {

        private String hide(Key key, WaitingItem item, String found) {
            var sealed = item.keyId() != null && (item.event().topic() != null || key.readsContent());
            return always || sealed ? pseudonym.apply(found) : found;
        }
    }

    /**
     * One lock.
     *
     * @param prefix of its name; the key follows
     * @param key {@code null} where all items need the same lock
     * @param most how many may have it at once, or start in one period
     * @param per the period of a rate; {@code null} for none
     * @param refusal what becomes of an item that is not given it; {@code null} to wait as long as it takes
     * @param strategy says that for each item, in place of the refusal's conflict; {@code null} for none
     */
    public record LockRule(
            String prefix,
            @Nullable Key key,
            int most,
            @Nullable Duration per,
            @Nullable Refusal refusal,
            @Nullable RunConflictStrategy strategy) {

        /** One whose items all fare the same. */
        public LockRule(String prefix, @Nullable Key key, int most, @Nullable Duration per, @Nullable Refusal refusal) {
            this(prefix, key, most, per, refusal, null);
        }

        private LockRule chosenFor(WaitingItem item) throws Exception {
            if (strategy == null || refusal == null) {
                return this;
            }
            var chosen = strategy.onRunConflict(item.event());
            if (chosen == null || chosen == RunConflict.CONFIGURED) {
                throw new IllegalArgumentException("the strategy of the lock " + prefix + " chose " + chosen
                        + " for item " + item.itemId() + "; let it choose another");
            }
            return new LockRule(prefix, key, most, per, chosen == RunConflict.WAIT ? null : refusal.with(chosen), null);
        }

        private @Nullable Duration patience() {
            return refusal == null ? null : refusal.patience();
        }

        private @Nullable LockNeed need(WaitingItem item, Hiding hiding) throws Exception {
            var name = prefix;
            if (key != null) {
                var found = key.of(item);
                if (found == null) {
                    return null;
                }
                name = prefix + ":" + hiding.hide(key, item, found);
            }
            return new LockNeed(name, most, per, patience());
        }
    }

    /**
     * What becomes of an item that is not given its lock.
     *
     * @param patience how long it waits before
     * @param rescheduleIn after what time it comes again, for {@link RunConflict#RESCHEDULE}
     * @param mostHops how often it does so before it is rejected
     */
    public record Refusal(RunConflict conflict, Duration patience, Duration rescheduleIn, int mostHops) {

        private Refusal with(RunConflict chosen) {
            return new Refusal(chosen, patience, rescheduleIn, mostHops);
        }
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** Whether a key is made of what is encrypted of an entry. */
    public boolean readContent() {
        return rules.stream().map(LockRule::key).anyMatch(key -> key != null && key.readsContent());
    }

    /**
     * What an item needs, by the rule that says so.
     *
     * @param item in plain text
     * @throws Exception whatever a key resolver throws
     */
    public Map<LockNeed, LockRule> needs(WaitingItem item, Hiding hiding) throws Exception {
        var needs = new LinkedHashMap<LockNeed, LockRule>();
        for (var rule : rules) {
            var need = rule.need(item, hiding);
            if (need != null && needs.keySet().stream().noneMatch(n -> n.name().equals(need.name()))) {
                needs.put(need, rule);
            }
        }
        return needs;
    }

    /**
     * The same needs, with what the application's strategies say becomes of the item if they are not met.
     *
     * @throws Exception whatever a strategy throws
     */
    public static Map<LockNeed, LockRule> chosen(Map<LockNeed, LockRule> needs, WaitingItem item) throws Exception {
        if (needs.values().stream().allMatch(rule -> rule.strategy() == null)) {
            return needs;
        }
        var chosen = new LinkedHashMap<LockNeed, LockRule>();
        for (var entry : needs.entrySet()) {
            var need = entry.getKey();
            var rule = entry.getValue().chosenFor(item);
            chosen.put(new LockNeed(need.name(), need.most(), need.per(), rule.patience()), rule);
        }
        return chosen;
    }

    /** What was computed when the job was enqueued counts before what the payload says now. */
    static Key stored(ResourceResolver resolver) {
        return item -> {
            RawEvent event = item.event();
            var stored = RunKey.read(event);
            return stored == null ? resolver.resourceOf(event) : stored;
        };
    }
}
