package dev.lanekeeper.latency;

import java.util.Locale;

/** A part of an event's way. */
public enum Stage {
    /** From its production to the moment it was polled. */
    KAFKA(1),
    /** From there until it was stored. */
    BUFFER(2),
    /** From there until its first attempt started. */
    WAIT(3),
    /** One call of its handler; each attempt counts. */
    HANDLER(4),
    /** From its production until it was finished, retries included. */
    TOTAL(5);

    private final int code;

    Stage(int code) {
        this.code = code;
    }

    /** As it stands in the database. */
    int code() {
        return code;
    }

    /** As it is written in JSON and on the screen. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Stage of(int code) {
        for (var stage : values()) {
            if (stage.code == code) {
                return stage;
            }
        }
        throw new IllegalArgumentException("latency.stage " + code + " is unknown to this release");
    }
}
