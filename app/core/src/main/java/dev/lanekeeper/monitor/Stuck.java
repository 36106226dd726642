package dev.lanekeeper.monitor;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.intake.kafka.IntakeStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.ConsumerStatus;
import dev.lanekeeper.intake.kafka.KafkaIntakes;
import dev.lanekeeper.intake.outbox.OutboxMovers;
import dev.lanekeeper.monitor.Monitor.Running;
import dev.lanekeeper.run.ActiveRun;
import dev.lanekeeper.run.ActiveRun.Working;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which threads of this node have stopped beating. Each has a beat of its own, so that no living one speaks for a dead one; all is
 * read from memory.
 */
final class Stuck {

    /** A handler that was interrupted has this long to notice. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** Longer than a pool or a broker lets one of our own threads wait, by default. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private Stuck() {}

    /** In a line each; empty when all threads are alive. */
    static List<String> threads(Running running) {
        var node = running.node();
        return Stream.of(
                        silent("The heartbeat", node.life().sinceBeat()),
                        silent("The watch over the runs", node.sinceWatch()),
                        silent("The dispatcher", node.sinceDispatch()),
                        running.intakes() == null ? Stream.<String>of() : consumers(running.intakes()),
                        running.movers() == null ? Stream.<String>of() : endedMovers(running.movers()),
                        workers(running))
                .flatMap(lines -> lines)
                .toList();
    }

    /** A mover without a beat may only wait for the database; one that has ended does not come back. */
    private static Stream<String> endedMovers(OutboxMovers movers) {
        return movers.status().stream().filter(m -> !m.alive()).map(m -> "Mover " + m.number() + " has ended");
    }

    private static Stream<String> consumers(KafkaIntakes intakes) {
        return intakes.status().stream().flatMap(Stuck::consumers);
    }

    private static Stream<String> consumers(IntakeStatus intake) {
        return intake.consumers().stream().flatMap(c -> silent(name(c, intake), c.sinceTurn()));
    }

    /** With the threads that store, which may only wait for the database; in a line each. */
    static List<String> intakeProblems(IntakeStatus intake) {
        return Stream.concat(
                        consumers(intake),
                        intake.consumers().stream()
                                .flatMap(c -> silent("The flush of " + name(c, intake), c.flushing())))
                .toList();
    }

    private static String name(ConsumerStatus consumer, IntakeStatus intake) {
        return "Consumer " + consumer.number() + " of handler " + intake.handlerId();
    }

    /** Why nothing, or not all, is worked on here; in a line each. */
    static List<String> workersProblems(Running running) {
        var node = running.node();
        var problems = new ArrayList<String>();
        if (!node.isJobServerRunning()) {
            problems.add("JobRunr's server does not run");
        }
        if (!node.life().mayStart()) {
            problems.add("The heartbeat has not reached the database for too long: nothing new is started");
        }
        silent("The dispatcher", node.sinceDispatch()).forEach(problems::add);
        workers(running).forEach(problems::add);
        return problems;
    }

    /** Handlers that ignore their timeout, and runs that hang on their way between two handlers. */
    private static Stream<String> workers(Running running) {
        return Stream.concat(
                ignoringTimeout(running).stream()
                        .map(call -> "Handler " + call.handler() + " ignores its timeout and keeps its worker: item "
                                + call.item().itemId() + " for " + seconds(call.elapsed())),
                running.node().runs().stream()
                        .filter(run -> run.working() == null)
                        .flatMap(run -> silent("Run " + run.run().runId(), run.sinceBeat())));
    }

    static List<Working> ignoringTimeout(Running running) {
        return running.node().runs().stream()
                .map(ActiveRun::working)
                .filter(Objects::nonNull)
                .filter(call -> ignoresTimeout(call, running.handlers()))
                .toList();
    }

    private static boolean ignoresTimeout(Working call, Handlers handlers) {
        var timeout = timeout(handlers.find(call.handler()));
        return timeout != null && call.elapsed().compareTo(timeout.plus(GRACE)) > 0;
    }

    private static @Nullable Duration timeout(@Nullable HandlerDefinition handler) {
        return handler == null ? null : handler.limits().timeout();
    }

    private static Stream<String> silent(String who, Duration since) {
        return isSilent(since) ? Stream.of(who + " has not moved for " + seconds(since)) : Stream.of();
    }

    static boolean isSilent(Duration since) {
        return since.compareTo(SILENCE) >= 0;
    }

    private static String seconds(Duration time) {
        return time.toSeconds() + " s";
    }
}
