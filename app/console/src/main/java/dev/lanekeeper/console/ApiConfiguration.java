package dev.lanekeeper.console;

import dev.lanekeeper.LanekeeperProperties;
import dev.lanekeeper.console.failure.FailureGroupSearch;
import dev.lanekeeper.console.item.ItemDetailSearch;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.job.RecurringJobSearch;
import dev.lanekeeper.console.job.ScheduledJobSearch;
import dev.lanekeeper.console.lane.LaneListSearch;
import dev.lanekeeper.console.lane.LongestLanes;
import dev.lanekeeper.console.lock.ForeignLocks;
import dev.lanekeeper.console.lock.LockSearch;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.console.v1.ApiErrors;
import dev.lanekeeper.console.v1.BulkOperationsApi;
import dev.lanekeeper.console.v1.EventsApi;
import dev.lanekeeper.console.v1.FailuresApi;
import dev.lanekeeper.console.v1.HandlerNameSearch;
import dev.lanekeeper.console.v1.HandlersApi;
import dev.lanekeeper.console.v1.HealthApi;
import dev.lanekeeper.console.v1.JobsApi;
import dev.lanekeeper.console.v1.LanesApi;
import dev.lanekeeper.console.v1.LatencyApi;
import dev.lanekeeper.console.v1.LocksApi;
import dev.lanekeeper.console.v1.RecurringJobsApi;
import dev.lanekeeper.console.v1.RequestLog;
import dev.lanekeeper.console.v1.Retries;
import dev.lanekeeper.console.v1.RetryAnswers;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.intake.enqueue.JobRequests;
import dev.lanekeeper.latency.LatencySearch;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.operations.BulkOperations;
import dev.lanekeeper.operations.Disclosures;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.operations.LaneOperations;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.operations.RecurringOperations;
import dev.lanekeeper.operations.SettingOperations;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The JSON API, and the searches that pages and API share. Made at the first request, as the pages are. */
@Configuration(proxyBeanMethods = false)
@Lazy
class ApiConfiguration {

    @Bean
    ItemSearch lanekeeperItemSearch(Database database) {
        return new ItemSearch(database);
    }

    @Bean
    ItemDetailSearch lanekeeperItemDetailSearch(Database database) {
        return new ItemDetailSearch(database);
    }

    @Bean
    FailureGroupSearch lanekeeperFailureGroupSearch(Database database) {
        return new FailureGroupSearch(database);
    }

    @Bean
    LongestLanes lanekeeperLongestLanes(Database database, Times times) {
        return new LongestLanes(database, times);
    }

    @Bean
    LaneListSearch lanekeeperLaneListSearch(Database database, LongestLanes longest) {
        return new LaneListSearch(database, longest);
    }

    @Bean
    RetryAnswers lanekeeperRetryAnswers(Database database) {
        return new RetryAnswers(database);
    }

    @Bean
    Retries lanekeeperRetries(Database database, ItemOperations operations, RetryAnswers answers) {
        return new Retries(database, operations, answers);
    }

    @Bean
    EventsApi lanekeeperEventsApi(
            ItemSearch items,
            ItemDetailSearch details,
            ItemOperations operations,
            Disclosures disclosures,
            Retries retries,
            LockSearch locks) {
        return new EventsApi(items, details, operations, disclosures, retries, locks);
    }

    @Bean
    FailuresApi lanekeeperFailuresApi(
            ItemSearch items,
            ItemDetailSearch details,
            FailureGroupSearch groups,
            ItemOperations operations,
            Retries retries) {
        return new FailuresApi(items, details, groups, operations, retries);
    }

    @Bean
    LanesApi lanekeeperLanesApi(LaneListSearch lanes, LaneOperations operations) {
        return new LanesApi(lanes, operations);
    }

    @Bean
    LockSearch lanekeeperLockSearch(Database database) {
        return new LockSearch(database);
    }

    @Bean
    ForeignLocks lanekeeperForeignLocks(Database database, HandlerCatalog catalog, ObjectProvider<Node> node) {
        return new ForeignLocks(
                database,
                () -> catalog.handlers().all().isEmpty()
                        ? RemoteLocks.NONE
                        : node.getObject().locks());
    }

    @Bean
    LocksApi lanekeeperLocksApi(LockSearch locks, ForeignLocks foreign, LockOperations operations) {
        return new LocksApi(locks, foreign, operations);
    }

    @Bean
    BulkOperationsApi lanekeeperBulkOperationsApi(BulkOperations operations) {
        return new BulkOperationsApi(operations);
    }

    @Bean
    RecurringJobSearch lanekeeperRecurringJobSearch(Database database) {
        return new RecurringJobSearch(database);
    }

    @Bean
    RecurringJobsApi lanekeeperRecurringJobsApi(RecurringOperations operations, RecurringJobSearch search) {
        return new RecurringJobsApi(operations, search);
    }

    @Bean
    ScheduledJobSearch lanekeeperScheduledJobSearch(Database database) {
        return new ScheduledJobSearch(database);
    }

    @Bean
    JobsApi lanekeeperJobsApi(
            JobRequests requests, JobOperations operations, ScheduledJobSearch search, DatabaseClock clock) {
        return new JobsApi(requests, operations, search, clock);
    }

    @Bean
    HandlersApi lanekeeperHandlersApi(Database database, HandlerOperations operations, SettingOperations settings) {
        return new HandlersApi(new HandlerNameSearch(database), operations, settings);
    }

    @Bean
    LatencyApi lanekeeperLatencyApi(LatencySearch latency) {
        return new LatencyApi(latency);
    }

    @Bean
    HealthApi lanekeeperHealthApi(Database database, LanekeeperProperties properties) {
        return new HealthApi(database, properties.blockedWarning());
    }

    @Bean
    @Lazy(false)
    ApiErrors lanekeeperApiErrors(ConsoleProperties properties) {
        return new ApiErrors(properties.showErrors());
    }

    @Bean
    @Lazy(false)
    FilterRegistrationBean<RequestLog> lanekeeperRequestLogFilter(RequestLog log, ConsolePath path) {
        var registration = new FilterRegistrationBean<>(log);
        registration.addUrlPatterns(path.below("/v1/*"));
        registration.setAsyncSupported(true);
        // Before Spring Security, whose refusals are requests too.
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
        return registration;
    }

    @Bean
    @Lazy(false)
    WebMvcConfigurer lanekeeperRequestLogInterceptor(RequestLog log, ConsolePath path) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(log)
                        .addPathPatterns(path.below("/v1/**"))
                        .order(Ordered.HIGHEST_PRECEDENCE);
            }
        };
    }

    @Bean
    RequestLog lanekeeperRequestLog() {
        return new RequestLog();
    }
}
