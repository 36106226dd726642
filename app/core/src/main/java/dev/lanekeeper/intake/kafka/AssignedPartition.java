package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.work.PartitionStart;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What a consumer's thread knows of a partition that its group gave it; only an {@link State#OPEN} one is fetched. */
final class AssignedPartition {

    /** From assignment to fetching, and back when the position has to be found anew. */
    enum State {
        /** Where to start has still to be asked. */
        UNKNOWN,
        /** The database has been asked for a generation and a position. */
        ASKED,
        /** Records are read into its buffer. */
        OPEN,
        /** What is buffered is stored first, then the position is asked again. */
        SETTLING,
        /** Nothing is read until a person acts. */
        STOPPED
    }

    private final TopicPartition partition;
    private State state = State.UNKNOWN;
    private long notBefore = System.nanoTime();
    private @Nullable PartitionBuffer buffer;
    private @Nullable UUID topicId;
    private @Nullable String stoppedReason;
    private @Nullable OffsetAndMetadata committed;
    private OptionalLong truncatedAt = OptionalLong.empty();
    private boolean refusedByBroker;
    private @Nullable CompletableFuture<PartitionStart> answer;
    private OptionalLong lag = OptionalLong.empty();
    private volatile boolean givenUp;

    AssignedPartition(TopicPartition partition) {
        this.partition = partition;
    }

    TopicPartition partition() {
        return partition;
    }

    State state() {
        return state;
    }

    @Nullable
    PartitionBuffer buffer() {
        return buffer;
    }

    @Nullable
    UUID topicId() {
        return topicId;
    }

    @Nullable
    String stoppedReason() {
        return stoppedReason;
    }

    /** The group's committed offset when it was asked last. */
    @Nullable
    OffsetAndMetadata committed() {
        return committed;
    }

    boolean isAnswered() {
        return state == State.ASKED && answer != null && answer.isDone();
    }

    /** @throws java.util.concurrent.CompletionException if the database did not answer */
    PartitionStart answer() {
        return Objects.requireNonNull(answer).join();
    }

    OptionalLong truncatedAt() {
        return truncatedAt;
    }

    /** Whether the broker has no such offset, so that its log's end counts too. */
    boolean isRefusedByBroker() {
        return refusedByBroker;
    }

    /** Seen by the flusher's thread too, which must not take a generation of what is no longer ours. */
    boolean isGivenUp() {
        return givenUp;
    }

    void giveUp() {
        givenUp = true;
    }

    OptionalLong lag() {
        return lag;
    }

    void lag(OptionalLong now) {
        lag = now;
    }

    /** A stopped one is asked again as well: a person may have restarted it. */
    boolean isToBeAsked(long now) {
        return (state == State.UNKNOWN || state == State.STOPPED) && now - notBefore >= 0;
    }

    void asked(UUID topic, @Nullable OffsetAndMetadata groupCommitted, CompletableFuture<PartitionStart> question) {
        state = State.ASKED;
        topicId = topic;
        committed = groupCommitted;
        answer = question;
    }

    void open(PartitionBuffer opened) {
        state = State.OPEN;
        buffer = opened;
        answer = null;
        stoppedReason = null;
        refusedByBroker = false;
        truncatedAt = OptionalLong.empty();
    }

    void stop(String reason, long askAgain) {
        state = State.STOPPED;
        stoppedReason = reason;
        notBefore = askAgain;
        answer = null;
        buffer = null;
    }

    void settle() {
        state = State.SETTLING;
    }

    void refused(OptionalLong logEndsAt) {
        refusedByBroker = true;
        truncatedAt = logEndsAt;
        if (state == State.OPEN) {
            settle();
        }
    }

    void forgetPosition(long askAt) {
        state = State.UNKNOWN;
        notBefore = askAt;
        answer = null;
        buffer = null;
    }
}
