package dev.lanekeeper.intake.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.NewItem;
import dev.lanekeeper.work.RunKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordReaderTest {

    private static final Instant POLLED = Instant.parse("2030-01-01T00:00:00Z");

    private final TestHandler handler = TestHandler.named("orders");
    private final RecordHeaders headers = new RecordHeaders();
    private long timestamp = 1_700_000_000_000L;

    @Test
    void keepsKeyValueHeadersAndTimeAsTheyCame() {
        headers.add("a", bytes("1"));
        headers.add("b", null);
        headers.add("a", bytes("2"));
        var item = read(bytes("k"), bytes("v"));
        assertThat(item.key()).isEqualTo(bytes("k"));
        assertThat(item.value()).isEqualTo(bytes("v"));
        assertThat(item.headers()).extracting(h -> h.name()).containsExactly("a", "b", "a");
        assertThat(item.headers().get(1).value()).isNull();
        assertThat(item.headers().get(2).value()).isEqualTo(bytes("2"));
        assertThat(item.producedAt()).isEqualTo(Instant.ofEpochMilli(timestamp));
        assertThat(item.polledAt()).isEqualTo(POLLED);
        assertThat(item.resource()).isEqualTo("k");
        assertThat(item.identity()).isNull();
        assertThat(item.intakeError()).isNull();
    }

    @Test
    void theChecksumIsTheMd5OfTheRawValue() throws Exception {
        var md5 = MessageDigest.getInstance("MD5").digest(bytes("{ \"a\" : 1.0 }"));
        var checksum = read(null, bytes("{ \"a\" : 1.0 }")).checksum();
        assertThat(checksum.toString().replace("-", ""))
                .isEqualTo(HexFormat.of().formatHex(md5));
    }

    @Test
    void aTombstoneIsAnItemWithoutPayloadAndChecksum() {
        var item = read(bytes("k"), null);
        assertThat(item.value()).isNull();
        assertThat(item.checksum()).isNull();
        assertThat(item.resource()).isEqualTo("k");
    }

    @Test
    void anIdentityIsHashed() {
        handler.identity(event -> event.value());
        assertThat(read(null, bytes("same")).identity())
                .isNotNull()
                .isEqualTo(read(null, bytes("same")).identity())
                .isNotEqualTo(read(null, bytes("other")).identity());
        assertThat(read(bytes("k"), null).identity()).isNull();
    }

    @Test
    void aResourceThatCannotBeReadCostsTheResourceAndNotTheRecord() {
        handler.resource(event -> {
            throw new IllegalArgumentException("no \0 customer");
        });
        handler.identity(event -> {
            throw new StackOverflowError();
        });
        var item = read(bytes("k"), bytes("v"));
        assertThat(item.resource()).isNull();
        assertThat(item.intakeError())
                .isEqualTo("resource: java.lang.IllegalArgumentException: no \uFFFD customer; "
                        + "identity: java.lang.StackOverflowError");
    }

    @Test
    void anExceptionThatCannotDescribeItselfIsNamed() {
        handler.resource(event -> {
            throw new Unspeakable();
        });
        assertThat(read(null, null).intakeError()).isEqualTo("resource: " + Unspeakable.class.getName());
    }

    @ParameterizedTest
    @EnumSource(
            value = Lock.class,
            names = {"WHILE_EXECUTING", "UNTIL_AND_WHILE_EXECUTING"})
    void theKeyOfALockInTheRunIsComputedOnceAndKeptWhateverTheProducerHasWrittenThere(Lock lock) {
        headers.add("a", bytes("1"));
        headers.add(RunKey.HEADER, bytes("of the producer"));
        handler.unique(lock);
        var item = read(bytes("k"), bytes("v"));
        assertThat(item.headers()).extracting(h -> h.name()).containsExactly("a", RunKey.HEADER);
        assertThat(item.headers().get(1).value()).isEqualTo(bytes("v"));
        assertThat(item.claim() == null).isEqualTo(lock == Lock.WHILE_EXECUTING);
        assertThat(read(bytes("k"), null).headers()).extracting(h -> h.name()).containsExactly("a");
    }

    @Test
    void theHeadersOfRecordsThatTakeNoLockAreTheirOwn() {
        headers.add(RunKey.HEADER, bytes("of the producer"));
        assertThat(read(bytes("k"), bytes("v")).headers()).hasSize(1);
    }

    @Test
    void anEmptyResourceIsNone() {
        assertThat(read(bytes(""), bytes("v")).resource()).isNull();
    }

    @Test
    void aResourceNeverHoldsWhatTheDatabaseCannot() {
        handler.resource(event -> "a\0b\uD800c");
        assertThat(read(null, null).resource()).isEqualTo("a\uFFFDb?c");
    }

    @Test
    void aTraceParentIsKeptAsText() {
        headers.add("traceparent", bytes("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        assertThat(read(null, null).traceParent()).isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        headers.add("traceparent", new byte[10_000]);
        assertThat(read(null, null).traceParent()).isNull();
    }

    @Test
    void anImpossibleTimeIsMadePossible() {
        timestamp = Long.MAX_VALUE;
        assertThat(read(null, null).producedAt()).isEqualTo("9999-12-31T00:00:00Z");
        timestamp = -1;
        assertThat(read(null, null).producedAt()).isEqualTo(POLLED);
    }

    private NewItem read(byte[] key, byte[] value) {
        var record = new ConsumerRecord<>(
                "orders",
                3,
                42L,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                headers,
                Optional.<Integer>empty());
        return new RecordReader(handler.definition()).read(record, POLLED);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Unspeakable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String toString() {
            throw new IllegalStateException();
        }
    }
}
