package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextsTest {

    @Test
    void leavesWhatIsFitAsItIs() {
        assertThat(Texts.safe(null)).isNull();
        assertThat(Texts.safe("")).isEmpty();
        assertThat(Texts.safe("a \uD83D\uDE80")).isEqualTo("a \uD83D\uDE80");
    }

    @Test
    void showsNulInsteadOfStoringIt() {
        assertThat(Texts.safe("a\0b")).isEqualTo("a\\u0000b");
        assertThat(Texts.indexable("a\0b")).isEqualTo("a\\u0000b");
    }

    @Test
    void cutsWhatIsTooLongAndSaysSo() {
        assertThat(Texts.safe("x".repeat(1_000_001))).hasSize(1_000_006).endsWith("x [cut]");
        assertThat(Texts.safe("x".repeat(1_000_000))).hasSize(1_000_000);
    }

    @Test
    void cutsIndexedTextsShorterAndNeverThroughACharacter() {
        assertThat(Texts.indexable(null)).isNull();
        assertThat(Texts.indexable("x".repeat(10_000))).isEqualTo("x".repeat(500));
        assertThat(Texts.indexable("\uD83D\uDE80x".repeat(300))).doesNotContainPattern("[\\uD800-\\uDBFF]$");
        assertThat(Texts.indexable("x" + "\uD83D\uDE80".repeat(300))).hasSize(499);
    }
}
