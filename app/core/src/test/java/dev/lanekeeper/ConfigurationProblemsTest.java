package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Scope;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.validation.annotation.Validated;

/** A start-up that fails tells everything that is wrong at once, where it was written, and what to do. */
class ConfigurationProblemsTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void listsTheProblemsOfAllHandlersAndPropertiesAtOnce() {
        var problems = problems(application
                .withBean("one", Wrong.class)
                .withBean("two", Fine.class)
                .withBean("three", Fine.class)
                .withPropertyValues(
                        "lanekeeper.workers=many", "lanekeeper.wrokers=3", "lanekeeper.defaults.timeout=soon"));

        assertThat(problems).extracting(Problem::where).containsOnlyOnce("lanekeeper.workers");
        assertThat(problems).extracting(Problem::where).anyMatch("lanekeeper.wrokers"::equals);
        assertThat(problems).extracting(Problem::where).anyMatch("lanekeeper.defaults.timeout"::equals);
        assertThat(problems).anyMatch(p -> p.where().startsWith("maxRetries of Handler 'wrong' (bean 'one', "));
        assertThat(problems).anyMatch(p -> p.what().contains("id is taken by Handler 'fine' (bean 'three', "));
    }

    @Test
    void tellsThatThePoolIsTooSmallTogetherWithTheRest() {
        try (var pool = new HikariDataSource()) {
            pool.setMaximumPoolSize(10);
            var small = application.withBean("fine", Fine.class).withBean(DataSource.class, () -> pool);

            assertThat(problems(small.withPropertyValues("lanekeeper.workers=16", "lanekeeper.wrokers=3")))
                    .extracting(Problem::where)
                    .containsExactly("lanekeeper.wrokers", "spring.datasource.hikari.maximum-pool-size");
            assertThat(problems(small.withPropertyValues("lanekeeper.workers=16")))
                    .singleElement()
                    .satisfies(p -> assertThat(p.action()).contains("Set it to 22 or more", "lanekeeper.workers"));
            assertThat(problems(small.withPropertyValues(
                            "lanekeeper.roles=intake", "lanekeeper.handlers.fine.concurrency=6")))
                    .singleElement()
                    .satisfies(p -> {
                        assertThat(p.action()).contains("Set it to 11 or more").doesNotContain("lanekeeper.workers");
                        assertThat(p.what()).contains("6 consumers").contains("0 workers");
                    });
        }
    }

    @Test
    void printsEveryProblemWithWhatToDo() {
        application
                .withBean("one", Wrong.class)
                .withPropertyValues("lanekeeper.wrokers=3")
                .run(context -> {
                    FailureAnalysis analysis = new ConfigurationFailureAnalyzer().analyze(context.getStartupFailure());

                    assertThat(analysis.getDescription())
                            .contains(
                                    "1. lanekeeper.wrokers:",
                                    "there is no such property",
                                    "\"three\" is not understood");
                    assertThat(analysis.getAction()).contains("1. Remove it", "a whole number from 0, or unlimited");
                });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void isPrintedByBootInPlaceOfAStackTrace(CapturedOutput output) {
        var spring = new SpringApplication(HandlerConfiguration.class, Wrong.class);
        spring.setWebApplicationType(WebApplicationType.NONE);
        spring.setBannerMode(Banner.Mode.OFF);

        assertThatThrownBy(() -> spring.run("--lanekeeper.wrokers=3"))
                .isInstanceOf(LanekeeperConfigurationException.class);
        assertThat(output)
                .contains(
                        "APPLICATION FAILED TO START", "Lanekeeper cannot start: 2 problems", "1. lanekeeper.wrokers:")
                .doesNotContain("at dev.lanekeeper");
    }

    @Test
    void refusesEveryOptionThatItDoesNotUnderstand() {
        var problems = problems(application.withBean("all", AllWrong.class));

        for (String option : List.of(
                "concurrency",
                "autoStartup",
                "startFrom",
                "resource",
                "dedup",
                "maxRetries",
                "backoffMin",
                "backoffMax",
                "onFailure",
                "afterExhaustion",
                "timeout",
                "maxRuns",
                "maxWaiting",
                "keepSkipped",
                "encrypt",
                "exactlyOnce",
                "retryDecision",
                "details",
                "topics",
                "topicPattern")) {
            assertThat(problems).as(option).anyMatch(p -> p.where().startsWith(option + " of Handler 'all'"));
        }
        assertThat(problems).anyMatch(p -> p.what().equals("\"no-equals-sign\" is no property"));
        assertThat(problems).anyMatch(p -> p.what().equals("group.id cannot be set"));
        assertThat(problems).anyMatch(p -> p.what().equals("it has both topics and topicPattern"));
        assertThat(problems).anyMatch(p -> p.what().contains("${nowhere}"));
    }

    @Test
    void refusesHandlersThatCannotBeCalledAsTheyStand() {
        var problems = problems(application.withBean("odd", Odd.class));

        assertThat(of(problems, "returns"))
                .containsExactly("the method returns java.util.concurrent.CompletableFuture");
        assertThat(of(problems, "two-payloads")).containsExactly("the method has 2 payload parameters");
        assertThat(of(problems, "message"))
                .containsExactly("a parameter of type org.springframework.messaging.Message is not supported");
        assertThat(of(problems, "static")).anyMatch(what -> what.contains("static"));
        assertThat(of(problems, "private")).anyMatch(what -> what.contains("private"));
        assertThat(of(problems, "headers")).containsExactly("a @Headers parameter is no Map");
        assertThat(of(problems, "validated")).anyMatch(what -> what.contains("no single Validator"));
        assertThat(of(problems, "no-topics")).containsExactly("it has no topics");
        assertThat(problems).anyMatch(p -> p.what().equals("the handler has no id"));
        assertThat(problems).anyMatch(p -> p.what().equals("the id \"half/open\" cannot stand in an address"));
    }

    @Test
    void refusesBeansThatAreMissingOrOfAnotherKind() {
        var problems =
                problems(application.withBean("names", NamesBeans.class).withBean("text", String.class, () -> "x"));

        assertThat(problems)
                .extracting(Problem::action)
                .anyMatch(action -> action.startsWith("There is no bean 'nobody'"))
                .anyMatch(action -> action.startsWith("Bean 'text' is no ResourceResolver"));
    }

    @Test
    void refusesAHandlerThatIsNoSingleton() {
        var problems = problems(application.withUserConfiguration(Prototype.class));

        assertThat(problems).extracting(Problem::what).containsExactly("the bean is not a singleton");
    }

    @Test
    void refusesHandlersThatShareLanesButNotWhatHappensOnFailure() {
        var problems = problems(application.withBean(SharedLanes.class));

        assertThat(problems)
                .extracting(Problem::what)
                .singleElement()
                .asString()
                .contains("shares the lanes 'customer'", "Handler 'a'");
    }

    @Test
    void refusesHandlersThatShareAGroupAndATopic() {
        var problems = problems(application.withBean(SharedGroup.class));

        assertThat(problems)
                .extracting(Problem::what)
                .hasSize(2)
                .anyMatch(what -> what.contains("topic 't1'"))
                .anyMatch(what -> what.contains("topic 't2'"));
    }

    @Test
    void startsWithoutAnyHandler() {
        application.run(context -> assertThat(context).hasNotFailed());
    }

    private static List<String> of(List<Problem> problems, String id) {
        return problems.stream()
                .filter(p -> p.where().contains("'" + id + "'"))
                .map(Problem::what)
                .toList();
    }

    private static List<Problem> problems(ApplicationContextRunner application) {
        var problems = new java.util.ArrayList<Problem>();
        application.run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure()).isInstanceOf(LanekeeperConfigurationException.class);
            problems.addAll(((LanekeeperConfigurationException) context.getStartupFailure()).getProblems());
        });
        return problems;
    }

    static class Wrong {
        @KafkaEventHandler(id = "wrong", topics = "t", maxRetries = "three")
        void on() {}
    }

    static class Fine {
        @KafkaEventHandler(id = "fine", topics = "t")
        void on() {}
    }

    static class AllWrong {
        @KafkaEventHandler(
                id = "all",
                topics = "a b",
                topicPattern = "(",
                groupId = "${nowhere}",
                concurrency = "0",
                autoStartup = "yes",
                properties = {"no-equals-sign", "group.id=mine"},
                startFrom = "middle",
                resource = "a.b",
                dedup = "checksum",
                maxRetries = "-1",
                backoffMin = "0s",
                backoffMax = "long",
                onFailure = "stop",
                afterExhaustion = "drop",
                timeout = "-1s",
                maxRuns = "0",
                maxWaiting = "0",
                keepSkipped = "1",
                encrypt = "maybe",
                exactlyOnce = "perhaps",
                retryDecision = "nobody",
                details = "nobody")
        void on() {}
    }

    static class Odd {
        @KafkaEventHandler(id = "returns", topics = "t")
        CompletableFuture<Void> returns() {
            return CompletableFuture.completedFuture(null);
        }

        @KafkaEventHandler(id = "two-payloads", topics = "t")
        void two(String one, EventContext context, String other) {}

        @KafkaEventHandler(id = "message", topics = "t")
        void message(Message<String> message) {}

        @KafkaEventHandler(id = "half/open", topics = "t")
        void slash(String payload) {}

        @KafkaEventHandler(id = "static", topics = "t")
        static void stat() {}

        @SuppressWarnings("UnusedMethod")
        @KafkaEventHandler(id = "private", topics = "t")
        private void priv() {}

        @KafkaEventHandler(id = "headers", topics = "t")
        void headers(@Headers List<String> headers) {}

        @KafkaEventHandler(id = "validated", topics = "t")
        void validated(@Validated String payload) {}

        @KafkaEventHandler(id = "no-topics")
        void noTopics() {}

        @KafkaEventHandler(topics = "t")
        void noId() {}
    }

    static class NamesBeans {
        @KafkaEventHandler(id = "names", topics = "t", resource = "bean:text", dedup = "bean:nobody")
        void on() {}
    }

    static class Prototype {
        @Bean
        @Scope("prototype")
        Fine fine() {
            return new Fine();
        }
    }

    static class SharedLanes {
        @KafkaEventHandler(id = "a", topics = "t", lane = "customer")
        void a() {}

        @KafkaEventHandler(id = "b", topics = "t", lane = "customer", onFailure = "overtake")
        void b() {}
    }

    static class SharedGroup {
        @KafkaEventHandler(
                id = "a",
                topics = {"t1", "t3"},
                groupId = "g")
        void a() {}

        @KafkaEventHandler(id = "b", topics = "t1", groupId = "g")
        void b() {}

        @KafkaEventHandler(id = "c", topicPattern = "t2.*", groupId = "g")
        void c() {}

        @KafkaEventHandler(id = "d", topics = "t2", groupId = "g")
        void d() {}

        @KafkaEventHandler(id = "e", topics = "t9", groupId = "g")
        void e() {}
    }
}
