package dev.lanekeeper.operations;

import dev.lanekeeper.setting.HandlerValues;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.setting.SettingName;
import dev.lanekeeper.setting.SettingRefusedException;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.OperationStore;
import dev.lanekeeper.work.OperationStore.Operation;
import dev.lanekeeper.work.SettingStore;
import dev.lanekeeper.work.SettingStore.Change;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a person may set for one handler while it runs. What is set is kept in the database, wins over the properties on every
 * node within two seconds, and does so until it is set back.
 *
 * <p>Called from any thread, in no transaction.
 */
public final class SettingOperations {

    private static final String NO_VALUE = "property";

    private final Database database;
    private final SettingStore store;
    private final OperationStore operations;
    private final LiveSettings live;
    private final long bufferBytes;

    /** @param bufferBytes what a consumer holds in memory at most; a flush cannot be larger */
    public SettingOperations(Database database, LiveSettings live, long bufferBytes) {
        this.database = database;
        this.store = new SettingStore(database);
        this.operations = new OperationStore(database);
        this.live = live;
        this.bufferBytes = bufferBytes;
    }

    /** All settings of a handler, in the order of {@link SettingName}; empty when no node has ever had it. */
    public List<Setting> of(String handlerId) {
        return store.findHandler(handlerId).map(this::settings).orElseGet(List::of);
    }

    private List<Setting> settings(int handler) {
        var rows = store.of(handler).stream().collect(Collectors.toMap(SettingStore.Row::name, Function.identity()));
        var properties = live.properties(handler);
        return Stream.of(SettingName.values())
                .map(name -> setting(name, properties, rows))
                .toList();
    }

    private static Setting setting(
            SettingName name, @Nullable HandlerValues properties, Map<String, SettingStore.Row> rows) {
        var propertyValue = properties == null ? null : properties.text(name);
        var row = rows.get(name.key());
        return row == null
                ? new Setting(name, propertyValue, null, null, null)
                : new Setting(
                        name,
                        propertyValue,
                        row.value(),
                        row.changedBy(),
                        row.changedAt().toInstant());
    }

    /** Sets a value; one that is not allowed changes nothing, and the answer says which are. */
    public SettingAnswer set(Operator by, String handlerId, SettingName name, String value) {
        try {
            return change(by, handlerId, name, name.canonical(value));
        } catch (SettingRefusedException e) {
            return new SettingAnswer.Refused(Objects.requireNonNullElse(e.getMessage(), name.allowed()));
        }
    }

    /** Lets the property count again. */
    public SettingAnswer reset(Operator by, String handlerId, SettingName name) {
        return change(by, handlerId, name, null);
    }

    private SettingAnswer change(Operator by, String handlerId, SettingName name, @Nullable String value) {
        return database.inTransaction(() -> {
            var handler = store.lockHandler(handlerId).orElse(null);
            if (handler == null) {
                return new SettingAnswer.NotFound();
            }
            var refusal = value == null ? null : refusal(handler, name, value);
            return refusal == null ? write(by, handlerId, handler, name, value) : refusal;
        });
    }

    /** What this node knows to have no effect. */
    private SettingAnswer.@Nullable Refused refusal(int handler, SettingName name, String value) {
        var properties = live.properties(handler);
        if (name == SettingName.MAX_RETRIES && properties != null && properties.retryDecision()) {
            return new SettingAnswer.Refused("max-retries says nothing here: the handler's own retry decision does");
        }
        if (name == SettingName.FLUSH_BYTES && name.bytes(value) > bufferBytes) {
            return new SettingAnswer.Refused(
                    "flush-bytes cannot be \"%s\": a consumer holds at most %d bytes (lanekeeper.buffer-bytes); write less"
                            .formatted(value, bufferBytes));
        }
        return null;
    }

    private SettingAnswer write(Operator by, String handlerId, int handler, SettingName name, @Nullable String value) {
        var old = store.of(handler).stream()
                .filter(row -> row.name().equals(name.key()))
                .map(SettingStore.Row::value)
                .findFirst()
                .orElse(null);
        if (Objects.equals(old, value)) {
            return new SettingAnswer.Unchanged();
        }
        store.write(new Change(handler, name.key(), old, value, by.name(), by.reason()));
        operations.write(new Operation(
                by.name(),
                "set-" + name.key(),
                "handler:" + handlerId,
                by.reason(),
                shown(old) + " -> " + shown(value)));
        return new SettingAnswer.Changed(old, value);
    }

    private static String shown(@Nullable String value) {
        return value == null ? NO_VALUE : value;
    }

    /** Who changed what, the newest first. */
    public List<SettingChange> history(String handlerId, int most) {
        return store.findHandler(handlerId).map(handler -> store.history(handler, most)).orElseGet(List::of).stream()
                .flatMap(past -> SettingName.of(past.name())
                        .map(name -> new SettingChange(
                                name, past.oldValue(), past.newValue(), past.changedBy(), past.reason(), past.at()))
                        .stream())
                .toList();
    }
}
