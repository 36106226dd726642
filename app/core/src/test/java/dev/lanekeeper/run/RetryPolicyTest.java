package dev.lanekeeper.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private static final Backoff OF_ENTRIES = new Backoff(Duration.ofSeconds(10), Duration.ofHours(1));

    @Test
    void waitsFiveTimesTwoToThePowerOfTheAttemptsAndNeverLongerThanTheLongest() {
        var policy = new RetryPolicy(always(0));

        assertThat(delays(policy, 10)).containsExactly(10L, 20L, 40L, 80L, 160L, 320L, 640L, 1280L, 2560L, 3600L);
        assertThat(policy.delay(OF_ENTRIES, Integer.MAX_VALUE)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void addsUpToAQuarterSoThatWhatFailedTogetherDoesNotReturnTogether() {
        assertThat(delays(new RetryPolicy(always(0.8)), 3)).containsExactly(12L, 24L, 48L);
        assertThat(delays(new RetryPolicy(always(0.8)), 10)).endsWith(3072L, 3600L);
    }

    private static List<Long> delays(RetryPolicy policy, int attempts) {
        return IntStream.rangeClosed(1, attempts)
                .mapToObj(attempt -> policy.delay(OF_ENTRIES, attempt).toSeconds())
                .toList();
    }

    private static RandomGenerator always(double number) {
        return new RandomGenerator() {
            @Override
            public double nextDouble() {
                return number;
            }

            @Override
            public long nextLong() {
                return 0;
            }
        };
    }
}
