package dev.lanekeeper.intake.kafka;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Keeps expected complaints out of the output of a test. */
final class QuietLog {

    private QuietLog() {}

    /** Of everything below the named logger; {@code undo} gets what ends the silence. */
    static void of(String name, List<Runnable> undo) {
        atMost(Level.OFF, name, undo);
    }

    /** The same, except for its errors. */
    static void upToErrors(String name, List<Runnable> undo) {
        atMost(Level.ERROR, name, undo);
    }

    private static void atMost(Level level, String name, List<Runnable> undo) {
        var logger = (Logger) LoggerFactory.getLogger(name);
        var before = logger.getLevel();
        logger.setLevel(level);
        undo.add(() -> logger.setLevel(before));
    }
}
