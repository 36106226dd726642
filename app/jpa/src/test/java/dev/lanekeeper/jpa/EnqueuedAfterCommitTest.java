package dev.lanekeeper.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.Enqueued.Accepted;
import dev.lanekeeper.api.job.Enqueued.Submitted;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Jobs of callbacks after a transaction of Hibernate's. */
class EnqueuedAfterCommitTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void storesAJobOfACallbackAtOnce(boolean autoCommit) {
        var database = PostgresServer.shared().createDatabase("jpa_after_commit_" + autoCommit);
        try (var application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.datasource.hikari.auto-commit=" + autoCommit,
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "lanekeeper.workers=2")
                .run()) {
            var jobs = application.getBean(Jobs.class);
            var answers = new ArrayList<Enqueued>();
            new TransactionTemplate(application.getBean(PlatformTransactionManager.class))
                    .executeWithoutResult(status -> {
                        answers.add(jobs.enqueue("note", new Note("within")));
                        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                            @Override
                            public void afterCommit() {
                                answers.add(jobs.enqueue("note", new Note("after")));
                            }

                            @Override
                            public void afterCompletion(int ended) {
                                answers.add(jobs.enqueue("note", new Note("completed")));
                            }
                        });
                    });

            assertThat(answers)
                    .extracting(Object::getClass)
                    .isEqualTo(List.of(Submitted.class, Accepted.class, Accepted.class));
            var notes = application.getBean(Notes.class).notes;
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(notes).containsExactlyInAnyOrder("within", "after", "completed"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Notes.class)
    static class Application {

        @Bean
        PersistenceManagedTypes noEntities() {
            return PersistenceManagedTypes.of(List.of(), List.of());
        }
    }

    record Note(String text) {}

    static class Notes {

        private final List<String> notes = new CopyOnWriteArrayList<>();

        @LaneJob(id = "note")
        void note(Note note) {
            notes.add(note.text());
        }
    }
}
