package dev.lanekeeper.promise;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.event.ItemEvent;
import dev.lanekeeper.api.event.JobEvent;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJobConfigurer;
import dev.lanekeeper.promise.LockScenario.Errand;
import dev.lanekeeper.work.Probe;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application with a handler for each scenario. Its handlers write down when they were entered and left, and by which token; it
 * enqueues by itself what stands in the table {@code call}. Not annotated as a configuration, so that no other scan finds it.
 */
@EnableAutoConfiguration
@Import({FleetApplication.Visits.class, FleetApplication.Told.class})
public class FleetApplication {

    public static void main(String... args) {
        SpringApplication.run(FleetApplication.class, args);
    }

    @Bean
    LaneJobConfigurer scenarios(Visits visits) {
        return registry -> LockScenario.all()
                .forEach(scenario -> scenario.register(registry, (errand, event) -> {
                    visits.pay(scenario.id(), Objects.requireNonNull(errand), event);
                    return Outcome.ack();
                }));
    }

    /** @param callers how many threads enqueue; none by default */
    @Bean
    Callers callers(
            Jobs jobs,
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            @Value("${fleet.callers:0}") int callers,
            @Value("${fleet.calls-at-once:1}") int atOnce) {
        return new Callers(jobs, jdbc, new TransactionTemplate(transactions), callers, atOnce);
    }

    /** Ends the process at a moment that the test has chosen: {@code halt.at=STORE_INSERTED:120}. */
    @Bean
    @ConditionalOnProperty("halt.at")
    Probe haltingProbe(@Value("${halt.at}") String place) {
        return HaltingProbe.at(place);
    }

    /** Stops the process between two items, as SIGSTOP does: {@code stop.after=3}. */
    @Bean
    @ConditionalOnProperty("stop.after")
    Probe stoppingProbe(@Value("${stop.after}") int items) {
        return new StoppingProbe(items);
    }

    /** What the handlers do. */
    static class Visits {

        private final JdbcClient jdbc;

        Visits(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        void pay(String scenario, Errand errand, EventContext event) {
            var visit = jdbc.sql("""
                            INSERT INTO visit (scenario, key, other, n, item, token, pid)
                            VALUES (?, ?, ?, ?, ?, ?, ?)
                            RETURNING id
                            """)
                    .param(scenario)
                    .param(errand.key())
                    .param(errand.other())
                    .param(errand.n())
                    .param(event.itemId())
                    .param(event.fencingToken())
                    .param(ProcessHandle.current().pid())
                    .query(Long.class)
                    .single();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(errand.millis()));
            jdbc.sql("UPDATE visit SET left_at = clock_timestamp() WHERE id = ?")
                    .param(visit)
                    .update();
        }
    }

    /** What listeners are told of losers. */
    static class Told {

        private final JdbcClient jdbc;

        Told(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @EventListener
        void decided(JobEvent event) {
            if (!(event instanceof JobEvent.Locked) && !(event instanceof JobEvent.Unlocked)) {
                write(event.handlerId(), event.getClass().getSimpleName());
            }
        }

        @EventListener
        void refused(ItemEvent.LockRefused event) {
            write(event.item().handlerId(), "Refused " + event.conflict());
        }

        private void write(String scenario, String what) {
            jdbc.sql("INSERT INTO told (scenario, what) VALUES (?, ?)")
                    .param(scenario)
                    .param(what)
                    .update();
        }
    }
}
