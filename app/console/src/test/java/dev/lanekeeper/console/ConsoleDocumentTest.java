package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds docs/console.md to what the code says. */
class ConsoleDocumentTest {

    private static final Path DOCUMENT = Path.of("../../docs/console.md");
    private static final Path METADATA = Path.of("target/classes/META-INF/spring-configuration-metadata.json");

    @Test
    void listsEveryPropertyWithItsDefault() throws IOException {
        var rows = Files.readString(DOCUMENT)
                .lines()
                .filter(line -> line.startsWith("| `lanekeeper.console."))
                .map(line -> line.replaceAll("^\\| (`[^`]+`) \\| ?(`[^`]+`)?.*", "$1 $2")
                        .strip())
                .toList();

        assertThat(JsonMapper.shared()
                        .readTree(METADATA.toFile())
                        .get("properties")
                        .valueStream()
                        .map(ConsoleDocumentTest::row))
                .containsExactlyInAnyOrderElementsOf(rows);
    }

    private static String row(JsonNode property) {
        var value = property.path("defaultValue");
        var name = "`" + property.get("name").asString() + "`";
        return value.isMissingNode() ? name : name + " `" + value.asString() + "`";
    }
}
