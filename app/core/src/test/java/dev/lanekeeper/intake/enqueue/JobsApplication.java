package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.OneApplication;
import dev.lanekeeper.api.AfterFailure;
import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.event.JobEvent;
import dev.lanekeeper.api.job.BeforeEnqueue;
import dev.lanekeeper.api.job.BeforeEnqueue.Decision;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.LaneJobConfigurer;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** An application that enqueues jobs of all kinds, and keeps what their handlers were given. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({JobsApplication.Seen.class, JobsApplication.Work.class})
class JobsApplication {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** At the end, when each test has left its part in the books. */
    static void assertAllIsDone(OneApplication application) {
        var seen = application.bean(Seen.class);
        application.jdbc().sql("DELETE FROM lanekeeper.recurring_job").update();
        await().atMost(PATIENCE).until(() -> application.rows("lanekeeper.lane_item") == 0);
        assertThat(application.rows("lanekeeper.scheduled_job")).isZero();
        assertThat(application.rows("lanekeeper.outbox_entry")).isZero();
        assertThat(seen.with("every-entry")).isEmpty();
        assertThat(application.rows("lanekeeper.unique_lock")).isZero();
        assertThat(application.rows("lanekeeper.run_lock")).isZero();
        assertThat(application.rows("lanekeeper.lock_waiter")).isZero();
        assertThat(seen.with("overlap")).isEmpty();
        assertThat(application.faults()).isEmpty();
    }

    @Bean
    ResourceResolver everyoneTheSame() {
        return event -> "the same";
    }

    @Bean
    ResourceResolver payloadItself() {
        return event -> new String(Objects.requireNonNull(event.value()), StandardCharsets.UTF_8);
    }

    /** Stops what is for nobody; the second hook sees what the first has left. */
    @Bean
    @Order(1)
    BeforeEnqueue first() {
        return job ->
                job.payload() != null && new String(job.payload(), StandardCharsets.UTF_8).contains("closed tenant")
                        ? Decision.stop("it is for nobody")
                        : Decision.enqueue(
                                job.handlerId().equals("hooked") ? job.options().withLabel("one") : job.options());
    }

    @Bean
    @Order(2)
    BeforeEnqueue second() {
        return job -> Decision.enqueue(
                job.handlerId().equals("hooked")
                        ? job.options()
                                .withLabel(job.options().label() + " two")
                                .withUniqueKey("theirs")
                        : job.options());
    }

    @Bean
    LaneJobConfigurer inCode(Seen seen) {
        return registry -> registry.job("coded", Greeting.class, (greeting, event) -> {
                    seen.add("coded " + greeting.name());
                    return Outcome.ack();
                })
                .resource(event -> "fixed")
                .maxRetries(0);
    }

    record Greeting(String name, String customer) {}

    /** What the handlers were given. */
    @Component
    static class Seen {

        final List<String> calls = new CopyOnWriteArrayList<>();

        final List<JobEvent> events = new CopyOnWriteArrayList<>();

        @EventListener
        void on(JobEvent event) {
            events.add(event);
        }

        List<String> containing(String part) {
            return calls.stream().filter(c -> c.contains(part)).toList();
        }

        void add(String call) {
            calls.add(call);
        }

        List<String> with(String prefix) {
            return calls.stream().filter(c -> c.startsWith(prefix)).toList();
        }
    }

    @Component
    static class Work implements AfterFailure {

        private final Set<Integer> atWork = ConcurrentHashMap.newKeySet();
        private final Set<String> atWorkIn = ConcurrentHashMap.newKeySet();
        private final Seen seen;
        private final JdbcClient jdbc;
        private final Jobs jobs;

        Work(Seen seen, JdbcClient jdbc, Jobs jobs) {
            this.seen = seen;
            this.jdbc = jdbc;
            this.jobs = jobs;
        }

        @LaneJob(id = "greet", resource = "customer")
        void greet(Greeting greeting, EventContext context) {
            seen.add("greet " + greeting.name() + " as " + context.itemId() + " for " + context.resource());
        }

        @LaneJob(id = "number")
        void number(@Nullable BigDecimal number) {
            seen.add("number " + number);
        }

        @LaneJob(id = "tick", cron = "* * * * * *")
        void tick() {
            seen.add("tick");
        }

        @LaneJob(id = "once")
        @Unique(key = "name")
        void once(Greeting greeting) {
            seen.add("once " + greeting.name());
        }

        @LaneJob(id = "hooked")
        @Unique
        void hooked(Greeting greeting) {
            seen.add("hooked " + greeting.name());
        }

        @LaneJob(id = "at-once", resource = "customer", inline = "true", backoffMin = "1ms", backoffMax = "1ms")
        void atOnce(Greeting greeting, EventContext context) {
            seen.add("at-once " + greeting.name() + " by "
                    + Thread.currentThread().getName());
            if (greeting.name().equals("outer")) {
                jobs.enqueue("at-once", new Greeting("inner", "another"));
            }
            if (greeting.name().equals("failing") && context.attempt() == 1) {
                throw new IllegalStateException("the first time");
            }
        }

        @LaneJob(id = "gives-up", maxRetries = "1", backoffMin = "1ms", backoffMax = "1ms")
        void givesUp(int number) {
            throw new IllegalStateException("number " + number);
        }

        @Override
        public void afterFailure(AfterFailure.Failed failed) {
            seen.add("gave up " + failed.handlerId() + " after " + failed.attempts() + ": " + failed.errorMessage());
            throw new IllegalStateException("a hook may throw");
        }

        @LaneJob(id = "strict")
        @Unique(onConflict = Unique.Conflict.RAISE)
        void strict(int number) {
            seen.add("strict " + number);
        }

        @LaneJob(id = "until-executing")
        @Unique(lock = Unique.Lock.UNTIL_EXECUTING, key = "bean:everyoneTheSame")
        void untilExecuting(int left) {
            seen.add("until-executing " + left);
            if (left > 0) {
                jobs.enqueue("until-executing", left - 1);
            }
        }

        @LaneJob(id = "until-executed")
        @Unique(key = "bean:everyoneTheSame")
        void untilExecuted(int left) {
            seen.add("until-executed " + left + " "
                    + jobs.enqueue("until-executed", left - 1).getClass().getSimpleName());
        }

        @LaneJob(id = "crowded")
        @Unique(key = "bean:payloadItself")
        void crowded(int number) {
            if (!atWork.add(number)) {
                seen.add("overlap of " + number);
            }
            seen.add("crowded " + number);
            atWork.remove(number);
        }

        @LaneJob(id = "alone")
        @Unique(lock = Unique.Lock.WHILE_EXECUTING, key = "name")
        void alone(Greeting greeting) {
            alone("alone " + greeting.name());
        }

        @LaneJob(id = "both", resource = "customer")
        @Unique(lock = Unique.Lock.UNTIL_AND_WHILE_EXECUTING, key = "name")
        void both(Greeting greeting) {
            alone("both " + greeting.name());
            if (greeting.customer().equals("first")) {
                seen.add("both again "
                        + jobs.enqueue("both", new Greeting(greeting.name(), "second"))
                                .getClass()
                                .getSimpleName());
            }
        }

        @Transactional
        @LaneJob(
                id = "transfer",
                locks = {"account(/from)", "account(/to)", "ledger*2"})
        public void transfer(JsonNode transfer) {
            jdbc.sql("INSERT INTO effect (name) VALUES (?)")
                    .param("transfer " + transfer)
                    .update();
            alone("account " + transfer.path("from").asString());
        }

        /** Notes when somebody else is at the same. */
        private void alone(String what) {
            if (!atWorkIn.add(what)) {
                seen.add("overlap in " + what);
            }
            LockSupport.parkNanos(2_000_000);
            seen.add(what);
            atWorkIn.remove(what);
        }

        @Transactional
        @LaneJob(id = "effect", maxRetries = "0")
        public void effect(JsonNode name) {
            jdbc.sql("INSERT INTO effect (name) VALUES (?)")
                    .param(name.asString())
                    .update();
            jobs.enqueue("greet", new Greeting("after-" + name.asString(), "e"));
            if (name.asString().equals("bad")) {
                throw new IllegalStateException("bad");
            }
        }

        @OutboxEventHandler(id = "every-entry")
        void everyEntry(OutboxEntry entry) {
            seen.add("every-entry " + entry.context());
        }
    }
}
