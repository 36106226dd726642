package dev.lanekeeper.console.item;

import java.util.List;

/** Which handlers a list can be narrowed to. */
@FunctionalInterface
public interface HandlerNames {
    List<String> all();
}
