package dev.lanekeeper.jpa;

import dev.lanekeeper.handler.ResourceName;

/**
 * An entity whose changes are recorded.
 *
 * @param type its own class
 * @param resourceClass as which its changes are recorded: its own, or one that it extends
 */
record MarkedEntity(Class<?> type, Class<?> resourceClass, ResourceName resource, EntityAttributes attributes) {

    /** Whether the attribute that is to name a resource is one of the entity's. */
    boolean hasItsId() {
        return namesItself() || attributes.has(resource.id());
    }

    /** Whether the entity's identifier names the resource, and not some other attribute. */
    boolean namesItself() {
        return attributes.isIdentifier(resource.id()) || (resource.id().equals("id") && !attributes.has("id"));
    }
}
