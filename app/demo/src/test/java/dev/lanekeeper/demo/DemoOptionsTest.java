package dev.lanekeeper.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lanekeeper.demo.DemoOptions.Plant;
import dev.lanekeeper.demo.DemoOptions.PortNumbers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoOptionsTest {

    @Test
    void withoutOptionsKeepsItsDataAndItsPorts() {
        var options = parse();

        assertThat(options.bounded()).isFalse();
        assertThat(options.fresh()).isFalse();
        assertThat(options.folder()).isEqualTo(Path.of("/home/demo/data"));
        assertThat(options.ports()).isEqualTo(PortNumbers.USUAL);
    }

    @Test
    void aBoundedRunHasFreshDataOfItsOwnAndDisturbsNobody() {
        var options = parse("--events", "20000", "--exit", "--plant", "swap");

        assertThat(options.events()).isEqualTo(20_000);
        assertThat(options.fresh()).isTrue();
        assertThat(options.folder()).isEqualTo(Path.of("/home/demo/events"));
        assertThat(options.ports()).isEqualTo(PortNumbers.ANY);
        assertThat(options.plant()).isEqualTo(Plant.SWAP);
    }

    @Test
    void takesAnyTopicWithTheFieldThatIsTheLane() {
        var options = parse("--topic", "packages", "--json-field", "source", "--kafka-port", "9092");

        assertThat(options.topic()).isEqualTo("packages");
        assertThat(options.jsonField()).isEqualTo("source");
        assertThat(options.ports()).isEqualTo(new PortNumbers(8080, 9092, 25432));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --frobnicate                         | There is no option --frobnicate.
                    --exit                               | --exit needs --events.
                    --plant loss                         | --plant needs --events.
                    --events 100 --plant fire            | --plant wants loss, double or swap, not fire.
                    --events                             | --events wants a value.
                    --events ten                         | --events wants a number from 10 to 1,000,000, not ten.
                    --events 0                           | --events wants a number from 10 to 1,000,000, not 0.
                    --port 70000                         | --port wants a number from 1 to 65,535, not 70000.
                    --topic t                            | --topic and --json-field need each other.
                    --json-field f                       | --topic and --json-field need each other.
                    --topic a/b --json-field f           | --topic: Kafka allows no topic named a/b.
                    --topic t --json-field f --events 10 | --events and --topic exclude each other.
                    """)
    void saysWhatIsWrong(String line, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(line.split(" ")))
                .withMessage(message);
    }

    private static DemoOptions parse(String... words) {
        return DemoOptions.parse(words, Path.of("/home/demo"));
    }
}
