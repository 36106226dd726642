package dev.lanekeeper.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {

    @Test
    void isNotKeptForRecords() throws Exception {
        assertThat(Identity.parse("record", name -> null)).isNull();
        assertThat(of("record", TestEvent.json("{}"))).isNull();
    }

    @Test
    void ofThePayloadIsItsTopicAndValue() throws Exception {
        var one = of("payload", TestEvent.json("ON").key("a").header("h", "1"));

        assertThat(of("payload", TestEvent.json("ON").key("b"))).isEqualTo(one);
        assertThat(of("payload", TestEvent.json("OFF").key("a"))).isNotEqualTo(one);
        assertThat(of("payload", TestEvent.json("ON").key("a").topic("other"))).isNotEqualTo(one);
    }

    @Test
    void ofATombstoneIsItsKey() throws Exception {
        var one = of("payload", TestEvent.tombstone().key("a"));

        assertThat(of("payload", TestEvent.tombstone().key("a"))).isEqualTo(one);
        assertThat(of("payload", TestEvent.tombstone().key("b"))).isNotEqualTo(one);
        assertThat(of("payload", TestEvent.json("a"))).isNotEqualTo(one);
        assertThat(of("payload", TestEvent.json("").key("a"))).isNotEqualTo(one);
        assertThat(of("payload", TestEvent.tombstone())).isNotEqualTo(one);
    }

    @Test
    void ofPayloadAndKeyTellsWhereOneEndsAndTheOtherBegins() throws Exception {
        var one = of("payload-and-key", TestEvent.json("ab").key("c"));

        assertThat(of("payload-and-key", TestEvent.json("ab").key("c"))).isEqualTo(one);
        assertThat(of("payload-and-key", TestEvent.json("a").key("bc"))).isNotEqualTo(one);
        assertThat(of("payload-and-key", TestEvent.json("ab"))).isNotEqualTo(one);
    }

    @Test
    void ofAHeaderIsItsValueWhateverTheTopic() throws Exception {
        var one = of("header:event-id", TestEvent.json("1").header("event-id", "e1"));

        assertThat(of("header: event-id ", TestEvent.json("2").topic("retry").header("event-id", "e1")))
                .isEqualTo(one);
        assertThat(of("header:event-id", TestEvent.json("1").header("event-id", "e2")))
                .isNotEqualTo(one);
        assertThat(of("header:event-id", TestEvent.json("1"))).isNull();
    }

    @Test
    void isWhatABeanSays() throws Exception {
        var resolver =
                Identity.parse("bean:mine", name -> event -> name.getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(Identity.of(resolver, TestEvent.json("1").event()))
                .isEqualTo(UUID.fromString("3fd30542-fe3f-61b1-4bd4-a4b2dc0b6fb3"));
    }

    @Test
    void passesOnWhatABeanThrows() {
        assertThatThrownBy(() -> Identity.of(
                        event -> {
                            throw new java.io.IOException("unreadable");
                        },
                        TestEvent.json("1").event()))
                .hasMessage("unreadable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"checksum", "header", "header:", "header: ", "Payload", "payload and key", "@key"})
    void refusesWhatItCannotParse(String expression) {
        assertThatThrownBy(() -> Identity.parse(expression, name -> null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("payload-and-key");
    }

    private static UUID of(String expression, TestEvent event) throws Exception {
        return Identity.of(Identity.parse(expression, name -> null), event.event());
    }
}
