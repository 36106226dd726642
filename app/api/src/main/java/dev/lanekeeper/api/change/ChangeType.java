package dev.lanekeeper.api.change;

/** What has happened to a resource. */
public enum ChangeType {
    CREATED,
    UPDATED,
    DELETED
}
