package dev.lanekeeper.console.latency;

import java.time.Duration;
import java.util.Locale;

/** Over which time numbers are taken, and which time a picture shows. */
enum Period {
    NOW(Duration.ofMinutes(5), Duration.ofHours(2), Duration.ofMinutes(1)),
    DAY(Duration.ofHours(24), Duration.ofHours(24), Duration.ofMinutes(15));

    private final Duration numbers;
    private final Duration picture;
    private final Duration slot;

    Period(Duration numbers, Duration picture, Duration slot) {
        this.numbers = numbers;
        this.picture = picture;
        this.slot = slot;
    }

    /** Whatever is not known is now. */
    static Period of(String key) {
        return key.equals("day") ? DAY : NOW;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    Duration numbers() {
        return numbers;
    }

    Duration picture() {
        return picture;
    }

    /** What one point of the picture stands for. */
    Duration slot() {
        return slot;
    }

    int slots() {
        return (int) picture.dividedBy(slot) + 1;
    }
}
