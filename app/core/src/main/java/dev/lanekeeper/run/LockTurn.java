package dev.lanekeeper.run;

import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.CannotHeal;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.LockRules;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.LockRules.Refusal;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.work.ConflictReason;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.Postponed;
import dev.lanekeeper.work.LockNeed;
import dev.lanekeeper.work.LockRefusal;
import dev.lanekeeper.work.RunLocker;
import dev.lanekeeper.work.RunLocker.Answer;
import dev.lanekeeper.work.RunLocker.Asker;
import dev.lanekeeper.work.State;
import dev.lanekeeper.work.WaitingItem;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the locks of an item before its handler is called, and says what becomes of it when it is not given them. */
final class LockTurn {

    private static final Logger log = LoggerFactory.getLogger(LockTurn.class);

    private final RunLocker locker;
    private final RemoteLocks remote;
    private final HandlerExecution execution;
    private final ListenerGuard listeners;
    private final Clock clock;

    LockTurn(RunLocker locker, RemoteLocks remote, HandlerExecution execution, ListenerGuard listeners, Clock clock) {
        this.locker = locker;
        this.remote = remote;
        this.execution = execution;
        this.listeners = listeners;
        this.clock = clock;
    }

    /** What an item needs, or why that cannot be found out. */
    sealed interface Needs {

        record Found(Map<LockNeed, LockRule> rules) implements Needs {

            List<LockNeed> all() {
                return List.copyOf(rules.keySet());
            }

            /** What the lane goes on holding, so that it need not be taken again; a part of a rate is used up each time. */
            boolean isCoveredBy(Chunk chunk) {
                return rules.keySet().stream().noneMatch(LockNeed::isRate)
                        && chunk.holdsExactly(
                                rules.keySet().stream().map(LockNeed::digest).toList());
            }
        }

        record Unreadable(Exception why) implements Needs {}
    }

    Needs needs(HandlerDefinition handler, WaitingItem item) {
        if (handler.locks().isEmpty() || item.unreadable() != null || item.intakeError() != null) {
            return new Needs.Found(Map.of());
        }
        Map<LockNeed, LockRule> found;
        try {
            found = handler.locks().needs(item, execution.hidingOf(handler));
        } catch (Exception e) {
            return new Needs.Unreadable(new CannotHeal(e));
        }
        try {
            return new Needs.Found(LockRules.chosen(found, item));
        } catch (Exception e) {
            return new Needs.Unreadable(e);
        }
    }

    Answer take(Asker asker, Needs.Found needs) {
        return locker.take(asker, needs.all(), !remote.isUsed());
    }

    /** Whether this item may need any lock at all; where not, nothing is asked. */
    boolean concern(HandlerDefinition handler, WaitingItem item) {
        return !handler.locks().isEmpty() || (remote.isUsed() && item.resource() != null);
    }

    /**
     * What an item needs of those locks that are shared with other applications: its own, and the resource of its lane.
     *
     * @param stored the item as it is stored: where nobody may read its resource, nobody may in the name of a lock
     */
    List<LockNeed> shared(HandlerDefinition handler, WaitingItem stored, Needs.Found needs) {
        if (!remote.isUsed()) {
            return List.of();
        }
        var all = new ArrayList<>(needs.all());
        var resource = stored.resource();
        if (resource != null) {
            all.add(LockNeed.ofLane(handler.lanes().group(), resource));
        }
        return all;
    }

    RemoteLocks.Answer takeShared(Asker asker, long token, List<LockNeed> needs) {
        return remote.take(asker.lane().epoch(), token, needs);
    }

    /** What an item was given in the database, with this token, before Redis had it wait. */
    record Given(List<LockNeed> needs, long token) {}

    /**
     * Its locks of the database are free again, and it has used up no part of a rate. Only a lock that another application has can be
     * refused to it: nobody has taken the others from it.
     *
     * @param shared all that it asked for
     */
    Answer giveWay(Asker asker, Given given, List<LockNeed> shared, RemoteLocks.Answer why) {
        locker.takeBack(given.needs(), given.token());
        var needs = why instanceof RemoteLocks.Answer.Busy busy
                ? busy.needs().stream()
                        .map(n -> busy.elsewhere().contains(n) ? n : n.patiently())
                        .toList()
                : shared.stream().map(LockNeed::patiently).toList();
        var answer = locker.giveWay(asker, needs, clock.instant().plus(comesIn(why)), elsewhere(why));
        if (answer instanceof Answer.Waiting) {
            needs.forEach(n -> remote.await(n.name()));
        }
        return answer;
    }

    private static RunLocker.@Nullable Elsewhere elsewhere(RemoteLocks.Answer why) {
        return why instanceof RemoteLocks.Answer.Busy busy
                ? busy.elsewhere().isEmpty() ? null : RunLocker.Elsewhere.ANOTHER_APPLICATION
                : RunLocker.Elsewhere.NO_ANSWER;
    }

    private static Duration comesIn(RemoteLocks.Answer why) {
        return why instanceof RemoteLocks.Answer.Busy busy ? busy.comesIn() : ((RemoteLocks.Answer.Away) why).comesIn();
    }

    /** Has all that it waited for. */
    void leave(WaitingItem item) {
        locker.leave(item);
    }

    /** What becomes of an item that was refused, and as what it is counted. */
    record Decided(ItemResult result, LockRefusal refusal) {}

    Decided refused(HandlerDefinition handler, Asker asker, Answer.Refused refused, LockRule rule) {
        var refusal = Objects.requireNonNull(rule.refusal());
        var givenUp = refusal.conflict() == RunConflict.RESCHEDULE && refused.hops() >= refusal.mostHops();
        var result = givenUp ? givenUp(asker.item(), refused) : decide(handler, asker, refused, refusal);
        log.atInfo()
                .addKeyValue("handler", handler.id())
                .addKeyValue("item", asker.item().itemId())
                .addKeyValue("holder", refused.holder())
                .addKeyValue("lock", refused.need().name())
                .log("An item was not given its lock: {}{}", refusal.conflict(), givenUp ? ", given up" : "");
        listeners.refused(
                handler.id(),
                asker.item(),
                new RunListener.Refusal(refused.need().name(), refusal.conflict(), refused.holder(), givenUp));
        return new Decided(
                result,
                new LockRefusal(
                        asker.item().itemId(),
                        asker.item().handlerId(),
                        refused.need(),
                        refused.holder(),
                        givenUp ? ConflictReason.GAVE_UP_IN_RUN : reason(refusal.conflict())));
    }

    private static ConflictReason reason(RunConflict conflict) {
        return switch (conflict) {
            case LOG -> ConflictReason.DROPPED_IN_RUN;
            case RAISE -> ConflictReason.FAILED_IN_RUN;
            case REJECT -> ConflictReason.REJECTED_IN_RUN;
            case RESCHEDULE, WAIT, CONFIGURED -> ConflictReason.RESCHEDULED_IN_RUN;
        };
    }

    private ItemResult givenUp(WaitingItem item, Answer.Refused refused) {
        var reason = new LockNotGrantedException(refused.need().name(), refused.holder());
        var why = reason.why() + ", although the item came again " + refused.hops() + " times";
        return execution.untried(item, State.REJECTED, why, refused.holder());
    }

    private ItemResult decide(HandlerDefinition handler, Asker asker, Answer.Refused refused, Refusal refusal) {
        var item = asker.item();
        var reason = new LockNotGrantedException(refused.need().name(), refused.holder());
        return switch (refusal.conflict()) {
            case LOG -> execution.untried(item, State.DISCARDED, reason.why(), refused.holder());
            case REJECT -> execution.untried(item, State.REJECTED, reason.why(), refused.holder());
            case RAISE -> execution.notGranted(handler, asker.lane(), item, reason);
            case RESCHEDULE, WAIT, CONFIGURED -> reschedule(item, refusal, refused);
        };
    }

    private ItemResult reschedule(WaitingItem item, Refusal refusal, Answer.Refused refused) {
        var now = clock.instant();
        var again = now.plus(refusal.rescheduleIn());
        locker.reschedule(item, refused.need(), refused.hops() + 1, again);
        return new Postponed(item.itemId(), item.handlerId(), now, again);
    }
}
