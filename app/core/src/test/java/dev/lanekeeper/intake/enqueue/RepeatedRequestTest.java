package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanekeeper.OneApplication;
import dev.lanekeeper.api.job.BeforeEnqueue;
import dev.lanekeeper.api.job.BeforeEnqueue.Decision;
import dev.lanekeeper.api.job.ConflictStrategy;
import dev.lanekeeper.api.job.DuplicateJobException;
import dev.lanekeeper.api.job.Enqueued.Accepted;
import dev.lanekeeper.api.job.Enqueued.Scheduled;
import dev.lanekeeper.api.job.Enqueued.Stopped;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.intake.enqueue.JobRequests.Answer;
import dev.lanekeeper.intake.enqueue.JobRequests.Request;
import dev.lanekeeper.work.JobRequest.KeyTakenException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;

/** Requests with an idempotency key, when the application thinks otherwise by the time of the second. */
class RepeatedRequestTest {

    @RegisterExtension
    static final OneApplication application = OneApplication.of(Application.class, "repeated_requests");

    private final JobRequests requests = application.bean(JobRequests.class);
    private final Opinion opinion = application.bean(Opinion.class);

    @Test
    void isAnsweredAsTheFirstWithoutAskingTheApplicationAgain() {
        var first = ask("plain", "hooks", "{}");
        assertThat(first.enqueued()).isInstanceOf(Accepted.class);

        var asked = opinion.asked;
        opinion.stops = true;
        var second = ask("plain", "hooks", "{}");
        var other = ask("plain", "hooks, another", "{}");
        opinion.stops = false;

        assertThat(second).isEqualTo(new Answer(first.enqueued(), true));
        assertThat(other.enqueued()).isInstanceOf(Stopped.class);
        assertThat(opinion.asked).as("for the other alone").isEqualTo(asked + 1);
    }

    @Test
    void isAnsweredAsTheFirstWhenItsKeyCanBeReadNoMore() {
        var first = ask("lone", "unreadable", "{\"name\": \"a\"}");

        opinion.throwing = true;
        var second = ask("lone", "unreadable", "{\"name\": \"a\"}");
        opinion.throwing = false;

        assertThat(second).isEqualTo(new Answer(first.enqueued(), true));
    }

    @Test
    void isRaisedAgainWhateverTheStrategyWouldSayNow() {
        var holder = application.bean(Jobs.class).enqueue("lone", "b", later().withUniqueKey("b"));
        assertThat(holder).isInstanceOf(Scheduled.class);
        var behind = (Scheduled) holder;
        assertRaised("raised", behind.jobId());

        opinion.conflict = Conflict.LOG;
        assertRaised("raised", behind.jobId());
        opinion.conflict = Conflict.RAISE;
    }

    @Test
    void isRefusedWhenTheKeyWasForSomethingElse() {
        ask("plain", "taken", "{}");

        opinion.stops = true;
        assertThatThrownBy(() -> ask("plain", "taken", "{\"other\": 1}")).isInstanceOf(KeyTakenException.class);
        opinion.stops = false;
    }

    private void assertRaised(String key, long of) {
        assertThatThrownBy(() -> ask("lone", key, "{\"name\": \"b\"}"))
                .isInstanceOfSatisfying(
                        DuplicateJobException.class,
                        e -> assertThat(e.duplicateOf()).isEqualTo(of));
    }

    private Answer ask(String handler, String key, String payload) {
        return requests.enqueue(
                new Request(handler, payload.getBytes(StandardCharsets.UTF_8), JobOptions.now(), key, "anna", null));
    }

    private static JobOptions later() {
        return JobOptions.after(Duration.ofDays(1));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Opinion.class)
    static class Application {

        @Bean
        BeforeEnqueue hook(Opinion opinion) {
            return job -> {
                opinion.asked++;
                return opinion.stops ? Decision.stop("not now") : Decision.enqueue(job.options());
            };
        }

        @Bean
        ConflictStrategy fickle(Opinion opinion) {
            return event -> {
                if (opinion.throwing) {
                    throw new IllegalStateException("not now");
                }
                return opinion.conflict;
            };
        }
    }

    /** What the application thinks, which may change. */
    static class Opinion {

        private int asked;
        private boolean stops;
        private boolean throwing;
        private Conflict conflict = Conflict.RAISE;

        @LaneJob(id = "plain")
        void plain(JsonNode payload) {}

        @LaneJob(id = "lone")
        @Unique(key = "name", strategy = "fickle")
        void lone(JsonNode payload) {}
    }
}
