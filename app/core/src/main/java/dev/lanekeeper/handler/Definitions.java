package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventDetails;
import dev.lanekeeper.api.HandlerRegistration;
import dev.lanekeeper.api.IdentityResolver;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.RetryDecision;
import dev.lanekeeper.handler.Declaration.Door;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.Failures;
import dev.lanekeeper.handler.HandlerDefinition.Lanes;
import dev.lanekeeper.handler.HandlerDefinition.Limits;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.handler.HandlerDefinition.Source;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;

/** Makes definitions of declarations; what is wrong with one is added to the problems, and the others go on. */
final class Definitions {

    private static final Backoff BACKOFF_OF_RECORDS = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));

    /** 10, 20, 40 ... seconds, as outboxes elsewhere have it, and not for ever longer. */
    private static final Backoff BACKOFF_OF_ENTRIES = new Backoff(Duration.ofSeconds(10), Duration.ofHours(1));

    private static final Set<String> OUTBOX_ONLY = Set.of("context", "event", "ordered");
    private static final Set<String> JOB_ONLY = Set.of("cron", "zone", "inline");
    private static final Set<String> UNIQUE = Set.of(
            "uniqueLock",
            "uniqueKey",
            "uniqueTtl",
            "uniqueLimit",
            "uniqueAcrossHandlers",
            "uniqueOnConflict",
            "uniqueOnRunConflict",
            "uniqueMaxWait",
            "uniqueDelay",
            "uniqueMaxHops",
            "uniquePolicy",
            "uniqueStrategy",
            "uniqueRunStrategy");
    private static final Set<String> NO_OUTBOX = Set.of("resource");
    private static final Set<String> KAFKA_ONLY = Set.of(
            "topics",
            "topicPattern",
            "groupId",
            "concurrency",
            "autoStartup",
            "properties",
            "startFrom",
            "dedup",
            "encrypt",
            "maxWaiting");

    private static final HandlerRegistration.Hooks NO_HOOKS =
            new HandlerRegistration.Hooks(null, null, null, null, null, null);

    private final BeanFactory beans;
    private final HandlerCalls calls;
    private final Problems problems;

    Definitions(BeanFactory beans, HandlerCalls calls, Problems problems) {
        this.beans = beans;
        this.calls = calls;
        this.problems = problems;
    }

    HandlerDefinition define(Declaration declaration, Options options) {
        var hooks = declaration.target() instanceof Declaration.Function function
                ? function.registered().hooks()
                : NO_HOOKS;
        EventDetails details = hook("details", EventDetails.class, hooks.details(), declaration, options);
        RetryDecision decision =
                hook("retryDecision", RetryDecision.class, hooks.retryDecision(), declaration, options);
        String lane = options.text("lane");
        boolean kafka = declaration.door() == Door.KAFKA;
        String usualResource = kafka ? "@key" : "@none";
        return new HandlerDefinition(
                declaration.id(),
                new Lanes(
                        lane == null ? declaration.id() : lane,
                        declaration.door() == Door.OUTBOX
                                ? event -> null
                                : resource(hooks.resource(), usualResource, options)),
                source(declaration, hooks.resource(), options),
                kafka ? identity(hooks.identity(), options) : null,
                failures(options, decision, kafka ? BACKOFF_OF_RECORDS : BACKOFF_OF_ENTRIES),
                limits(options),
                calls.of(declaration, details, options.flag("exactlyOnce", true)),
                kafka && encrypt(options),
                takesLocks(declaration) ? unique(declaration, options) : null,
                new LockOptions(declaration.id(), declaration.door() == Door.OUTBOX, this::bean).read(options));
    }

    /** What is wrong with it is told even where it does not count. */
    private @Nullable Uniqueness unique(Declaration declaration, Options options) {
        var unique = new UniqueOptions(this::bean).read(declaration, options);
        return options.takesUniqueLocks() ? unique : null;
    }

    /** Lanekeeper's own handlers, callbacks and those that are asked in the run take none. */
    private static boolean takesLocks(Declaration declaration) {
        return declaration.target() instanceof Declaration.BeanMethod
                || declaration.target() instanceof Declaration.Function;
    }

    private static boolean encrypt(Options options) {
        return options.flag("encrypt", false);
    }

    private Source source(Declaration declaration, @Nullable ResourceResolver resource, Options options) {
        if (declaration.door() != Door.OUTBOX) {
            options.rejectOverrides(OUTBOX_ONLY, "Remove it; it is for handlers of outbox entries");
        }
        if (declaration.door() != Door.JOB) {
            options.rejectOverrides(JOB_ONLY, "Remove it; it is for handlers of jobs");
        }
        if (declaration.door() != Door.KAFKA) {
            options.rejectOverrides(KAFKA_ONLY, "Remove it; it is for handlers of Kafka records");
        }
        if (!takesLocks(declaration)) {
            options.rejectOverrides(
                    UNIQUE, "Remove it; it is for handlers of jobs, records and single kinds of entries");
        }
        return switch (declaration.door()) {
            case KAFKA -> new KafkaSources(problems).of(declaration, options);
            case OUTBOX -> {
                options.rejectOverrides(NO_OUTBOX, "Remove it; the causality key of the entry is its resource");
                yield OutboxSources.of(declaration, options);
            }
            case JOB -> JobSources.of(resource != null, options);
        };
    }

    /** Reads every default once, so that a bad one is told even if each handler says otherwise. */
    void checkDefaults(Options defaults) {
        KafkaSources.checkDefaults(defaults);
        identity(null, defaults);
        encrypt(defaults);
        failures(defaults, null, BACKOFF_OF_RECORDS);
        limits(defaults);
    }

    private static Failures failures(Options options, @Nullable RetryDecision decision, Backoff usual) {
        return new Failures(
                options.numberOr("unlimited", "maxRetries", 0),
                backoff(options, usual),
                options.choice("onFailure", OnFailure.class, OnFailure.BLOCK),
                options.choice("afterExhaustion", AfterExhaustion.class, AfterExhaustion.CONTINUE),
                decision);
    }

    private static Limits limits(Options options) {
        Integer maxRuns = options.find("maxRuns") == null ? null : (Integer) options.number("maxRuns", 1, 1);
        return new Limits(
                options.durationOrNone("timeout"),
                maxRuns,
                options.count("maxWaiting", 200_000),
                options.flag("keepSkipped", false));
    }

    /** Where only the longest time is given, a usual first one that is longer gives way. */
    private static Backoff backoff(Options options, Backoff usual) {
        Duration max = options.duration("backoffMax", usual.max());
        boolean shorter = usual.equals(BACKOFF_OF_ENTRIES) && max.compareTo(usual.min()) < 0;
        Duration min = options.duration("backoffMin", shorter ? max : usual.min());
        if (min.compareTo(max) > 0) {
            options.reject(
                    options.find("backoffMax") == null ? "backoffMin" : "backoffMax",
                    "the longest waiting time " + max + " is shorter than the first, " + min,
                    "Give both, the longest last");
        }
        return new Backoff(min, max);
    }

    private ResourceResolver resource(@Nullable ResourceResolver given, String usual, Options options) {
        if (given != null) {
            return ResourceExpression.canonical(given);
        }
        return options.parse(
                        "resource",
                        text -> Optional.of(ResourceExpression.parse(text, name -> bean(name, ResourceResolver.class))))
                .orElseGet(() -> ResourceExpression.parse(usual, name -> event -> null));
    }

    private @Nullable IdentityResolver identity(@Nullable IdentityResolver given, Options options) {
        if (given != null) {
            return given;
        }
        return options.parse(
                        "dedup",
                        text -> Optional.ofNullable(Identity.parse(text, name -> bean(name, IdentityResolver.class))))
                .orElse(null);
    }

    /** What was given in code, or the bean that the option names, or the handler's own bean if it is one. */
    private <T> @Nullable T hook(
            String option, Class<T> type, @Nullable T given, Declaration declaration, Options options) {
        Optional<T> named = options.parse(option, name -> Optional.of(bean(name, type)));
        if (named.isPresent() || given != null) {
            return named.orElse(given);
        }
        Object own = declaration.bean();
        return type.isInstance(own) ? type.cast(own) : null;
    }

    private <T> T bean(String name, Class<T> type) {
        if (!beans.containsBean(name)) {
            throw new IllegalArgumentException(
                    "There is no bean '" + name + "'; write the name of a bean of type " + type.getSimpleName());
        }
        if (!beans.isTypeMatch(name, type)) {
            throw new IllegalArgumentException(
                    "Bean '" + name + "' is no " + type.getSimpleName() + "; let it implement " + type.getName());
        }
        return beans.getBean(name, type);
    }
}
