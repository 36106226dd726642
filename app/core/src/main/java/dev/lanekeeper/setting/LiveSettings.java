package dev.lanekeeper.setting;

import dev.lanekeeper.work.SettingStore;
import dev.lanekeeper.work.SettingStore.Wish;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What counts for each handler of this node at this moment: the properties, what people have set since, and what they have
 * paused. Read from the database once a second on a thread of its own, so that a change counts on every node within two
 * seconds; while the database is away the last reading counts.
 *
 * <p>Started before the node and stopped after it; asked from any thread, which costs a look into a map.
 */
public final class LiveSettings {

    private static final Logger log = LoggerFactory.getLogger(LiveSettings.class);
    private static final long EVERY_MILLIS = 1_000;

    private final SettingStore store;
    private final Map<Integer, HandlerValues> properties;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Reading reading;
    private @Nullable ScheduledExecutorService reader;
    private boolean troubled;

    /** One look at the database. */
    private record Reading(
            Map<Integer, HandlerValues> values, Set<Integer> intakesPaused, Set<Integer> processingPaused) {}

    /** @param properties what the properties say for each handler of this node, by its number */
    public LiveSettings(SettingStore store, Map<Integer, HandlerValues> properties) {
        this.store = store;
        this.properties = Map.copyOf(properties);
        this.reading = new Reading(this.properties, Set.of(), Set.of());
    }

    /** Reads what is set, before anything runs by it; from then on again and again. */
    @SuppressWarnings("FutureReturnValueIgnored") // the task keeps what goes wrong in it to itself
    public synchronized void start() {
        if (reader == null) {
            read();
            reader = Executors.newSingleThreadScheduledExecutor(task -> {
                var thread = new Thread(task, "lanekeeper-settings");
                thread.setDaemon(true);
                return thread;
            });
            reader.scheduleWithFixedDelay(this::look, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    public synchronized void stop() {
        if (reader != null) {
            reader.shutdownNow();
            reader = null;
        }
    }

    /** Is called after something has changed, on the reader's thread; must be quick. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** What counts now for a handler of this node. */
    public HandlerValues of(int handlerNumber) {
        var values = reading.values().get(handlerNumber);
        if (values == null) {
            throw new IllegalArgumentException("this node has no handler with number " + handlerNumber);
        }
        return values;
    }

    /** How often failed events of any handler are tried again; {@code null} for ever, and when this node does not know. */
    public @Nullable Integer maxRetries(int handlerNumber) {
        var values = reading.values().get(handlerNumber);
        return values == null ? null : values.maxRetries();
    }

    /** What the properties say. */
    public @Nullable HandlerValues properties(int handlerNumber) {
        return properties.get(handlerNumber);
    }

    public boolean isIntakePaused(int handlerNumber) {
        return reading.intakesPaused().contains(handlerNumber);
    }

    public boolean isProcessingPaused(int handlerNumber) {
        return reading.processingPaused().contains(handlerNumber);
    }

    private void look() {
        try {
            read();
            troubled = false;
        } catch (RuntimeException e) {
            if (!troubled) {
                troubled = true;
                log.atWarn().log("Settings could not be read; the last ones count: {}", e.toString());
            }
        }
    }

    /** Reads now, instead of within a second. */
    public void read() {
        var before = reading;
        var now = reading(store.wishes(properties.keySet()));
        reading = now;
        if (!now.equals(before)) {
            log.atInfo().log("People have changed what counts for handlers of this node");
            listeners.forEach(Runnable::run);
        }
    }

    private Reading reading(List<Wish> wishes) {
        var set = new HashMap<Integer, Map<String, String>>();
        var intakes = new HashSet<Integer>();
        var processing = new HashSet<Integer>();
        for (var wish : wishes) {
            if (wish.name() != null && wish.value() != null) {
                set.computeIfAbsent(wish.handlerId(), h -> new HashMap<>()).put(wish.name(), wish.value());
            }
            if (wish.intakePaused()) {
                intakes.add(wish.handlerId());
            }
            if (wish.processingPaused()) {
                processing.add(wish.handlerId());
            }
        }
        var values = new HashMap<Integer, HandlerValues>();
        properties.forEach((handler, own) -> values.put(handler, own.with(set.getOrDefault(handler, Map.of()))));
        return new Reading(Map.copyOf(values), Set.copyOf(intakes), Set.copyOf(processing));
    }
}
