package dev.lanekeeper.api.change;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has changed about one resource, as it was written in the transaction that changed it; the parameter of a
 * {@link ReliableAfterCommit} method.
 *
 * <p>Values are kept as JSON: without a type they come back as text, numbers, booleans, {@code null}, lists and maps - times as
 * text -, with one they are converted by the application's own Jackson. Immutable.
 *
 * @param <T> the class of the resource
 */
public interface Change<T> {

    Class<T> resourceClass();

    String resourceId();

    ChangeType type();

    /** What has changed; all attributes of a resource that was created or deleted. */
    Set<String> attributes();

    /** Whether the attribute has changed. */
    default boolean changed(String attribute) {
        return attributes().contains(attribute);
    }

    /** By attribute, what it was; {@code null} for each when the resource was created. */
    Map<String, @Nullable Object> previous();

    /** By attribute, what it is since; {@code null} for each when the resource was deleted. */
    Map<String, @Nullable Object> current();

    /** @return what the attribute was; {@code null} when it had no value or has not changed */
    <V> @Nullable V previous(String attribute, Class<V> as);

    /** @return what the attribute is since; {@code null} when it has no value or has not changed */
    <V> @Nullable V current(String attribute, Class<V> as);

    /**
     * The resource as it is now, which may be later than this change, by the {@link ResourceFinder} of its class.
     *
     * @return empty when the change has deleted it
     * @throws ResourceMissingException when it is not there any more although this change has not deleted it
     * @throws IllegalStateException when the application has no finder for it
     */
    Optional<T> resource();
}
