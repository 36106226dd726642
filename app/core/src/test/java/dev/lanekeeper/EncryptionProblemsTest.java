package dev.lanekeeper;

import static dev.lanekeeper.RefusedConfiguration.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.secret.TestKeysets;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What is wrong with keys, or with who needs them, is told before anything is stored. */
class EncryptionProblemsTest {

    private static final String KEYSET = "lanekeeper.encryption.keyset";
    private static final String HASH_KEYSET = "lanekeeper.encryption.hash-keyset";

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void whoEncryptsNeedsBothKeysetsAndIsToldWithEverythingElse() {
        var problems = problems(application.withBean(Patients.class).withPropertyValues("lanekeeper.wrokers=3"));

        assertThat(problems)
                .extracting(Problem::where)
                .containsExactlyInAnyOrder("lanekeeper.wrokers", KEYSET, HASH_KEYSET);
        assertThat(problems)
                .filteredOn(p -> p.where().equals(KEYSET))
                .allSatisfy(p -> assertThat(p.what()).contains("records of 'patients'"));
        assertThat(problems(application.withPropertyValues("lanekeeper.encryption.outbox=true")))
                .singleElement()
                .satisfies(p -> assertThat(p.what()).contains("entries of the outbox"));
    }

    @Test
    void keysOfLocksThatAreReadFromEncryptedArgumentsNeedAKeysetForHashes() {
        var encrypting = application
                .withBean(LockingLetters.class)
                .withPropertyValues("lanekeeper.encryption.outbox=true", KEYSET + "=" + TestKeysets.aead(7));

        assertThat(problems(encrypting)).singleElement().satisfies(p -> {
            assertThat(p.where()).isEqualTo(HASH_KEYSET);
            assertThat(p.what()).contains("keys of locks of 'letters'").doesNotContain("'open'");
        });
    }

    @Test
    void keysThatCannotBeUsedAreRefusedWithoutBeingPrinted() {
        var usable = TestKeysets.aead(7);

        assertThat(problem(KEYSET, "file:/nowhere/keyset.json"))
                .contains("file:/nowhere/keyset.json", "cannot be read");
        assertThat(problem(KEYSET, "{\"primaryKeyId\": 1}")).contains("no keyset that Tink can read");
        assertThat(problem(KEYSET, "CJelv8MJEmQKWAow"))
                .contains("neither a keyset")
                .doesNotContain("CJelv8MJEmQKWAow");
        assertThat(problem(KEYSET, TestKeysets.withoutItsPrimary(usable))).contains("not enabled");
        assertThat(problem(KEYSET, TestKeysets.prf())).contains("cannot encrypt");
        assertThat(problem(KEYSET, TestKeysets.raw())).contains("key 9 does not write its id");
        assertThat(problem(HASH_KEYSET, usable)).contains("cannot hash");
    }

    @Test
    void bothKeysetsAreToldOfAtOnce() {
        assertThat(problems(application
                        .withBean(Patients.class)
                        .withPropertyValues(KEYSET + "=file:/nowhere", HASH_KEYSET + "=file:/nowhere")))
                .extracting(Problem::where)
                .containsExactly(KEYSET, HASH_KEYSET);
    }

    @Test
    void handlersOfOneLaneEncryptAllOrNone() {
        var problems = problems(application
                .withBean(Patients.class)
                .withBean(Letters.class)
                .withPropertyValues(KEYSET + "=" + TestKeysets.aead(7), HASH_KEYSET + "=" + TestKeysets.prf()));

        assertThat(problems)
                .singleElement()
                .satisfies(
                        p -> assertThat(p.what()).contains("shares the lanes 'patient'", "only one of them encrypts"));
    }

    @Test
    void withoutTinkItSaysWhatToAdd() {
        assertThat(problems(application
                        .withClassLoader(new FilteredClassLoader("com.google.crypto.tink"))
                        .withPropertyValues(KEYSET + "=" + TestKeysets.aead(7))))
                .singleElement()
                .satisfies(p -> assertThat(p.action()).contains("com.google.crypto.tink:tink"));
    }

    private String problem(String property, String value) {
        var other =
                property.equals(KEYSET) ? HASH_KEYSET + "=" + TestKeysets.prf() : KEYSET + "=" + TestKeysets.aead(7);
        var problems = problems(application.withBean(Patients.class).withPropertyValues(property + "=" + value, other));
        assertThat(problems).as(value).extracting(Problem::where).containsExactly(property);
        return problems.get(0).what();
    }

    static class Patients {

        @KafkaEventHandler(id = "patients", topics = "patients", lane = "patient", encrypt = "true")
        void on(String payload) {}
    }

    static class LockingLetters {

        @OutboxEventHandler(id = "letters", context = "letters", locks = "account(/arguments/id)")
        void on(String payload) {}

        @OutboxEventHandler(id = "open", context = "open", locks = "account(@resource)")
        void onOpen(String payload) {}
    }

    static class Letters {

        @OutboxEventHandler(id = "letters", context = "letters", lane = "patient")
        void on(String payload) {}
    }
}
