package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.work.BacklogSearch;
import dev.lanekeeper.work.KafkaBatch;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.ProgressStore;
import dev.lanekeeper.work.StoredBatch;
import java.time.Clock;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * What the intakes find in the corridor.
 *
 * @param storer stores a batch in one transaction, as {@code ItemStorer::store}
 * @param flush a handler's by its number; read for every decision
 * @param intakePaused whether a person has paused the intake of a handler; asked before every poll
 * @param bufferBytes what one consumer holds in memory at most before it pauses
 * @param mark this installation's, as text; tells our offset commits from everybody else's
 * @param nodeId this node's current incarnation
 * @param handlerNumber a handler's number in the database by its id
 * @param clock gives the time at which records are polled
 */
public record IntakeEnvironment(
        Function<KafkaBatch, StoredBatch> storer,
        ProgressStore progress,
        BacklogSearch backlog,
        IntFunction<FlushSettings> flush,
        IntPredicate intakePaused,
        long bufferBytes,
        String mark,
        LongSupplier nodeId,
        ToIntFunction<String> handlerNumber,
        Clock clock,
        Probe probe) {}
