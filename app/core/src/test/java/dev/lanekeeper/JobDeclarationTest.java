package dev.lanekeeper;

import static dev.lanekeeper.Declared.handler;
import static dev.lanekeeper.RefusedConfiguration.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.handler.HandlerDefinition.JobSource;
import dev.lanekeeper.work.Recurrence;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a user writes to do jobs becomes a definition like any other. */
class JobDeclarationTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void readsResourceAndRecurrenceOfTheAnnotationAndOfProperties() {
        application
                .withBean(Reports.class)
                .withPropertyValues("lanekeeper.handlers.report.cron=@daily", "where=Europe/Berlin")
                .run(context -> {
                    var report = handler(context, "report");

                    assertThat(report.source()).isInstanceOfSatisfying(JobSource.class, job -> {
                        assertThat(job.resource()).isEqualTo("customer");
                        assertThat(job.recurrence()).isEqualTo(new Recurrence("@daily", "Europe/Berlin"));
                    });
                    assertThat(report.unique()).isNull();
                    var payload = "{\"customer\":7}".getBytes(StandardCharsets.UTF_8);
                    assertThat(report.lanes()
                                    .resource()
                                    .resourceOf(new RawEvent(null, -1, -1, Instant.EPOCH, null, payload, List.of())))
                            .isEqualTo("7");
                });
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        application
                .withBean(Wrong.class)
                .withPropertyValues("lanekeeper.handlers.never.topics=t", "lanekeeper.handlers.never.context=c")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::where)
                        .anyMatch(where -> where.startsWith("cron of Handler 'often'"))
                        .anyMatch(where -> where.startsWith("cron of Handler 'never'"))
                        .anyMatch(where -> where.startsWith("zone of Handler 'nowhere'"))
                        .anyMatch(where -> where.startsWith("zone of Handler 'timeless'"))
                        .anyMatch(where -> where.contains("nameless"))
                        .contains("lanekeeper.handlers.never.topics", "lanekeeper.handlers.never.context")
                        .hasSize(8));
    }

    static class Reports {

        @LaneJob(id = "report", resource = "customer", cron = "0 0 3 * * *", zone = "${where}")
        void report(String payload) {}
    }

    static class Wrong {

        @LaneJob(id = "often", cron = "often")
        void often() {}

        @LaneJob(id = "never", cron = "0 0 0 31 2 *")
        void never() {}

        @LaneJob(id = "nowhere", cron = "@daily", zone = "Nowhere/Land")
        void nowhere() {}

        @LaneJob(id = "timeless", zone = "UTC")
        void timeless() {}

        @LaneJob
        void nameless() {}

        @LaneJob(id = "twice")
        void twice(String one, String other) {}
    }
}
