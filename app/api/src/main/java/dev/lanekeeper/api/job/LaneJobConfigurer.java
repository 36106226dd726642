package dev.lanekeeper.api.job;

/**
 * A bean that registers handlers of jobs in code, for those that are not known before the application starts.
 *
 * <pre>{@code
 * @Bean
 * LaneJobConfigurer reports(Reports reports) {
 *     return registry -> reports.forEach(report ->
 *         registry.job("report-" + report.name(), Period.class, (period, event) -> report.write(period))
 *             .cron("0 0 3 * * *"));
 * }
 * }</pre>
 *
 * <p>Called once, when all singletons exist and before anything runs.
 */
@FunctionalInterface
public interface LaneJobConfigurer {

    void configure(LaneJobRegistry registry);
}
