package dev.lanekeeper.handler;

import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.ConflictStrategy;
import dev.lanekeeper.api.job.LockPolicy;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.Declaration.Door;
import dev.lanekeeper.work.UniqueRule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads which of a handler's items are the same, and what becomes of the second. */
final class UniqueOptions {

    private static final String LOCK = "uniqueLock";
    private static final String POLICY = "uniquePolicy";
    private static final String STRATEGY = "uniqueStrategy";
    private static final String ACROSS = "uniqueAcrossHandlers";
    private static final String CONFLICT = "uniqueOnConflict";
    private static final String DELAY = "uniqueDelay";
    private static final String HOPS = "uniqueMaxHops";

    /** What an item of the handler does not have if the policy says it. */
    private static final List<String> OF_THE_LOCK = List.of(LOCK, "uniqueKey", "uniqueTtl", "uniqueLimit");

    private static final List<String> WITHOUT_A_LOCK =
            List.of("uniqueKey", "uniqueTtl", "uniqueLimit", ACROSS, CONFLICT, STRATEGY, DELAY, HOPS);

    private static final Set<Conflict> OF_WHAT_IS_CALLED = EnumSet.of(Conflict.UPDATE, Conflict.DEBOUNCE);

    private final Beans beans;

    /** Gives the application's beans by their names. */
    interface Beans {

        <T> T bean(String name, Class<T> type);
    }

    UniqueOptions(Beans beans) {
        this.beans = beans;
    }

    /** What does not go together. */
    record Contradiction(String option, String what, String action) {}

    /** @return {@code null} when none of its items are the same */
    @Nullable
    Uniqueness read(Declaration declaration, Options options) {
        LockPolicy policy = bean(options, POLICY, LockPolicy.class);
        if (options.find(POLICY) == null && options.find(LOCK) == null) {
            WITHOUT_A_LOCK.stream()
                    .filter(options::isGiven)
                    .forEach(name ->
                            options.reject(name, "its items are not unique", "Give uniqueLock too, or remove it"));
            return null;
        }
        ConflictStrategy strategy = bean(options, STRATEGY, ConflictStrategy.class);
        checkBeans(options);
        UniqueRule rule = rule(options);
        if (options.find(STRATEGY) == null) {
            contradictions(rule).stream()
                    .filter(c -> options.find(POLICY) == null || c.option().equals(ACROSS))
                    .forEach(c -> options.reject(c.option(), c.what(), c.action()));
        }
        if (declaration.door() != Door.JOB) {
            checkEvents(declaration, options, rule);
        }
        if (rule.onConflict() == Conflict.UPDATE && options.flag("encrypt", false)) {
            options.reject(
                    CONFLICT,
                    "what is encrypted is bound to its item, so none can take the payload of another",
                    "Use REPLACE");
        }
        return new Uniqueness(declaration.id(), rule, key(options), policy, strategy);
    }

    private <T> @Nullable T bean(Options options, String option, Class<T> type) {
        return options.parse(option, name -> Optional.of(beans.bean(name, type)))
                .orElse(null);
    }

    private static void checkBeans(Options options) {
        if (options.find(POLICY) != null) {
            OF_THE_LOCK.stream()
                    .filter(name -> options.isGiven(name))
                    .forEach(name ->
                            options.reject(name, "the policy says that for each item", "Remove it, or the policy"));
        }
        if (options.find(STRATEGY) != null && options.isGiven(CONFLICT)) {
            options.reject(CONFLICT, "the strategy says that for each item", "Remove it, or the strategy");
        }
    }

    private static UniqueRule rule(Options options) {
        Conflict said = options.choice(CONFLICT, Conflict.class, Conflict.LOG);
        Conflict conflict = said == Conflict.CONFIGURED ? Conflict.LOG : said;
        Lock lock = options.choice(LOCK, Lock.class, Lock.UNTIL_EXECUTED);
        boolean reschedulesRuns = lock.isHeldInTheRun() && LockOptions.mayChoose(RunConflict.RESCHEDULE, options);
        boolean reschedules = conflict == Conflict.RESCHEDULE || reschedulesRuns;
        if (options.find(DELAY) != null && !reschedules && conflict != Conflict.DEBOUNCE) {
            reject(options, DELAY, "nothing is put off", "Remove it, or use RESCHEDULE or DEBOUNCE");
        }
        if (options.find(HOPS) != null && !reschedules) {
            reject(options, HOPS, "nothing is put off again and again", "Remove it, or use RESCHEDULE");
        }
        if (options.find(DELAY) == null && conflict == Conflict.DEBOUNCE) {
            options.reject(CONFLICT, "it has no delay", "Give a delay after the last of its kind, such as 10s");
        }
        return new UniqueRule(
                lock,
                options.text("uniqueKey"),
                options.durationOrNone("uniqueTtl"),
                options.number("uniqueLimit", 1, 1),
                options.flag(ACROSS, false),
                conflict,
                options.duration(DELAY, UniqueRule.USUAL_DELAY),
                options.number(HOPS, 1, UniqueRule.USUAL_HOPS));
    }

    /** A strategy that is a bean may choose any. */
    private static void reject(Options options, String name, String what, String action) {
        if (options.find(STRATEGY) == null) {
            options.reject(name, what, action);
        }
    }

    /** Which parts of a rule contradict each other. */
    static List<Contradiction> contradictions(UniqueRule rule) {
        var found = new ArrayList<Contradiction>();
        Conflict conflict = rule.onConflict();
        if (rule.lock() == Lock.UNTIL_EXPIRED && rule.ttl() == null) {
            found.add(new Contradiction(
                    LOCK, "a lock that is held until it expires has no time to live", "Give a ttl, such as 10m"));
        }
        if (rule.limit() < 1) {
            found.add(new Contradiction("uniqueLimit", "nobody may have the lock", "Give a limit from 1"));
        }
        if (!rule.lock().isHeldFromEnqueueing()) {
            return found;
        }
        if (conflict == Conflict.THROTTLE && rule.lock() != Lock.UNTIL_EXPIRED) {
            found.add(new Contradiction(
                    CONFLICT, "only what expires can be throttled", "Use the lock UNTIL_EXPIRED with a ttl"));
        }
        if (OF_WHAT_IS_CALLED.contains(conflict)
                && rule.lock() != Lock.UNTIL_EXECUTING
                && rule.lock() != Lock.UNTIL_AND_WHILE_EXECUTING) {
            found.add(new Contradiction(
                    CONFLICT,
                    conflict
                            + " needs a lock that ends when the handler is called, or what comes during the call is lost",
                    "Use the lock UNTIL_EXECUTING"));
        }
        if (OF_WHAT_IS_CALLED.contains(conflict) && rule.limit() > 1) {
            found.add(new Contradiction(
                    "uniqueLimit", conflict + " would not know which of several is meant", "Remove it"));
        }
        if (conflict == Conflict.UPDATE && rule.acrossHandlers()) {
            found.add(new Contradiction(
                    ACROSS, "UPDATE would give a job the payload of another handler", "Remove it, or use REPLACE"));
        }
        if (conflict == Conflict.CONFIGURED) {
            found.add(new Contradiction(CONFLICT, "a strategy chose CONFIGURED", "Choose another"));
        }
        return found;
    }

    /** Of records and entries nobody waits for an answer, and entries are moved by whatever node. */
    private static void checkEvents(Declaration declaration, Options options, UniqueRule rule) {
        if (rule.onConflict() == Conflict.RAISE && options.isGiven(CONFLICT)) {
            options.reject(CONFLICT, "there is nobody to whom RAISE could throw", "Use LOG or REJECT");
        }
        if (rule.key() == null && options.find(POLICY) == null) {
            options.reject(LOCK, "it has no key, and there is nobody else to say it", "Give a key");
        }
        if (declaration.door() != Door.OUTBOX) {
            return;
        }
        for (String name : List.of(POLICY, STRATEGY)) {
            if (options.find(name) != null) {
                options.reject(name, "entries are moved by whatever node, which may not have the bean", "Remove it");
            }
        }
        if (rule.key() != null && rule.key().startsWith("bean:")) {
            options.reject(
                    "uniqueKey",
                    "entries are moved by whatever node, which may not have the bean",
                    "Use a field of the arguments, a JSON pointer, @header(name) or @key");
        }
    }

    private ResourceResolver key(Options options) {
        return options.parse(
                        "uniqueKey",
                        text -> Optional.of(
                                ResourceExpression.parse(text, name -> beans.bean(name, ResourceResolver.class))))
                .orElse(event -> null);
    }
}
