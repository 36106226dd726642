package dev.lanekeeper.handler;

import dev.lanekeeper.api.change.ResourceFinder;
import org.jspecify.annotations.Nullable;

/** Knows where resources of some classes are found; a bean, asked where the application has no {@link ResourceFinder} itself. */
public interface FinderSource {

    /** @return {@code null} when it does not know this class */
    <T> @Nullable ResourceFinder<T> finder(Class<T> resource);
}
