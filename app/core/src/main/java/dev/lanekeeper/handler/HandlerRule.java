package dev.lanekeeper.handler;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import java.util.List;

/** Looks at all handlers together when the application starts; a bean. What it finds is told with everything else. */
public interface HandlerRule {

    List<Problem> problems(Handlers handlers);
}
