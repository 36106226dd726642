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
        var logger = (Logger) LoggerFactory.getLogger(name);
        var before = logger.getLevel();
        logger.setLevel(Level.OFF);
        undo.add(() -> logger.setLevel(before));
    }
}
