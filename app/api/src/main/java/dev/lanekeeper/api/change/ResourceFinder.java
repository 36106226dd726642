package dev.lanekeeper.api.change;

import java.util.Optional;

/**
 * Finds resources of one class for {@link Change#resource()}; a bean that the application writes. Called on a worker's thread, in
 * the callback's transaction if it has one.
 */
public interface ResourceFinder<T> {

    Class<T> resourceClass();

    Optional<T> find(String id);
}
