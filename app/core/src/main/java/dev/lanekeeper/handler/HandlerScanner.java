package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.HandlerRegistration.Registered;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.KafkaEventHandlerConfigurer;
import dev.lanekeeper.api.KafkaEventHandlerRegistration;
import dev.lanekeeper.api.KafkaEventHandlerRegistry;
import dev.lanekeeper.api.change.Change;
import dev.lanekeeper.api.change.ReliableAfterCommit;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.LaneJobConfigurer;
import dev.lanekeeper.api.job.LaneJobRegistration;
import dev.lanekeeper.api.job.LaneJobRegistry;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.api.outbox.OutboxProcessor;
import dev.lanekeeper.handler.Declaration.Door;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Finds what the application declares as handlers, on its beans and in code.
 *
 * <p>Runs once, when all singletons exist. A bean that is lazy is looked at by its type and made only if it has a handler.
 */
final class HandlerScanner {

    /** Pages, API and properties name a handler; what a firewall refuses in an encoded path could not be reached there. */
    private static final Pattern FIT_FOR_AN_ADDRESS = Pattern.compile("(?!\\.)[\\p{L}\\p{N} ._:@+~-]+");

    private final ConfigurableListableBeanFactory beans;
    private final Environment environment;
    private final Problems problems;

    HandlerScanner(ConfigurableListableBeanFactory beans, Environment environment, Problems problems) {
        this.beans = beans;
        this.environment = environment;
        this.problems = problems;
    }

    List<Declaration> scan() {
        List<Declaration> found = new ArrayList<>();
        for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
            Class<?> userClass = ScopedProxyUtils.isScopedTarget(name) ? null : userClass(name);
            if (userClass == null) {
                continue;
            }
            methods(userClass, KafkaEventHandler.class)
                    .forEach((method, annotation) -> found.add(declared(name, userClass, method, annotation)));
            methods(userClass, OutboxEventHandler.class)
                    .forEach((method, annotation) -> found.add(declared(name, userClass, method, annotation)));
            methods(userClass, LaneJob.class)
                    .forEach((method, annotation) -> found.add(declared(name, userClass, method, annotation)));
            checkUnique(name, userClass);
            found.addAll(callbacks(name, userClass));
            if (OutboxProcessor.class.isAssignableFrom(userClass)) {
                found.add(processor(name, userClass));
            }
        }
        beans.getBeansOfType(KafkaEventHandlerConfigurer.class)
                .forEach((name, configurer) -> found.addAll(registered(name, configurer)));
        beans.getBeansOfType(LaneJobConfigurer.class)
                .forEach((name, configurer) -> found.addAll(registered(name, configurer)));
        found.sort(Comparator.comparing(Declaration::id).thenComparing(Declaration::place));
        return found;
    }

    private @Nullable Class<?> userClass(String name) {
        Object singleton = beans.getSingleton(name);
        Class<?> type = singleton == null || singleton instanceof FactoryBean
                ? AutoProxyUtils.determineTargetClass(beans, name)
                : targetClass(name, singleton);
        return type == null ? null : ClassUtils.getUserClass(type);
    }

    private Class<?> targetClass(String name, Object singleton) {
        Class<?> behindProxy = AopProxyUtils.ultimateTargetClass(singleton);
        if (behindProxy != singleton.getClass() || !beans.containsBeanDefinition(name)) {
            return behindProxy;
        }
        Class<?> original = AutoProxyUtils.determineTargetClass(beans, name);
        return original == null ? behindProxy : original;
    }

    private static <A extends Annotation> Map<Method, A> methods(Class<?> userClass, Class<A> annotation) {
        if (!AnnotationUtils.isCandidateClass(userClass, annotation)) {
            return Map.of();
        }
        return MethodIntrospector.selectMethods(userClass, (MethodIntrospector.MetadataLookup<A>)
                method -> AnnotatedElementUtils.findMergedAnnotation(method, annotation));
    }

    private Declaration declared(String name, Class<?> userClass, Method method, KafkaEventHandler annotation) {
        var target = target(name, userClass, method);
        String place = place(name, target);
        var attributes = attributes(annotation);
        if (annotation.topics().length > 0) {
            attributes.put("topics", String.join(",", annotation.topics()));
        }
        locks(attributes, annotation.locks());
        attributes.putAll(unique(method));
        return new Declaration(
                id(annotation.id(), place), place, Door.KAFKA, attributes, properties(annotation, place), target);
    }

    private Declaration declared(String name, Class<?> userClass, Method method, OutboxEventHandler annotation) {
        var target = target(name, userClass, method);
        String place = place(name, target);
        var attributes = attributes(annotation);
        if (annotation.event().length > 0) {
            attributes.put("event", String.join(",", annotation.event()));
        }
        locks(attributes, annotation.locks());
        attributes.putAll(unique(method));
        boolean named = annotation.id().isBlank()
                && !annotation.context().isBlank()
                && annotation.event().length == 1
                && !annotation.event()[0].contains(",");
        String id = named ? annotation.context().trim() + "." + annotation.event()[0].trim() : annotation.id();
        return new Declaration(id(id, place), place, Door.OUTBOX, attributes, Map.of(), target);
    }

    private Declaration declared(String name, Class<?> userClass, Method method, LaneJob annotation) {
        var target = target(name, userClass, method);
        String place = place(name, target);
        var attributes = attributes(annotation);
        locks(attributes, annotation.locks());
        attributes.putAll(unique(method));
        return new Declaration(id(annotation.id(), place), place, Door.JOB, attributes, Map.of(), target);
    }

    private static void locks(Map<String, String> attributes, String[] locks) {
        if (locks.length > 0) {
            attributes.put("locks", String.join(",", locks));
        }
    }

    private static Map<String, String> unique(Method method) {
        var unique = AnnotatedElementUtils.findMergedAnnotation(method, Unique.class);
        return unique == null ? Map.of() : attributes(unique);
    }

    /** What a policy or a strategy says is left out if it says what the annotation would say by itself. */
    private static Map<String, String> attributes(Unique unique) {
        var attributes = new LinkedHashMap<String, String>();
        var policy = !unique.policy().isBlank();
        if (!policy || unique.lock() != Unique.Lock.UNTIL_EXECUTED) {
            attributes.put("uniqueLock", unique.lock().name());
        }
        attributes.put("uniqueKey", unique.key());
        attributes.put("uniqueTtl", unique.ttl());
        if (!policy || unique.limit() != 1) {
            attributes.put("uniqueLimit", Integer.toString(unique.limit()));
        }
        attributes.put("uniqueAcrossHandlers", Boolean.toString(unique.acrossHandlers()));
        if (unique.onConflict() != Unique.Conflict.CONFIGURED) {
            attributes.put("uniqueOnConflict", unique.onConflict().name());
        }
        if (unique.onRunConflict() != Unique.RunConflict.CONFIGURED) {
            attributes.put("uniqueOnRunConflict", unique.onRunConflict().name());
        }
        attributes.put("uniqueMaxWait", unique.maxWait());
        attributes.put("uniqueDelay", unique.delay());
        attributes.put("uniqueMaxHops", unique.maxHops() == 0 ? "" : Integer.toString(unique.maxHops()));
        attributes.put("uniquePolicy", unique.policy());
        attributes.put("uniqueStrategy", unique.strategy());
        attributes.put("uniqueRunStrategy", unique.runStrategy());
        attributes.values().removeIf(String::isBlank);
        return attributes;
    }

    private void checkUnique(String name, Class<?> userClass) {
        var handlers = new HashSet<Method>(methods(userClass, LaneJob.class).keySet());
        handlers.addAll(methods(userClass, KafkaEventHandler.class).keySet());
        handlers.addAll(methods(userClass, OutboxEventHandler.class).keySet());
        methods(userClass, Unique.class).keySet().stream()
                .filter(method -> !handlers.contains(method))
                .forEach(method -> problems.add(
                        "bean '" + name + "', " + describe(userClass, method),
                        "it is @Unique, but handles neither jobs nor records nor entries",
                        "Annotate it with @LaneJob, @KafkaEventHandler or @OutboxEventHandler too, or remove @Unique"));
    }

    private List<Declaration> callbacks(String name, Class<?> userClass) {
        var methods = methods(userClass, ReliableAfterCommit.class);
        var inOrder =
                methods.keySet().stream().sorted(new DefinitionOrder(userClass)).toList();
        var found = new ArrayList<Declaration>();
        for (var position = 0; position < inOrder.size(); position++) {
            var method = inOrder.get(position);
            var annotation = Objects.requireNonNull(methods.get(method));
            found.add(callback(name, target(name, userClass, method), position, annotation));
        }
        return found;
    }

    private Declaration callback(
            String name, Declaration.BeanMethod target, int position, ReliableAfterCommit annotation) {
        String place = place(name, target);
        Class<?> type = resource(target.method(), place);
        String resource = ResourceName.of(type).name();
        var attributes = attributes(annotation);
        attributes.remove("condition");
        attributes.remove("unless");
        attributes.putIfAbsent("lane", ResourceName.CONTEXT + "." + resource);
        if (annotation.on().length == 0) {
            problems.add(place, "on is empty, so it would never be called", "Name a change, or leave it out for all");
        }
        var events = Arrays.stream(annotation.on())
                .distinct()
                .map(kind -> ResourceName.event(resource, kind))
                .toList();
        String usual = ClassUtils.getShortName(target.userClass()) + "."
                + target.method().getName();
        return new Declaration(
                id(annotation.id().isBlank() ? usual : annotation.id(), place),
                place,
                Door.OUTBOX,
                attributes,
                Map.of(),
                new Declaration.Callback(target, type, events, position, annotation.condition(), annotation.unless()));
    }

    private Class<?> resource(Method method, String place) {
        for (var i = 0; i < method.getParameterCount(); i++) {
            var type = ResolvableType.forMethodParameter(method, i);
            var resource = type.resolve() == Change.class ? type.getGeneric(0).resolve() : null;
            if (resource != null) {
                return resource;
            }
        }
        problems.add(
                place,
                "the method has no parameter that says whose changes it follows",
                "Add a parameter Change<YourClass>");
        return Object.class;
    }

    private Declaration processor(String name, Class<?> userClass) {
        var method = ClassUtils.getMethod(userClass, "call", OutboxEntry.class, EventContext.class);
        var target = target(name, userClass, method);
        var processor = new Declaration.Processor((OutboxProcessor) target.bean(), target);
        return new Declaration(name, place(name, target), Door.OUTBOX, Map.of(), Map.of(), processor);
    }

    private Declaration.BeanMethod target(String name, Class<?> userClass, Method method) {
        var target = new Declaration.BeanMethod(beans.getBean(name), userClass, method);
        if (!beans.isSingleton(name)) {
            problems.add(
                    place(name, target), "the bean is not a singleton", "Make it one; a handler has no other scope");
        }
        return target;
    }

    private static String place(String name, Declaration.BeanMethod target) {
        return "bean '" + name + "', " + describe(target.userClass(), target.method());
    }

    private static String describe(Class<?> userClass, Method method) {
        var parameters = new ArrayList<String>();
        for (Class<?> type : method.getParameterTypes()) {
            parameters.add(type.getSimpleName());
        }
        return ClassUtils.getShortName(userClass) + "." + method.getName() + "(" + String.join(", ", parameters) + ")";
    }

    private static Map<String, String> attributes(Annotation annotation) {
        Map<String, String> given = new LinkedHashMap<>();
        AnnotationUtils.getAnnotationAttributes(annotation).forEach((name, value) -> {
            if (value instanceof String text && StringUtils.hasText(text)) {
                given.put(name, text);
            }
        });
        return given;
    }

    private Map<String, String> properties(KafkaEventHandler annotation, String place) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String line : annotation.properties()) {
            int equals = line.indexOf('=');
            if (equals < 1) {
                problems.add(
                        "properties of " + place, "\"" + line + "\" is no property", "Write key=value in each element");
            } else {
                properties.put(
                        line.substring(0, equals).trim(),
                        line.substring(equals + 1).trim());
            }
        }
        return properties;
    }

    private List<Declaration> registered(String name, KafkaEventHandlerConfigurer configurer) {
        var registry = new KafkaEventHandlerRegistry();
        configurer.configure(registry);
        return registry.registrations().stream()
                .map(KafkaEventHandlerRegistration::registered)
                .map(r -> registered(name, Door.KAFKA, r))
                .toList();
    }

    private List<Declaration> registered(String name, LaneJobConfigurer configurer) {
        var registry = new LaneJobRegistry();
        configurer.configure(registry);
        return registry.registrations().stream()
                .map(LaneJobRegistration::registered)
                .map(r -> registered(name, Door.JOB, r))
                .toList();
    }

    private Declaration registered(String name, Door door, Registered<?> r) {
        String place = "registered by bean '" + name + "'";
        return new Declaration(
                id(r.id(), place), place, door, r.options(), r.consumerProperties(), new Declaration.Function(r));
    }

    private String id(String written, String place) {
        String id = written;
        try {
            id = environment.resolveRequiredPlaceholders(written).trim();
        } catch (IllegalArgumentException e) {
            problems.add(place, "id \"" + written + "\": " + e.getMessage(), "Set that property, or give it a default");
        }
        if (id.isEmpty()) {
            problems.add(
                    place, "the handler has no id", "Give it one that stays: its offsets and items are kept by it");
        } else if (!FIT_FOR_AN_ADDRESS.matcher(id).matches()) {
            problems.add(
                    place,
                    "the id \"" + id + "\" cannot stand in an address",
                    "Give it one of letters, digits, spaces and any of . _ - : @ + ~ that does not begin with a dot");
        }
        return id;
    }
}
