package dev.lanekeeper.console.v1;

import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.intake.enqueue.JobRequests;
import dev.lanekeeper.work.EntryDocument;
import dev.lanekeeper.work.Recurrence;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads which job somebody wants; what is not understood is refused with words. */
final class WantedJob {

    private static final int LONGEST_KEY = 255;
    private static final int LONGEST_TEXT = 1_000;

    private WantedJob() {}

    private record Body(
            @Nullable String handler,
            @Nullable JsonNode payload,
            @Nullable String at,
            @Nullable String after,
            @Nullable String cron,
            @Nullable String zone,
            @Nullable String name,
            @Nullable String resource,
            @Nullable String uniqueKey,
            @Nullable String label,
            @Nullable JsonNode priority,
            @Nullable String idempotencyKey,
            @Nullable String reason) {}

    /** @param header the key as a header; {@code null} for none, or where it stands in the body */
    static JobRequests.Request of(HttpServletRequest request, @Nullable String header, byte @Nullable [] sent) {
        var body = Json.read(sent, Body.class);
        var handler = text("handler", body.handler());
        if (handler == null) {
            throw Parameters.refused("handler", "is missing: the id of a handler of jobs");
        }
        var options = new JobOptions(
                NewTime.time(body.at(), body.after()),
                NewTime.delay(body.after()),
                recurring(body),
                text("resource", body.resource()),
                text("unique_key", body.uniqueKey()),
                text("label", body.label()),
                priority(body.priority()));
        var by = Asked.operator(request, text("reason", body.reason()));
        return new JobRequests.Request(
                handler, payload(body, sent), options, key(header, body.idempotencyKey()), by.name(), by.reason());
    }

    private static JobOptions.@Nullable Recurring recurring(Body body) {
        var cron = body.cron();
        if (cron == null) {
            if (body.name() != null || body.zone() != null) {
                throw Parameters.refused(
                        body.name() == null ? "zone" : "name", "is for jobs that recur: give cron, too");
            }
            return null;
        }
        if (body.at() != null || body.after() != null) {
            throw Parameters.refused("cron", "cannot be given together with at or after");
        }
        var name = body.name();
        if (name == null
                || name.isBlank()
                || name.length() > JobOptions.Recurring.LONGEST_NAME
                || name.indexOf('\0') >= 0) {
            throw Parameters.refused(
                    "name",
                    "is missing, too long, or holds a NUL: what a job that recurs is called, up to "
                            + JobOptions.Recurring.LONGEST_NAME + " characters");
        }
        return new JobOptions.Recurring(name, cron, zone(body.zone()));
    }

    private static ZoneId zone(@Nullable String given) {
        try {
            return Recurrence.zoneId(given == null ? Recurrence.USUAL_ZONE : given);
        } catch (IllegalArgumentException e) {
            throw Parameters.refused("zone", "is no time zone such as Europe/Berlin or UTC");
        }
    }

    /** Also as text, as the command line sends it. */
    private static int priority(@Nullable JsonNode given) {
        if (given == null || given.isNull()) {
            return 0;
        }
        var text = given.isValueNode() ? given.asString() : "";
        if (!text.matches("[0-9]")) {
            throw Parameters.refused("priority", "is not a number from 0 to " + JobOptions.MOST_URGENT);
        }
        return Integer.parseInt(text);
    }

    /** As it was written, digit for digit. */
    private static byte @Nullable [] payload(Body body, byte @Nullable [] sent) {
        var payload = body.payload();
        return sent == null || payload == null || payload.isNull() ? null : EntryDocument.part(sent, "payload");
    }

    private static @Nullable String key(@Nullable String header, @Nullable String inBody) {
        if (header != null && inBody != null && !header.equals(inBody)) {
            throw Parameters.refused("idempotency_key", "is not that of the header Idempotency-Key");
        }
        var key = header == null ? inBody : header;
        if (key == null) {
            return null;
        }
        if (key.isBlank() || key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY || key.indexOf('\0') >= 0) {
            throw Parameters.refused(
                    "idempotency_key", "is empty, longer than " + LONGEST_KEY + " bytes, or holds a NUL");
        }
        return key;
    }

    private static @Nullable String text(String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (value.length() > LONGEST_TEXT || value.indexOf('\0') >= 0) {
            throw Parameters.refused(name, "is too long, or holds a NUL");
        }
        return value;
    }
}
