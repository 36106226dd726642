package dev.lanekeeper.console.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.job.ScheduledJobSearch.Job;
import dev.lanekeeper.console.page.Times;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ScheduledJobViewTest {

    private static final Instant NOW = Instant.parse("2026-11-22T04:00:00Z");

    private final Times times = new Times(() -> Clock.fixed(NOW, ZoneOffset.UTC), ZoneOffset.UTC);

    @Test
    void aJobIsOverdueWhenItsTimeHasComeAWhileAgo() {
        assertThat(view(NOW.minusSeconds(11), false, 0).overdue()).isTrue();
        assertThat(view(NOW.minusSeconds(9), false, 0).overdue()).isFalse();
        assertThat(view(NOW.plusSeconds(60), false, 0).overdue()).isFalse();
    }

    @Test
    void itIsMarkedThatAJobIsUniqueOrUrgent() {
        assertThat(view(NOW, false, 0).marks()).isNull();
        assertThat(view(NOW, true, 0).marks()).isEqualTo("unique");
        assertThat(view(NOW, false, 9).marks()).isEqualTo("priority 9");
        assertThat(view(NOW, true, 9).marks()).isEqualTo("unique, priority 9");
    }

    private ScheduledJobView view(Instant dueAt, boolean holdsLock, int priority) {
        return ScheduledJobView.of(new Job(42, "reports", null, null, dueAt, NOW, holdsLock, priority), times);
    }
}
