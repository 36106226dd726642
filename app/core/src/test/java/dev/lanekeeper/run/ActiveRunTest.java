package dev.lanekeeper.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Run;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ActiveRunTest {

    private final ActiveRun run = new ActiveRun(
            new Run(1, UUID.randomUUID()), 1, 0, List.of(new OwnedLane(UUID.randomUUID(), 1, 1, false, null)));

    @Test
    void isTakenUpByOneThreadHoweverOftenItsJobIsPerformed() {
        assertThat(run.takeUp()).isTrue();
        assertThat(run.takeUp()).isFalse();
    }

    @Test
    void countsTheClaimsThatBroughtAsManyLanesAsItAskedFor() {
        run.claimed(true);
        run.claimed(true);
        assertThat(run.fullClaims()).isEqualTo(2);

        run.claimed(false);
        assertThat(run.fullClaims()).isZero();
    }
}
