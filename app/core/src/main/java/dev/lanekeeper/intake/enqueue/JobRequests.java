package dev.lanekeeper.intake.enqueue;

import dev.lanekeeper.api.job.DuplicateJobException;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.work.JobRequest.KeyTakenException;
import dev.lanekeeper.work.JobRequest.Wish;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Enqueues jobs for people and for other programs, who may ask again when they got no answer.
 *
 * <p>Called from any thread, in no transaction; after a call the job is committed.
 */
public final class JobRequests {

    private final JobEnqueuer enqueuer;

    public JobRequests(JobEnqueuer enqueuer) {
        this.enqueuer = enqueuer;
    }

    /**
     * What somebody asks for.
     *
     * @param handler the id of the handler
     * @param payload JSON; {@code null} for none
     * @param key the same for the same request, so that it is done once; {@code null} for none
     * @param by who asks
     * @param reason why; {@code null} for none
     */
    public record Request(
            String handler,
            byte @Nullable [] payload,
            JobOptions options,
            @Nullable String key,
            String by,
            @Nullable String reason) {}

    /**
     * What became of it.
     *
     * @param repeated whether that was done when it was asked for before
     */
    public record Answer(Enqueued enqueued, boolean repeated) {}

    /**
     * @throws NoJobHandlerException if no node has ever had such a handler
     * @throws IllegalArgumentException if resource or unique key cannot be read from the payload
     * @throws DuplicateJobException if another job has its lock and its handler wants that to be raised
     * @throws KeyTakenException if the key was used for something else
     * @throws org.springframework.dao.DataAccessException when it is unknown whether the job was stored; with a key it can be
     *     asked again
     */
    public Answer enqueue(Request request) {
        IntFunction<Wish> wish = handler ->
                new Wish(handler, request.handler(), request.key(), content(request), request.by(), request.reason());
        var done = enqueuer.enqueue(request.handler(), request.payload(), request.options(), wish);
        return new Answer(done.enqueued(), done.repeated());
    }

    /** Of all that decides what is done; who asks, and why, does not. */
    private static UUID content(Request request) {
        var options = request.options();
        var digest = sha256();
        Stream.of(
                        options.at(),
                        options.after(),
                        options.resource(),
                        options.uniqueKey(),
                        options.label(),
                        options.priority())
                .forEach(part ->
                        add(digest, part == null ? null : part.toString().getBytes(StandardCharsets.UTF_8)));
        add(digest, request.payload());
        var recurring = options.recurring();
        if (recurring != null) {
            add(digest, recurring.toString().getBytes(StandardCharsets.UTF_8));
        }
        var hash = ByteBuffer.wrap(digest.digest());
        return new UUID(hash.getLong(), hash.getLong());
    }

    /** With its length, so that no two lists of parts are the same bytes. */
    private static void add(MessageDigest digest, byte @Nullable [] part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part == null ? -1 : part.length));
        if (part != null) {
            digest.update(part);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }
}
