package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.StartedApplication;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.Enqueued.Accepted;
import dev.lanekeeper.api.job.Enqueued.Scheduled;
import dev.lanekeeper.api.job.Enqueued.Submitted;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.intake.enqueue.JobsApplication.Greeting;
import dev.lanekeeper.intake.enqueue.JobsApplication.Seen;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Jobs of callbacks that run when a transaction has ended, but its connection is still bound to the thread. */
class EnqueuedAfterCommitTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** By whether the pool's connections commit by themselves. */
    private static Map<Boolean, ConfigurableApplicationContext> applications;

    @BeforeAll
    static void start() {
        applications = Map.of(false, start(false), true, start(true));
    }

    private static ConfigurableApplicationContext start(boolean autoCommit) {
        return StartedApplication.of(
                Application.class,
                PostgresServer.shared().createDatabase("after_commit_" + autoCommit),
                "spring.datasource.hikari.auto-commit=" + autoCommit);
    }

    @AfterAll
    static void stop() {
        applications.values().forEach(ConfigurableApplicationContext::close);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void storesAJobOfACallbackAtOnce(boolean autoCommit) {
        var answer = afterCommit(autoCommit, transactions(autoCommit), () -> greet(autoCommit, "called back"));

        assertThat(answer).isInstanceOf(Accepted.class);
        await().atMost(PATIENCE).until(() -> isGreeted(autoCommit, "called back"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void storesOneForLaterToo(boolean autoCommit) {
        var answer = afterCommit(
                autoCommit,
                transactions(autoCommit),
                () -> jobs(autoCommit).enqueue("number", 1, JobOptions.after(Duration.ofDays(1))));

        assertThat(answer).isInstanceOf(Scheduled.class);
        assertThat(applications
                        .get(autoCommit)
                        .getBean(JdbcClient.class)
                        .sql("SELECT count(*) FROM lanekeeper.scheduled_job WHERE job_id = ?")
                        .param(((Scheduled) answer).jobId())
                        .query(Long.class)
                        .single())
                .isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void storesAJobOfAListenerForAfterTheCommitAtOnce(boolean autoCommit) {
        transactions(autoCommit)
                .executeWithoutResult(status -> publisher(autoCommit).publishEvent(new Paid("listened")));

        assertThat(listeners(autoCommit).answers).hasAtLeastOneElementOfType(Accepted.class);
        await().atMost(PATIENCE).until(() -> isGreeted(autoCommit, "listened"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void storesAJobAtOnceAfterARollbackToo(boolean autoCommit) {
        var answers = new ArrayList<Enqueued>();
        transactions(autoCommit).executeWithoutResult(status -> {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCompletion(int ended) {
                    answers.add(greet(autoCommit, "rolled back"));
                }
            });
            status.setRollbackOnly();
        });

        assertThat(answers).singleElement().isInstanceOf(Accepted.class);
        await().atMost(PATIENCE).until(() -> isGreeted(autoCommit, "rolled back"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noticesTheEndOfATransactionWhoseManagerIsNoBeanToo(boolean autoCommit) {
        var dataSource = applications.get(autoCommit).getBean(DataSource.class);
        var transactions = new TransactionTemplate(new DataSourceTransactionManager(dataSource));

        var answer = afterCommit(autoCommit, transactions, () -> greet(autoCommit, "by hand"));

        assertThat(answer).isInstanceOf(Accepted.class);
        await().atMost(PATIENCE).until(() -> isGreeted(autoCommit, "by hand"));
        assertThat(transactions.<Object>execute(status -> greet(autoCommit, "by hand, within")))
                .isInstanceOf(Submitted.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void belongsToATransactionThatACallbackBegins(boolean autoCommit) {
        var fresh = transactions(autoCommit);
        fresh.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        Consumer<Boolean> inATransactionOfItsOwn = commits -> fresh.executeWithoutResult(status -> {
            publisher(autoCommit).publishEvent(new Paid("inner listener"));
            assertThat(greet(autoCommit, "inner " + commits)).isInstanceOf(Submitted.class);
            if (!commits) {
                status.setRollbackOnly();
            }
        });

        listeners(autoCommit).then = () -> {
            inATransactionOfItsOwn.accept(false);
            inATransactionOfItsOwn.accept(true);
        };
        transactions(autoCommit)
                .executeWithoutResult(status -> publisher(autoCommit).publishEvent(new Paid("outer listener")));

        await().atMost(PATIENCE).until(() -> isGreeted(autoCommit, "inner true"));
        assertThat(isGreeted(autoCommit, "inner false")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavesAJobOfACallbackToAWorkerAlsoWhenItIsToBeDoneAtOnce(boolean autoCommit) {
        var here = Thread.currentThread().getName();
        afterCommit(
                autoCommit,
                transactions(autoCommit),
                () -> jobs(autoCommit).enqueue("at-once", new Greeting("callback", "k")));

        await().atMost(PATIENCE)
                .until(() -> !seen(autoCommit).with("at-once callback").isEmpty());
        assertThat(seen(autoCommit).with("at-once callback").get(0)).doesNotEndWith(" by " + here);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusesAnEntryOfACallback(boolean autoCommit) {
        var outbox = applications.get(autoCommit).getBean(Outbox.class);

        assertThatThrownBy(() -> afterCommit(
                        autoCommit, transactions(autoCommit), () -> outbox.publish("orders", "placed", Map.of(), "k")))
                .isInstanceOf(IllegalTransactionStateException.class)
                .hasMessageContaining("or it has ended already");
    }

    private static <T> T afterCommit(boolean autoCommit, TransactionTemplate transactions, Supplier<T> callback) {
        var answers = new ArrayList<T>();
        transactions.executeWithoutResult(status -> {
            applications
                    .get(autoCommit)
                    .getBean(JdbcClient.class)
                    .sql("SELECT 1")
                    .query(Integer.class)
                    .single();
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    answers.add(callback.get());
                }
            });
        });
        return answers.get(0);
    }

    private static TransactionTemplate transactions(boolean autoCommit) {
        return new TransactionTemplate(applications.get(autoCommit).getBean(PlatformTransactionManager.class));
    }

    private static ApplicationEventPublisher publisher(boolean autoCommit) {
        return applications.get(autoCommit);
    }

    private static Enqueued greet(boolean autoCommit, String name) {
        return jobs(autoCommit).enqueue("greet", new Greeting(name, "anna"));
    }

    private static boolean isGreeted(boolean autoCommit, String name) {
        return !seen(autoCommit).with("greet " + name + " as ").isEmpty();
    }

    private static Jobs jobs(boolean autoCommit) {
        return applications.get(autoCommit).getBean(Jobs.class);
    }

    private static Seen seen(boolean autoCommit) {
        return applications.get(autoCommit).getBean(Seen.class);
    }

    private static Listeners listeners(boolean autoCommit) {
        return applications.get(autoCommit).getBean(Listeners.class);
    }

    record Paid(String by) {}

    @Configuration(proxyBeanMethods = false)
    @Import({JobsApplication.class, Listeners.class})
    static class Application {}

    /** Enqueue when a transaction is committed. */
    static class Listeners {

        private final Jobs jobs;
        private final List<Enqueued> answers = new ArrayList<>();
        private Runnable then = () -> {};

        Listeners(Jobs jobs) {
            this.jobs = jobs;
        }

        @TransactionalEventListener
        void on(Paid paid) {
            answers.add(jobs.enqueue("greet", new Greeting(paid.by(), "anna")));
            if (paid.by().equals("outer listener")) {
                then.run();
            }
        }
    }
}
