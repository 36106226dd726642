package dev.lanekeeper;

import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import java.util.List;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Lets Boot print, in place of a stack trace, everything that keeps the application from starting and what to do. */
final class ConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<LanekeeperConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, LanekeeperConfigurationException cause) {
        List<Problem> problems = cause.getProblems();
        var description = new StringBuilder("Lanekeeper cannot start: ")
                .append(problems.size())
                .append(problems.size() == 1 ? " problem" : " problems")
                .append(" in its configuration.");
        var action = new StringBuilder();
        for (int i = 0; i < problems.size(); i++) {
            Problem problem = problems.get(i);
            description.append("\n\n%d. %s:%n   %s.".formatted(i + 1, problem.where(), problem.what()));
            action.append("%s%d. %s.".formatted(i == 0 ? "" : "\n", i + 1, problem.action()));
        }
        return new FailureAnalysis(description.toString(), action.toString(), cause);
    }
}
