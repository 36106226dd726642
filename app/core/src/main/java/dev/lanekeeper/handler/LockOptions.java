package dev.lanekeeper.handler;

import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.job.RunConflictStrategy;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.LockRules.Refusal;
import dev.lanekeeper.work.EntryDocument;
import dev.lanekeeper.work.LockNeed;
import dev.lanekeeper.work.WaitingItem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** Reads which locks a handler needs while it runs. */
final class LockOptions {

    /** What can be told by a lock that is held in the run alone. */
    static final Set<String> RUN_ONLY = Set.of("uniqueMaxWait", "uniqueOnRunConflict", "uniqueRunStrategy");

    private static final Pattern LOCK =
            Pattern.compile("(?<name>[\\p{L}\\p{N}_.-]+)(\\((?<key>.*)\\))?(\\*(?<most>\\d{1,6}))?(/(?<per>\\w+))?");
    private static final Set<String> OURS = Set.of("lane", "unique");
    private static final String UNIQUE = "unique:";
    private static final String STRATEGY = "uniqueRunStrategy";
    private static final int MOST_PER_PERIOD = 1_000;
    private static final String GRAMMAR =
            "Write name, name(key), name(key)*3 for three at once, or name(key)*10/1s for ten"
                    + " starts a second, with commas between several";

    private final String handler;
    private final boolean entries;
    private final UniqueOptions.Beans beans;

    /**
     * @param entries whether its items are entries of the outbox
     */
    LockOptions(String handler, boolean entries, UniqueOptions.Beans beans) {
        this.handler = handler;
        this.entries = entries;
        this.beans = beans;
    }

    LockRules read(Options options) {
        var rules = new ArrayList<LockRule>();
        var unique = unique(options);
        if (unique != null && options.takesUniqueLocks()) {
            rules.add(unique);
        }
        options.parse("locks", text -> Optional.of(parse(text))).ifPresent(rules::addAll);
        return rules.isEmpty() ? LockRules.NONE : new LockRules(List.copyOf(rules));
    }

    /** Whether it is that of {@code @Unique} while executing, and none that a handler names. */
    static boolean isOfUnique(LockRule rule) {
        return rule.prefix().startsWith(UNIQUE);
    }

    private @Nullable LockRule unique(Options options) {
        var lock = options.find("uniqueLock") == null
                ? null
                : options.choice("uniqueLock", Lock.class, Lock.UNTIL_EXECUTED);
        if (lock == null || !lock.isHeldInTheRun()) {
            RUN_ONLY.stream()
                    .filter(options::isGiven)
                    .sorted()
                    .forEach(name -> options.reject(
                            name, "no lock of its is held while it runs", "Remove it, or lock while executing"));
            return null;
        }
        checkEnqueueSide(lock, options);
        var across = options.flag("uniqueAcrossHandlers", false);
        ResourceResolver resolver =
                options.parse("uniqueKey", text -> Optional.of(resolver(text))).orElse(event -> null);
        var key = LockRules.stored(resolver);
        var written = options.text("uniqueKey");
        return new LockRule(
                UNIQUE + (across ? "" : LockNeed.part(handler)),
                written != null && written.startsWith("@") ? key.withoutContent() : key,
                options.number("uniqueLimit", 1, 1),
                null,
                refusal(options),
                strategy(options));
    }

    /** Of an entry its arguments and its causality key are read, as they are when it is stored. */
    private ResourceResolver resolver(String expression) {
        var resolver = ResourceExpression.parse(expression, name -> beans.bean(name, ResourceResolver.class));
        return entries ? event -> resolver.resourceOf(EntryDocument.written(event)) : resolver;
    }

    private static void checkEnqueueSide(Lock lock, Options options) {
        if (lock == Lock.WHILE_EXECUTING && options.durationOrNone("uniqueTtl") != null) {
            options.reject("uniqueTtl", "a lock that is held by a run alone is lost with it", "Remove it");
        }
        if (lock == Lock.WHILE_EXECUTING
                && options.isGiven("uniqueOnConflict")
                && options.choice("uniqueOnConflict", Conflict.class, Conflict.LOG) != Conflict.LOG) {
            options.reject(
                    "uniqueOnConflict",
                    "any number of its jobs may be enqueued",
                    "Say with onRunConflict what becomes of one that is not given its lock");
        }
    }

    /** As with its keys, an entry is seen as it was written. */
    private @Nullable RunConflictStrategy strategy(Options options) {
        if (options.find(STRATEGY) != null && options.isGiven("uniqueOnRunConflict")) {
            options.reject("uniqueOnRunConflict", "the strategy says that for each item", "Remove it, or the strategy");
        }
        RunConflictStrategy found = options.parse(
                        STRATEGY, name -> Optional.of(beans.bean(name, RunConflictStrategy.class)))
                .orElse(null);
        return found == null || !entries ? found : event -> found.onRunConflict(EntryDocument.written(event));
    }

    private static @Nullable Refusal refusal(Options options) {
        var conflict = runConflict(options);
        var wait = options.durationOrNone("uniqueMaxWait");
        var in = options.duration("uniqueDelay", Duration.ofSeconds(5));
        var hops = options.number("uniqueMaxHops", 1, 100);
        if (conflict == RunConflict.WAIT && options.find(STRATEGY) == null) {
            if (wait != null) {
                options.reject(
                        "uniqueMaxWait", "it waits for as long as it takes", "Say with onRunConflict what comes after");
            }
            return null;
        }
        return new Refusal(conflict, wait == null ? Duration.ZERO : wait, in, hops);
    }

    /** Whether this may become of an item of a handler whose lock is held in the run. */
    static boolean mayChoose(RunConflict conflict, Options options) {
        return options.find(STRATEGY) != null || runConflict(options) == conflict;
    }

    private static RunConflict runConflict(Options options) {
        var said = options.choice("uniqueOnRunConflict", RunConflict.class, RunConflict.WAIT);
        return said == RunConflict.CONFIGURED ? RunConflict.WAIT : said;
    }

    private List<LockRule> parse(String text) {
        return split(text).stream().map(this::rule).toList();
    }

    /** At commas, but for those between parentheses. */
    private static List<String> split(String text) {
        var parts = new ArrayList<String>();
        var depth = 0;
        var from = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                parts.add(text.substring(from, i).trim());
                from = i + 1;
            }
        }
        parts.add(text.substring(from).trim());
        return parts;
    }

    private LockRule rule(String text) {
        var found = LOCK.matcher(text);
        if (!found.matches() || OURS.contains(found.group("name"))) {
            throw new IllegalArgumentException(
                    GRAMMAR + "; the name is of letters, digits, _ . - and not lane or unique");
        }
        var most = found.group("most") == null ? 1 : Integer.parseInt(found.group("most"));
        var per = found.group("per") == null ? null : period(found.group("per"));
        if (most < 1 || (per != null && most > MOST_PER_PERIOD)) {
            throw new IllegalArgumentException("Let one or more have it at once, or 1 to " + MOST_PER_PERIOD
                    + " start in a period; for more give a shorter period");
        }
        return new LockRule(found.group("name"), key(found.group("key")), most, per, null);
    }

    private static Duration period(String text) {
        try {
            var per = DurationStyle.detectAndParse(text);
            if (per.compareTo(Duration.ZERO) > 0) {
                return per;
            }
        } catch (IllegalArgumentException e) {
            // told below, with all else that may be written
        }
        throw new IllegalArgumentException(GRAMMAR);
    }

    private LockRules.@Nullable Key key(@Nullable String expression) {
        if (expression == null) {
            return null;
        }
        if (expression.trim().equals("@resource")) {
            LockRules.Key resource = WaitingItem::resource;
            return resource.withoutContent();
        }
        var resolver = resolver(expression.trim());
        LockRules.Key key = item -> resolver.resourceOf(item.event());
        return expression.trim().startsWith("@") ? key.withoutContent() : key;
    }
}
