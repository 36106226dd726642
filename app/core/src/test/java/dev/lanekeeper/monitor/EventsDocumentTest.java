package dev.lanekeeper.monitor;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.event.HandledItem;
import dev.lanekeeper.api.event.LanekeeperEvent;
import dev.lanekeeper.api.event.PartitionEvent.Partition;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.housekeeping.HousekeepingMeters;
import dev.lanekeeper.housekeeping.Round;
import dev.lanekeeper.housekeeping.Swept;
import dev.lanekeeper.intake.kafka.IntakeListener.Place;
import dev.lanekeeper.intake.kafka.IntakeStatus;
import dev.lanekeeper.intake.kafka.KafkaIntakes;
import dev.lanekeeper.latency.ShownLatencies;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.run.RunListener.Refusal;
import dev.lanekeeper.work.StoredBatch;
import dev.lanekeeper.work.StoredJob;
import dev.lanekeeper.work.UniqueClaim;
import dev.lanekeeper.work.UniqueRule;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** Holds the tables of docs/events.md to the code. */
class EventsDocumentTest {

    private static final Path DOCUMENT = Path.of("../../docs/events.md");

    @Test
    void listsEveryEventWithItsFields() throws IOException {
        assertThat(rows("events", 2))
                .isEqualTo(fields(Publisher.kinds(LanekeeperEvent.class), EventsDocumentTest::nested));
    }

    @Test
    void listsTheFieldsOfTheParts() throws IOException {
        assertThat(rows("parts", 1))
                .isEqualTo(fields(Stream.of(HandledItem.class, Partition.class), Class::getSimpleName));
    }

    @Test
    void listsEveryMeterWithItsKindAndTags() throws IOException {
        var registry = new SimpleMeterRegistry();
        touchEverything(registry);
        var meters = new TreeMap<String, String>();
        registry.forEachMeter(m -> meters.merge(m.getId().getName(), describe(m.getId()), (a, b) -> {
            assertThat(b).as("tags of all meters named %s", m.getId().getName()).isEqualTo(a);
            return a;
        }));

        var documented = new TreeMap<String, String>();
        rows("meters", 1).forEach((name, kind) -> documented.put(name, kind));
        rows("meters", 2).forEach((name, tags) -> documented.merge(name, sorted(tags), (k, t) -> k + " " + t));
        assertThat(documented).isEqualTo(meters);
    }

    private static void touchEverything(SimpleMeterRegistry registry) {
        var runs = new RunMeters(registry, Clock.systemUTC());
        runs.recorded(List.of(Told.acknowledged()));
        runs.refused("orders", Told.acknowledged().item(), new Refusal("printer", RunConflict.LOG, null, false));
        var intakes = new IntakeMeters(registry);
        var place = new Place("orders", "topic", 0);
        intakes.flushed("orders", new StoredBatch(1, 0, 0, List.of()), Duration.ZERO);
        intakes.assigned(place, 1, 0);
        intakes.lostAtBroker(place, 1);
        intakes.consumerReplaced("orders", new IllegalStateException());
        new JobEvents(Mockito.mock(Publisher.class), registry)
                .met(
                        new UniqueClaim(
                                new UniqueRule(Lock.UNTIL_EXECUTED, null, null, 1, false, Conflict.LOG), "orders", "k"),
                        new StoredJob.Duplicate(1));
        new HousekeepingMeters(registry).count(round());
        ShownLatencies.showAll(registry, "orders");
        new NodeGauges(registry, () -> {
                    throw new IllegalStateException("not asked");
                })
                .show(node(), running(), false);
    }

    private static Node node() {
        var node = Mockito.mock(Node.class);
        var locks = Mockito.mock(RemoteLocks.class);
        Mockito.when(locks.isUsed()).thenReturn(true);
        Mockito.when(node.locks()).thenReturn(locks);
        return node;
    }

    private static Round round() {
        return new Round(
                1,
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                Round.Result.DONE,
                null,
                1,
                Duration.ZERO,
                new Swept(1, 1, 1, 1, 1, 1, 1, 1));
    }

    private static KafkaIntakes running() {
        var intakes = Mockito.mock(KafkaIntakes.class);
        var status = new IntakeStatus("orders", IntakeStatus.State.RUNNING, null, List.of(), 0, true);
        Mockito.when(intakes.status()).thenReturn(List.of(status));
        return intakes;
    }

    private static String describe(Meter.Id id) {
        var kind = id.getType() == Meter.Type.DISTRIBUTION_SUMMARY
                ? "summary"
                : id.getType().name().toLowerCase(Locale.ROOT);
        return kind + " " + id.getTags().stream().map(Tag::getKey).sorted().collect(joining(" "));
    }

    private static String sorted(String words) {
        return Arrays.stream(words.split(" ")).sorted().collect(joining(" "));
    }

    private static String nested(Class<?> kind) {
        return kind.getDeclaringClass().getSimpleName() + "." + kind.getSimpleName();
    }

    private static Map<String, String> fields(Stream<Class<?>> records, Function<Class<?>, String> name) {
        var fields = new TreeMap<String, String>();
        records.forEach(kind -> fields.put(
                name.apply(kind),
                Arrays.stream(kind.getRecordComponents()).map(c -> c.getName()).collect(joining(" "))));
        return fields;
    }

    /** The first column of a table, and of another one what stands there in code, or its plain word. */
    private static Map<String, String> rows(String table, int column) throws IOException {
        var text = Files.readString(DOCUMENT);
        var begin = text.indexOf("<!-- " + table + " -->");
        var rows = new TreeMap<String, String>();
        text.substring(begin, text.indexOf("<!-- end of " + table + " -->"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|"))
                .forEach(cells -> rows.put(
                        cells[1].trim().replace("`", ""),
                        cells[column + 1].trim().replaceAll("[`,]", "").replaceAll(" +", " ")));
        return rows;
    }
}
