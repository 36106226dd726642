package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An entry of the outbox on its way into the corridor. */
class EntryItemTest {

    private static final RawHeader FORGED =
            new RawHeader(RunKey.HEADER, "of the writer".getBytes(StandardCharsets.UTF_8));

    @ParameterizedTest
    @EnumSource(Lock.class)
    void keepsTheKeyOfALockThatIsHeldInTheRunAsItWasComputedWhenItCame(Lock lock) {
        var rule = new UniqueRule(lock, null, null, 1, false, Conflict.LOG);

        var item = entry().with(new UniqueClaim(rule, "orders", "k"));

        assertThat(item.headers().stream().map(h -> new String(h.value(), StandardCharsets.UTF_8)))
                .containsExactlyElementsOf(lock.isHeldInTheRun() ? List.of("k") : List.of());
        assertThat(item.claim() == null).isEqualTo(!lock.isHeldFromEnqueueing());
    }

    @Test
    void believesNobodyElseWhoSaysAKey() {
        assertThat(entry().with(null).headers()).isEmpty();
    }

    private static EntryItem entry() {
        var row =
                new OutboxRow(1, 0, "orders", "placed", null, "{}", null, null, "{}", null, "{}", Instant.EPOCH, null);
        return new EntryItem(1, "orders", null, row, new byte[0], List.of(FORGED), null);
    }
}
