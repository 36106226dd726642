package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.EntryStorer.Batch;
import dev.lanekeeper.work.StoredJob.Stored;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The doors through which unique work comes into a corridor, and what is decided there; after each test of a class that
 * registers it, everything must come out even.
 */
final class UniqueDoors implements AfterEachCallback {

    static final Duration DELAY = Duration.ofSeconds(30);

    private static final List<Integer> ALL_SHARDS =
            IntStream.range(0, OutboxStore.SHARDS).boxed().toList();

    final Corridor corridor = Corridor.open();
    final CorridorJobs jobs = new CorridorJobs(corridor);
    final JobStorer storer = corridor.jobStorer(this::tell);
    private final List<Decided> told = new ArrayList<>();
    private long offset;

    @Override
    public void afterEach(ExtensionContext test) {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    /** Through which work comes in. */
    enum Door {
        JOB,
        RECORD,
        ENTRY
    }

    static UniqueRule rule(Lock lock, Conflict conflict) {
        return new UniqueRule(lock, null, null, 1, false, conflict, DELAY, 3);
    }

    /** Jobs one after the other, records and entries in one batch; the key is what stands before the stroke. */
    void come(Door door, UniqueRule rule, String... payloads) {
        switch (door) {
            case JOB ->
                List.of(payloads).forEach(p -> tell(CorridorJobs.claim(rule, p), storer.store(job(rule, p), null)));
            case RECORD -> {
                var items = List.of(payloads).stream()
                        .map(p -> record(p, CorridorJobs.claim(rule, p)))
                        .toArray(NewItem[]::new);
                new ItemStorer(corridor.database, new NoHandOver(), this::tell, corridor.clock, Probe.NONE)
                        .store(corridor.batch(1, items));
            }
            case ENTRY -> {
                for (var payload : payloads) {
                    corridor.database.sql("""
                                    INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key, arguments)
                                    VALUES ('c', 'e', 'lane', json_build_object('p', ?::text))
                                    """).param(payload).update();
                }
                move(rule);
            }
        }
    }

    private void tell(UniqueClaim claim, StoredJob result) {
        told.add(new Decided(claim, result));
    }

    private void move(UniqueRule rule) {
        var expansion = new EntryStorer.Expansion() {
            @Override
            public List<EntryItem> items(List<OutboxRow> entries, List<Subscription> subscriptions) {
                return entries.stream().map(row -> item(rule, row)).toList();
            }

            @Override
            public void decided(UniqueClaim claim, StoredJob result) {
                tell(claim, result);
            }
        };
        new EntryStorer(corridor.database, new NoHandOver(), expansion, corridor.clock, Probe.NONE)
                .move(new Batch(1, 31_000, ALL_SHARDS, 6400, 1 << 20));
        leaveCountingToNobody();
    }

    private EntryItem item(UniqueRule rule, OutboxRow row) {
        var payload = row.arguments().split("\"")[3];
        return new EntryItem(
                        corridor.handlerId,
                        "orders",
                        "lane",
                        row,
                        payload.getBytes(StandardCharsets.UTF_8),
                        List.of(),
                        null)
                .with(CorridorJobs.claim(rule, payload));
    }

    NewItem record(String payload, @Nullable UniqueClaim claim) {
        var now = Instant.parse("2030-01-01T00:00:00Z");
        return new NewItem(
                Corridor.TOPIC,
                0,
                offset++,
                now,
                now,
                null,
                payload.getBytes(StandardCharsets.UTF_8),
                List.of(),
                "lane",
                null,
                null,
                null,
                null,
                claim,
                null);
    }

    NewJob job(UniqueRule rule, String payload) {
        leaveCountingToNobody();
        return jobs.job(rule, payload, "lane");
    }

    /** Jobs and entries are counted by nobody else's progress. */
    private void leaveCountingToNobody() {
        corridor.database
                .sql("UPDATE lanekeeper.handler SET kafka_group = NULL")
                .update();
    }

    /** An hour's clock does not wait for anybody. */
    void later(Duration time) {
        corridor.clock.advance(time);
        storer.promote(100);
    }

    /** What was decided, in its order. */
    List<Decided> told() {
        return List.copyOf(told);
    }

    /** What became of the last one, which was not just stored. */
    StoredJob last() {
        var last = told.get(told.size() - 1).result();
        assertThat(last).isNotInstanceOf(Stored.class);
        return last;
    }

    /** How many were too many, by what became of them. */
    List<String> conflicts() {
        return corridor.database
                .sql("SELECT reason, sum(number) AS number FROM lanekeeper.unique_conflict GROUP BY reason")
                .query((row, n) -> ConflictReason.of(row.getInt(1)) + " " + row.getLong(2))
                .list();
    }
}
