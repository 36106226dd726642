package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EndedJobsTest {

    private Runnable meanwhile = () -> {};
    private final EndedJobs<String> ended = new EndedJobs<>(fails());

    private Consumer<List<String>> fails() {
        return jobs -> {
            meanwhile.run();
            throw new IllegalStateException("the pool is closed");
        };
    }

    @Test
    void keepsWhatCouldNotBeWritten() {
        ended.add("a");

        assertThatThrownBy(ended::flush).hasMessage("the pool is closed");

        await().until(() -> ended.waiting() == 1);
        ended.close();
        assertThat(ended.waiting()).isZero();
    }

    @Test
    void keepsNothingThatFailsWhileItIsClosedOrComesAfterwards() {
        meanwhile = () -> {
            ended.close();
            assertThat(ended.add("b")).isFalse();
        };
        ended.add("a");

        assertThatThrownBy(ended::flush).hasMessage("the pool is closed");

        assertThat(ended.waiting()).isZero();
    }

    @Test
    void aJobThatTheDatabaseRefusesHoldsUpNoOther() {
        var written = new ArrayList<String>();
        var some = new EndedJobs<String>(jobs -> {
            if (jobs.contains("refused")) {
                throw new IllegalStateException(new SQLException("too long", "22001"));
            }
            written.addAll(jobs);
        });
        List.of("a", "refused", "b").forEach(some::add);

        some.flush();

        assertThat(written).containsExactly("a", "b");
        assertThat(some.waiting()).isZero();
    }
}
