package dev.lanekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisServerTest {

    private final RedisServer server = RedisServer.create();

    @AfterEach
    void closeServer() {
        server.close();
    }

    @Test
    void startsEmptyOnTheSamePort() {
        var uri = server.uri();
        assertThat(server.send("INCR counter")).isEqualTo(":1");
        assertThat(server.send("INCR counter")).isEqualTo(":2");

        server.restart();

        assertThat(server.uri()).isEqualTo(uri);
        assertThat(server.send("INCR counter")).isEqualTo(":1");
    }

    @Test
    void isAwayWhileItIsStopped() {
        server.stop();

        assertThat(server.answers()).isFalse();

        server.start();
        assertThat(server.answers()).isTrue();
    }

    @Test
    void answersNothingWhileItIsFrozen() {
        server.freeze();

        assertThat(server.answers()).isFalse();

        server.thaw();
        await().atMost(Duration.ofSeconds(10)).until(server::answers);
    }

    @Test
    void followsAnotherUntilItIsPromoted() {
        server.send("SET a 1");
        try (var copy = RedisServer.create()) {
            copy.follow(server.port());
            server.send("INCR b");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> copy.send("STRLEN b").equals(":1"));
            assertThat(copy.send("INCR a")).startsWith("-READONLY");

            copy.promote();

            assertThat(copy.send("INCR a")).isEqualTo(":2");
            assertThat(server.send("STRLEN a")).isEqualTo(":1");
        }
    }
}
