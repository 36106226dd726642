package dev.lanekeeper.handler;

import dev.lanekeeper.api.change.ResourceFinder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who finds resources that callbacks ask for: the application's own finders first. */
record Finders(List<ResourceFinder<?>> own, List<FinderSource> others) {

    /** Whether the application itself finds such resources. */
    boolean hasOwn(Class<?> resource) {
        return own.stream().anyMatch(finder -> finder.resourceClass() == resource);
    }

    <T> @Nullable ResourceFinder<T> of(Class<T> resource) {
        for (var finder : own) {
            if (finder.resourceClass() == resource) {
                @SuppressWarnings("unchecked") // it says so itself
                var ofThis = (ResourceFinder<T>) finder;
                return ofThis;
            }
        }
        for (var other : others) {
            var finder = other.finder(resource);
            if (finder != null) {
                return finder;
            }
        }
        return null;
    }
}
