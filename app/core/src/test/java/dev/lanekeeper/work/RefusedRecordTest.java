package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.lanekeeper.api.RawEvent.RawHeader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusedRecordTest {

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(ItemStorer.class);

    private Corridor corridor;

    @BeforeEach
    void openCorridor() {
        corridor = Corridor.open();
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void everythingIsAccountedFor() {
        LOG.setLevel(null);
        corridor.database
                .sql("DROP TRIGGER IF EXISTS refuse ON lanekeeper.work_item")
                .update();
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    @Test
    void aloneIsStoredAsAFailureAndTheOthersInTheirOrder() {
        refuseWhen("NEW.kafka_offset = 5 AND NEW.intake_error IS NULL");

        var stored = corridor.store(items(0, 9, "a"));

        assertThat(stored.stored()).isEqualTo(9);
        assertThat(stored.refused()).isEqualTo(1);
        assertThat(corridor.count("""
                        lanekeeper.work_item
                        WHERE kafka_offset = 5 AND intake_error LIKE '%this one is not wanted%' AND resource IS NULL
                          AND payload IS NOT NULL
                        """)).isEqualTo(1);
        assertThat(corridor.drain()).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(corridor.count("lanekeeper.partition_progress WHERE next_offset = 9 AND consumed = 9"))
                .isEqualTo(1);
    }

    @Test
    void isStoredWithoutItsBytesWhenTheseAreRefused() {
        refuseWhen("NEW.kafka_offset = 1 AND NEW.payload IS NOT NULL");

        var stored = corridor.store(items(0, 3, "a"));

        assertThat(stored.refused()).isEqualTo(1);
        assertThat(corridor.count("lanekeeper.work_item WHERE kafka_offset = 1 AND payload IS NULL"))
                .isEqualTo(1);
    }

    @Test
    void isNotStoredAgainWhenTheBatchIsRepeated() {
        refuseWhen("NEW.kafka_offset = 1 AND NEW.intake_error IS NULL");
        corridor.store(items(0, 3, "a"));

        var again = corridor.store(items(0, 3, "a"));

        assertThat(again.duplicates()).isEqualTo(3);
        assertThat(corridor.count("lanekeeper.work_item")).isEqualTo(3);
    }

    @Test
    void isNoneThatHasNulBytesAnywhere() {
        var nul = "a\0b".getBytes(StandardCharsets.UTF_8);
        var stored = corridor.store(
                record(0, nul, nul, List.of(new RawHeader("h\0", nul)), "a\0b", "00-\0", "what\0?"),
                record(1, nul, nul, List.of(), "a\\u0000b", null, null));

        assertThat(stored.refused()).isZero();
        assertThat(corridor.count("lanekeeper.lane")).isEqualTo(2);
        var read = readAll();
        assertThat(read.get(0).event().key()).isEqualTo(nul);
        assertThat(read.get(0).event().value()).isEqualTo(nul);
        assertThat(read.get(0).event().headers().get(0).name()).isEqualTo("h\0");
        assertThat(read.get(0).resource()).isEqualTo("a\\u0000b");
    }

    @Test
    void isNoneThatIsLarge() {
        var key = "k".repeat(1 << 20);
        var payload = new byte[10 << 20];
        Arrays.fill(payload, (byte) 7);

        var stored = corridor.store(
                record(0, key.getBytes(StandardCharsets.UTF_8), payload, List.of(), key, null, null),
                record(1, null, null, List.of(), key + "2", null, null));

        assertThat(stored.refused()).isZero();
        assertThat(corridor.count("lanekeeper.lane")).isEqualTo(2);
        var large = readAll().stream()
                .filter(i -> i.event().offset() == 0)
                .findFirst()
                .orElseThrow();
        assertThat(large.event().key()).hasSize(1 << 20);
        assertThat(large.event().value()).isEqualTo(payload);
    }

    @Test
    void isNoTombstoneAndNoneWithRepeatedHeaders() {
        var headers = List.of(
                new RawHeader("h", new byte[] {1}),
                new RawHeader("h", null),
                new RawHeader("", new byte[0]),
                new RawHeader("h", new byte[] {2}));

        corridor.store(record(0, new byte[0], null, headers, "a", null, null));

        var event = readAll().get(0).event();
        assertThat(event.value()).isNull();
        assertThat(event.key()).isEmpty();
        assertThat(event.headers()).extracting(RawHeader::name).containsExactly("h", "h", "", "h");
        assertThat(event.headers())
                .extracting(RawHeader::value)
                .containsExactly(new byte[] {1}, null, new byte[0], new byte[] {2});
    }

    @Test
    void isNoneFromATimeThatNoTimestampCanHold() {
        for (var millis : new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE}) {
            var offset = corridor.count("lanekeeper.work_item");
            var plain = item(offset, "a");
            var stored = corridor.store(new NewItem(
                    plain.topic(),
                    plain.partition(),
                    offset,
                    Instant.ofEpochMilli(millis),
                    plain.polledAt(),
                    null,
                    null,
                    List.of(),
                    "a",
                    null,
                    null,
                    null,
                    null));

            assertThat(stored.refused()).isZero();
        }
        assertThat(readAll()).hasSize(3);
    }

    private List<WaitingItem> readAll() {
        var claimed = corridor.claim(corridor.node());
        return new WaitingItemSearch(corridor.database)
                .first(claimed.lanes().stream().map(OwnedLane::laneId).toList(), 10, Long.MAX_VALUE).stream()
                        .sorted((a, b) -> Long.compare(a.itemId(), b.itemId()))
                        .toList();
    }

    private void refuseWhen(String condition) {
        corridor.database.sql("""
                        CREATE OR REPLACE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN IF %s THEN RAISE EXCEPTION ''this one is not wanted''; END IF; RETURN NEW; END'
                        """.formatted(condition)).update();
        corridor.database.sql("""
                        CREATE TRIGGER refuse BEFORE INSERT ON lanekeeper.work_item
                           FOR EACH ROW EXECUTE FUNCTION public.refuse()
                        """).update();
    }

    private static NewItem record(
            long offset,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RawHeader> headers,
            String resource,
            @Nullable String traceParent,
            @Nullable String error) {
        var plain = item(offset, resource);
        return new NewItem(
                plain.topic(),
                plain.partition(),
                offset,
                plain.producedAt(),
                plain.polledAt(),
                key,
                value,
                headers,
                resource,
                null,
                null,
                traceParent,
                error);
    }
}
