package dev.lanekeeper.console;

import dev.lanekeeper.console.event.EventPage;
import dev.lanekeeper.console.event.EventsPage;
import dev.lanekeeper.console.failure.BulkPage;
import dev.lanekeeper.console.failure.FailureGroupSearch;
import dev.lanekeeper.console.failure.FailuresPage;
import dev.lanekeeper.console.item.HandlerNames;
import dev.lanekeeper.console.item.ItemDetailSearch;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.item.LivingNodeSearch;
import dev.lanekeeper.console.job.JobHistorySearch;
import dev.lanekeeper.console.job.RecurringJobPage;
import dev.lanekeeper.console.job.RecurringJobSearch;
import dev.lanekeeper.console.job.ScheduledJobPage;
import dev.lanekeeper.console.job.ScheduledJobSearch;
import dev.lanekeeper.console.job.ScheduledPage;
import dev.lanekeeper.console.lane.LaneDetailPage;
import dev.lanekeeper.console.lane.LaneListSearch;
import dev.lanekeeper.console.lane.LanesPage;
import dev.lanekeeper.console.lock.ForeignLocks;
import dev.lanekeeper.console.lock.LockSearch;
import dev.lanekeeper.console.lock.LocksPage;
import dev.lanekeeper.console.outbox.OutboxPage;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.console.v1.HandlerNameSearch;
import dev.lanekeeper.operations.BulkOperations;
import dev.lanekeeper.operations.Disclosures;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.operations.LaneOperations;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.operations.RecurringOperations;
import dev.lanekeeper.work.Database;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The pages that list events, failures, lanes, locks and jobs. Made at the first request, as all pages are. */
@Configuration(proxyBeanMethods = false)
@Lazy
class ListsConfiguration {

    @Bean
    HandlerNames lanekeeperHandlerNames(Database database) {
        var search = new HandlerNameSearch(database);
        return () -> search.all().stream().map(HandlerNameSearch.Handler::id).toList();
    }

    @Bean
    EventsPage lanekeeperEventsPage(ItemSearch items, HandlerNames handlers, Times times, ConsolePath path) {
        return new EventsPage(items, handlers, times, path);
    }

    @Bean
    EventPage lanekeeperEventPage(
            ItemDetailSearch details,
            ItemOperations operations,
            JobOperations jobs,
            Disclosures disclosures,
            LockSearch locks,
            Times times,
            ConsolePath path) {
        return new EventPage(details, operations, jobs, disclosures, locks, times, path);
    }

    @Bean
    FailuresPage lanekeeperFailuresPage(
            ItemSearch items,
            ItemDetailSearch details,
            FailureGroupSearch groups,
            ItemOperations operations,
            HandlerNames handlers,
            Times times,
            ConsolePath path) {
        return new FailuresPage(items, details, groups, operations, handlers, times, path);
    }

    @Bean
    OutboxPage lanekeeperOutboxPage(Database database, ItemSearch items, Times times) {
        return new OutboxPage(database, items, times);
    }

    @Bean
    BulkPage lanekeeperBulkPage(BulkOperations operations, Database database, Times times, ConsolePath path) {
        return new BulkPage(operations, new LivingNodeSearch(database), times, path);
    }

    @Bean
    LocksPage lanekeeperLocksPage(
            LockSearch locks, ForeignLocks foreign, LockOperations operations, Times times, ConsolePath path) {
        return new LocksPage(locks, foreign, operations, times, path);
    }

    @Bean
    LanesPage lanekeeperLanesPage(LaneListSearch lanes, HandlerNames handlers, Times times, ConsolePath path) {
        return new LanesPage(lanes, handlers, times, path);
    }

    @Bean
    LaneDetailPage lanekeeperLaneDetailPage(
            LaneListSearch lanes,
            ItemSearch items,
            ItemOperations itemOperations,
            LaneOperations laneOperations,
            Times times,
            ConsolePath path) {
        return new LaneDetailPage(lanes, items, itemOperations, laneOperations, times, path);
    }

    @Bean
    ScheduledPage lanekeeperScheduledPage(
            ScheduledJobSearch scheduled,
            RecurringJobSearch recurring,
            HandlerNames handlers,
            Times times,
            ConsolePath path) {
        return new ScheduledPage(scheduled, recurring, handlers, times, path);
    }

    @Bean
    ScheduledJobPage lanekeeperScheduledJobPage(
            ScheduledJobSearch jobs, JobOperations operations, Database database, Times times, ConsolePath path) {
        return new ScheduledJobPage(jobs, operations, new JobHistorySearch(database), times, path);
    }

    @Bean
    RecurringJobPage lanekeeperRecurringJobPage(
            RecurringJobSearch jobs, RecurringOperations operations, Database database, Times times, ConsolePath path) {
        return new RecurringJobPage(jobs, operations, new JobHistorySearch(database), times, path);
    }
}
