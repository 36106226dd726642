package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.LanekeeperEvent;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Publishes application events to those who listen, and keeps what listeners throw from doing harm.
 *
 * <p>Who listens is looked up once, when the first event is to be published, so that events that nobody wants cost a look
 * into a set.
 */
final class Publisher {

    private static final Logger log = LoggerFactory.getLogger(Publisher.class);
    private static final ResolvableType ANY = payloadType(Unrelated.class);

    private final ApplicationContext context;
    private final EventMode mode;
    private final Set<Class<?>> reported = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Set<Class<?>> wanted;

    Publisher(ApplicationContext context, EventMode mode) {
        this.context = context;
        this.mode = mode;
    }

    /** Who listens to this listens to everything, and not to us in particular. */
    private record Unrelated() {}

    /** Whether any kind of this group is wanted. */
    boolean isWanted(Class<? extends LanekeeperEvent> group) {
        for (var kind : wanted()) {
            if (group.isAssignableFrom(kind)) {
                return true;
            }
        }
        return false;
    }

    void publish(LanekeeperEvent event) {
        if (!wanted().contains(event.getClass())) {
            return;
        }
        try {
            context.publishEvent(event);
        } catch (Throwable e) {
            if (reported.add(event.getClass())) {
                log.atWarn()
                        .addKeyValue("event", event.getClass().getName())
                        .setCause(e)
                        .log("A listener threw; the work goes on, and this is told once for each kind of event");
            }
        }
    }

    private Set<Class<?>> wanted() {
        var known = wanted;
        if (known == null) {
            known = look();
            wanted = known;
        }
        return known;
    }

    private Set<Class<?>> look() {
        var kinds = new HashSet<Class<?>>();
        if (mode != EventMode.OFF) {
            kinds(LanekeeperEvent.class).forEach(kinds::add);
        }
        if (mode == EventMode.AUTO) {
            var listeners =
                    listeners(context).filter(l -> !l.supportsEventType(ANY)).toList();
            kinds.removeIf(kind -> listeners.stream().noneMatch(l -> l.supportsEventType(payloadType(kind))));
        }
        return Set.copyOf(kinds);
    }

    /** All records of a sealed group. */
    static Stream<Class<?>> kinds(Class<?> group) {
        return group.isSealed()
                ? Stream.of(group.getPermittedSubclasses()).flatMap(Publisher::kinds)
                : Stream.of(group);
    }

    /** The context's own and, since events are passed on, those of its ancestors. */
    private static Stream<GenericApplicationListener> listeners(@Nullable ApplicationContext context) {
        if (context == null) {
            return Stream.of();
        }
        var own = context instanceof AbstractApplicationContext known
                ? known.getApplicationListeners().stream().map(Publisher::generic)
                : Stream.<GenericApplicationListener>of();
        return Stream.concat(own, listeners(context.getParent()));
    }

    private static GenericApplicationListener generic(ApplicationListener<?> listener) {
        return listener instanceof GenericApplicationListener known
                ? known
                : new GenericApplicationListenerAdapter(listener);
    }

    private static ResolvableType payloadType(Class<?> kind) {
        return ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, kind);
    }
}
