package dev.lanekeeper.console.failure;

import dev.lanekeeper.console.item.Shown;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.BulkProgress;
import dev.lanekeeper.work.BulkVerb;
import dev.lanekeeper.work.FailureFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A bulk operation as pages show it.
 *
 * @param what in a few words: {@code Retry of 4,812 failures}
 * @param result such as {@code 4,812 retried, 37 skipped: running}
 * @param done of the bar, as a part of {@code matched}
 */
public record BulkView(
        long id,
        String what,
        List<String> filter,
        String operator,
        @Nullable String reason,
        @Nullable Moment startedAt,
        @Nullable Moment finishedAt,
        boolean over,
        String state,
        String tone,
        String result,
        long done,
        long matched) {

    static BulkView of(BulkProgress progress, Times times) {
        var counts = progress.counts();
        var over = progress.isFinished();
        var cancelled = progress.cancelledBy() != null;
        return new BulkView(
                progress.id(),
                (progress.verb() == BulkVerb.RETRY ? "Retry" : "Discard") + " of " + matched(progress),
                words(progress.filter()),
                String.valueOf(Shown.text(progress.operator())),
                Shown.text(progress.reason()),
                times.moment(progress.startedAt()),
                times.moment(progress.finishedAt()),
                over,
                over ? (cancelled ? "cancelled" : "finished") : cancelled ? "stopping" : "working",
                over ? (cancelled ? "warn" : "ok") : "busy",
                result(progress),
                counts.done() + counts.skipped(),
                Math.max(1, counts.matched()));
    }

    private static String matched(BulkProgress progress) {
        if (progress.collectedAt() == null) {
            return "failures";
        }
        var matched = progress.counts().matched();
        return matched == 1 ? "1 failure" : Numbers.count(matched) + " failures";
    }

    private static String result(BulkProgress progress) {
        var counts = progress.counts();
        var parts = new ArrayList<String>();
        parts.add(Numbers.count(counts.done()) + (progress.verb() == BulkVerb.RETRY ? " retried" : " discarded"));
        add(parts, counts.running(), "skipped: running");
        add(parts, counts.waiting(), "skipped: retried by somebody else");
        add(parts, counts.ended(), "skipped: ended otherwise meanwhile");
        add(parts, counts.purged(), "skipped: no longer there");
        add(parts, counts.behindParking(), "of them wait in lanes that are parked");
        add(parts, counts.left(), progress.isFinished() ? "left as they were" : "to go");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, long number, String what) {
        if (number > 0) {
            parts.add(Numbers.count(number) + " " + what);
        }
    }

    private static List<String> words(FailureFilter filter) {
        var words = new ArrayList<String>();
        word(words, "handler", filter.handler());
        word(words, "topic", filter.topic());
        word(
                words,
                "state",
                filter.state() == null ? null : filter.state().name().toLowerCase(Locale.ROOT));
        word(words, "fingerprint", filter.fingerprint());
        word(words, "resource", filter.resource());
        word(words, "entity", filter.entity());
        word(words, "from", filter.from() == null ? null : filter.from().toString());
        word(words, "to", filter.to() == null ? null : filter.to().toString());
        return words.isEmpty() ? List.of("every failure") : List.copyOf(words);
    }

    private static void word(List<String> words, String name, @Nullable String value) {
        if (value != null) {
            words.add(name + " " + Shown.text(value));
        }
    }
}
