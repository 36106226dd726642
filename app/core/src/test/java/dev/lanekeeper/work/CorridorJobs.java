package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.StoredJob.Stored;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Jobs of a corridor's handler, which are their payloads to a test: how they are made, which wait, and what ends them. */
final class CorridorJobs {

    private final Corridor corridor;

    CorridorJobs(Corridor corridor) {
        this.corridor = corridor;
    }

    /** One that may be there any number of times. */
    NewJob job(String payload, @Nullable String resource) {
        return new NewJob(
                corridor.handlerId,
                "orders",
                resource,
                payload.getBytes(StandardCharsets.UTF_8),
                List.of(),
                null,
                corridor.clock.instant(),
                null,
                null,
                null);
    }

    NewJob job(UniqueRule rule, String payload, @Nullable String resource) {
        return job(payload, resource).with(claim(rule, payload));
    }

    /** The key is what stands before the stroke, or all. */
    static UniqueClaim claim(UniqueRule rule, String payload) {
        return new UniqueClaim(rule, "orders", payload.split("/")[0]);
    }

    /** The id of one that was just stored, and nothing else. */
    static long stored(StoredJob job) {
        assertThat(job).isInstanceOf(Stored.class);
        return ((Stored) job).id();
    }

    /** In the order of their items. */
    List<String> waiting() {
        return payloads("lanekeeper.lane_item JOIN lanekeeper.work_item USING (item_id)");
    }

    List<String> ended(State state) {
        return payloads("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = " + state.code());
    }

    private List<String> payloads(String from) {
        return corridor.database
                .sql("SELECT convert_from(payload, 'UTF8') FROM " + from + " ORDER BY item_id")
                .query(String.class)
                .list();
    }

    /** Does what is ready, by one run of a new node. */
    void finish() {
        end(corridor::done);
    }

    void end(Function<WaitingItem, ItemResult> how) {
        end(corridor.node(), how);
    }

    void end(long nodeId, Function<WaitingItem, ItemResult> how) {
        var claimed = corridor.claim(nodeId);
        for (var lane : claimed.lanes()) {
            record(claimed, lane, corridor.read(lane).stream().map(how).toList());
        }
    }

    /** Ends the first item of the one lane of a run, which gives the lane back. */
    void endHead(Corridor.Claimed claimed, Function<WaitingItem, ItemResult> how) {
        var head = corridor.read(claimed.lane()).get(0);
        record(claimed, claimed.lane(), List.of(how.apply(head)));
    }

    /** By a recorder that frees the locks of what has ended. */
    private void record(Corridor.Claimed claimed, OwnedLane lane, List<ItemResult> results) {
        new ResultRecorder(corridor.database, handler -> true, corridor.clock, step -> corridor.probe.reached(step))
                .record(claimed.run(), 1, List.of(new LaneResult(lane, results, Next.RELEASE, false)));
    }
}
