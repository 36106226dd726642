package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What an application that does not start says is wrong with its configuration. */
final class RefusedConfiguration {

    private RefusedConfiguration() {}

    /** Runs the application, which must fail with problems, however deep below other exceptions. */
    static List<Problem> problems(ApplicationContextRunner application) {
        var problems = new ArrayList<Problem>();
        application.run(context -> {
            assertThat(context).hasFailed();
            problems.addAll(problems(context.getStartupFailure()));
        });
        return problems;
    }

    /** Those of a context that has failed. */
    static List<Problem> problems(Throwable failure) {
        for (var thrown = failure; thrown != null; thrown = thrown.getCause()) {
            if (thrown instanceof LanekeeperConfigurationException refused) {
                return refused.getProblems();
            }
        }
        throw new AssertionError("The application failed for another reason", failure);
    }
}
