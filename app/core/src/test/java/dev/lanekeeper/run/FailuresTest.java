package dev.lanekeeper.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FailuresTest {

    @Test
    void namesTheApplicationsMethodThatTheFailureCameFrom() {
        assertThat(Failures.fingerprint(thrownAt(
                        "java.util.Optional",
                        "org.springframework.aop.Proxy",
                        "com.shop.Orders",
                        "dev.lanekeeper.handler.MethodCall",
                        "dev.lanekeeper.run.HandlerExecution",
                        "dev.lanekeeper.dispatch.Node")))
                .isEqualTo("java.lang.IllegalStateException at com.shop.Orders.call");
    }

    @Test
    void namesNobodysMethodWhereTheApplicationWasNotCalled() {
        assertThat(Failures.fingerprint(thrownAt(
                        "tools.jackson.core.JsonParser",
                        "dev.lanekeeper.handler.PayloadReader",
                        "dev.lanekeeper.run.HandlerExecution",
                        "dev.lanekeeper.dispatch.Node",
                        "dev.lanekeeper.jobs.RunWorkers")))
                .isEqualTo("java.lang.IllegalStateException");
    }

    private static IllegalStateException thrownAt(String... classes) {
        var thrown = new IllegalStateException("no");
        thrown.setStackTrace(Stream.of(classes)
                .map(name -> new StackTraceElement(name, "call", "Some.java", 1))
                .toArray(StackTraceElement[]::new));
        return thrown;
    }
}
