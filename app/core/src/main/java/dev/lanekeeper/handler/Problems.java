package dev.lanekeeper.handler;

import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with the configuration, so that a start-up that fails tells all of it at once. */
final class Problems {

    private final Set<Problem> problems = new LinkedHashSet<>();

    Problems(List<Problem> known) {
        problems.addAll(known);
    }

    void add(String where, String what, String action) {
        add(new Problem(where, what, action));
    }

    void add(Problem problem) {
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new LanekeeperConfigurationException(List.copyOf(problems));
        }
    }
}
