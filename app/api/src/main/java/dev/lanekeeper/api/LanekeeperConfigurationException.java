package dev.lanekeeper.api;

import java.util.List;
import java.util.stream.Collectors;

/** The application cannot start as it is configured; lists everything that is wrong at once. */
public final class LanekeeperConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public LanekeeperConfigurationException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> getProblems() {
        return problems;
    }

    /**
     * One thing that is wrong.
     *
     * @param where the handler or the property
     * @param what what is wrong with it
     * @param action what to do
     */
    public record Problem(String where, String what, String action) {

        @Override
        public String toString() {
            return where + ": " + what + ". " + action;
        }
    }
}
