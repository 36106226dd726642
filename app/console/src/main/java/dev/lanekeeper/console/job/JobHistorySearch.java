package dev.lanekeeper.console.job;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.job.RecurringJobSearch.RecurringJob;
import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.NewRecurring;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads what people did to a job that is scheduled, or that recurs.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class JobHistorySearch {

    private static final int SHOWN = 50;

    private final BoundedSearch search;

    public JobHistorySearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    /** What a person did. */
    public record Act(
            String operator, String verb, @Nullable String reason, String result, Instant doneAt) {}

    /** The newest first. */
    public List<Act> ofJob(long jobId) {
        return of("job:" + jobId);
    }

    /** The newest first; also to one of the same name that was ended. */
    public List<Act> of(RecurringJob job) {
        return of(NewRecurring.target(job.handler(), job.name()));
    }

    private List<Act> of(String target) {
        return search.read(() ->
                search.sql("""
                        SELECT operator, verb, reason, result, done_at
                          FROM lanekeeper.operation
                         WHERE target = ?
                         ORDER BY target DESC, operation_id DESC
                         LIMIT ?
                        """).param(target).param(SHOWN).query(Act.class).list());
    }

    /** As it is shown. */
    public record ActView(
            String operator,
            String verb,
            @Nullable String reason,
            String result,
            @Nullable Moment doneAt) {}

    static List<ActView> shown(List<Act> acts, Times times) {
        return acts.stream()
                .map(act -> new ActView(
                        act.operator(),
                        words(act.verb(), '-'),
                        act.reason(),
                        words(act.result(), '_'),
                        times.moment(act.doneAt())))
                .toList();
    }

    private static String words(String name, char between) {
        return name.toLowerCase(Locale.ROOT).replace(between, ' ');
    }
}
