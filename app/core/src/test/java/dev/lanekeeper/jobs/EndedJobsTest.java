package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

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

        catchThrowable(ended::flush);

        await().until(() -> ended.waiting() == 1);
        ended.close();
        assertThat(ended.waiting()).isZero();
    }

    @Test
    void keepsNothingThatFailsWhileItIsClosedOrComesAfterwards() {
        meanwhile = () -> {
            ended.close();
            ended.add("b");
        };
        ended.add("a");

        catchThrowable(ended::flush);

        assertThat(ended.waiting()).isZero();
    }
}
