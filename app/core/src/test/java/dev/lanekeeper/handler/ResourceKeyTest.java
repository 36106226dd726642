package dev.lanekeeper.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResourceKeyTest {

    /** Pieces that are likely to be taken for one another. */
    private static final String[] PIECES = {
        "a",
        "\\",
        "\0",
        "\\u0000",
        "u0000",
        "\ud800",
        "\udc00",
        "\ud83d\ude00",
        "\\ud800",
        "x",
        "0x",
        "ff",
        "0",
        "é",
        "\\x"
    };

    @ParameterizedTest
    @MethodSource
    void writesText(String text, String expected) {
        assertThat(ResourceKey.of(text)).isEqualTo(expected);
    }

    static Object[][] writesText() {
        return new Object[][] {
            {null, null},
            {"", null},
            {"customer-1", "customer-1"},
            {"0xff", "0xff"},
            {" ", " "},
            {"a\0b", "a\\u0000b"},
            {"a\\u0000b", "a\\\\u0000b"},
            {"a\ud800", "a\\ud800"},
            {"\udc00\ud800b", "\\udc00\\ud800b"},
            {"\ud83d\ude00\0", "\ud83d\ude00\\u0000"},
            {"\ud83d\ude00", "\ud83d\ude00"}
        };
    }

    @Test
    void writesBytesThatAreTextAsThatText() {
        assertThat(ResourceKey.of("é-1".getBytes(StandardCharsets.UTF_8))).isEqualTo("é-1");
        assertThat(ResourceKey.of(new byte[] {0, 0, 0, 1}))
                .isEqualTo("\\u0000\\u0000\\u0000\\u0001".replace("\\u0001", "\1"));
        assertThat(ResourceKey.of(new byte[0])).isNull();
        assertThat(ResourceKey.of((byte[]) null)).isNull();
    }

    @Test
    void writesBytesThatAreNoTextAsDigitsThatNoTextBecomes() {
        assertThat(ResourceKey.of(new byte[] {(byte) 0xff, 0x01})).isEqualTo("\\xff01");
        assertThat(ResourceKey.of("\\xff01")).isEqualTo("\\\\xff01");
    }

    @Test
    void keepsDifferentKeysApartAndWritesOnlyWhatPostgresStores() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        Map<String, Object> written = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            Object key = random.nextInt(4) == 0 ? bytes(random) : text(random);
            String canonical = key instanceof byte[] bytes ? ResourceKey.of(bytes) : ResourceKey.of((String) key);
            if (canonical == null) {
                continue;
            }
            Object meaning = meaning(key);
            Object other = written.putIfAbsent(canonical, meaning);
            assertThat(other == null || other.equals(meaning))
                    .as("seed %s: %s and %s are both written %s", seed, other, meaning, canonical)
                    .isTrue();
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(canonical) && canonical.indexOf(0) < 0)
                    .as("seed %s: PostgreSQL stores %s", seed, canonical)
                    .isTrue();
        }
    }

    /** Bytes that are UTF-8 mean the same as their text; all others mean themselves. */
    private static Object meaning(Object key) {
        if (key instanceof byte[] bytes) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            boolean isText = java.util.Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
            return isText ? text : java.nio.ByteBuffer.wrap(bytes);
        }
        return key;
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(5); i >= 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(4)];
        random.nextBytes(bytes);
        return bytes;
    }
}
