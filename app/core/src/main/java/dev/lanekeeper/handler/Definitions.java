package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventDetails;
import dev.lanekeeper.api.IdentityResolver;
import dev.lanekeeper.api.KafkaEventHandlerRegistration;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.RetryDecision;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.Failures;
import dev.lanekeeper.handler.HandlerDefinition.Lanes;
import dev.lanekeeper.handler.HandlerDefinition.Limits;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;

/** Makes definitions of declarations; what is wrong with one is added to the problems, and the others go on. */
final class Definitions {

    private static final KafkaEventHandlerRegistration.Hooks NO_HOOKS =
            new KafkaEventHandlerRegistration.Hooks(null, null, null, null, null);

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
        return new HandlerDefinition(
                declaration.id(),
                new Lanes(lane == null ? declaration.id() : lane, resource(hooks.resource(), options)),
                new KafkaSources(problems).of(declaration, options),
                identity(hooks.identity(), options),
                failures(options, decision),
                limits(options),
                calls.of(declaration, details, options.flag("exactlyOnce", true)));
    }

    /** Reads every default once, so that a bad one is told even if each handler says otherwise. */
    void checkDefaults(Options defaults) {
        KafkaSources.checkDefaults(defaults);
        identity(null, defaults);
        failures(defaults, null);
        limits(defaults);
    }

    private static Failures failures(Options options, @Nullable RetryDecision decision) {
        return new Failures(
                options.numberOr("unlimited", "maxRetries", 0),
                backoff(options),
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

    private static Backoff backoff(Options options) {
        Duration min = options.duration("backoffMin", Duration.ofSeconds(1));
        Duration max = options.duration("backoffMax", Duration.ofSeconds(60));
        if (min.compareTo(max) > 0) {
            options.reject(
                    options.find("backoffMax") == null ? "backoffMin" : "backoffMax",
                    "the longest waiting time " + max + " is shorter than the first, " + min,
                    "Give both, the longest last");
        }
        return new Backoff(min, max);
    }

    private ResourceResolver resource(@Nullable ResourceResolver given, Options options) {
        if (given != null) {
            return ResourceExpression.canonical(given);
        }
        return options.parse(
                        "resource",
                        text -> Optional.of(ResourceExpression.parse(text, name -> bean(name, ResourceResolver.class))))
                .orElseGet(() -> ResourceExpression.parse("@key", name -> event -> null));
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
        boolean own = declaration.target() instanceof Declaration.BeanMethod target && type.isInstance(target.bean());
        return own ? type.cast(((Declaration.BeanMethod) declaration.target()).bean()) : null;
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
