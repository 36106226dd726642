package dev.lanekeeper.monitor;

/** Whether application events are published. */
public enum EventMode {
    /** Each kind of event is published if a listener asks for it when the first one could be. */
    AUTO,
    /** All are published, also to listeners that take any event and to listeners that are added later. */
    ON,
    OFF
}
