package dev.lanekeeper.operations;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.HandlerStore;

/**
 * What a person may do to one handler: stop and start its intake and its processing, apart from each other, on every node.
 *
 * <p>Called from any thread, in no transaction. Nodes notice within seconds; items that have started are finished.
 */
public final class HandlerOperations {

    private final Journal journal;
    private final HandlerStore handlers;

    public HandlerOperations(Database database) {
        this.journal = new Journal(database);
        this.handlers = new HandlerStore(database);
    }

    /** Its records stay in Kafka; a handler of outbox entries has no intake of its own. */
    public HandlerAnswer pauseIntake(String handler, Operator by) {
        return journal.write(
                by,
                "pause-intake",
                target(handler),
                () -> intakeAnswer(handler, true, handlers.pauseIntake(handler, true, by.name())));
    }

    public HandlerAnswer resumeIntake(String handler, Operator by) {
        return journal.write(
                by,
                "resume-intake",
                target(handler),
                () -> intakeAnswer(handler, false, handlers.pauseIntake(handler, false, by.name())));
    }

    /** Its items wait in their lanes. */
    public HandlerAnswer pauseProcessing(String handler, Operator by) {
        return journal.write(
                by,
                "pause-processing",
                target(handler),
                () -> answer(handler, true, handlers.pauseProcessing(handler, true, by.name())));
    }

    public HandlerAnswer resumeProcessing(String handler, Operator by) {
        return journal.write(
                by,
                "resume-processing",
                target(handler),
                () -> answer(handler, false, handlers.pauseProcessing(handler, false, by.name())));
    }

    private HandlerAnswer intakeAnswer(String handler, boolean paused, boolean changed) {
        var answer = answer(handler, paused, changed);
        return changed || answer == HandlerAnswer.NOT_FOUND || handlers.hasIntake(handler)
                ? answer
                : HandlerAnswer.NO_INTAKE;
    }

    private HandlerAnswer answer(String handler, boolean paused, boolean changed) {
        if (changed) {
            return paused ? HandlerAnswer.PAUSED : HandlerAnswer.RESUMED;
        }
        if (!handlers.isKnown(handler)) {
            return HandlerAnswer.NOT_FOUND;
        }
        return paused ? HandlerAnswer.ALREADY_PAUSED : HandlerAnswer.NOT_PAUSED;
    }

    private static String target(String handler) {
        return "handler:" + handler;
    }
}
