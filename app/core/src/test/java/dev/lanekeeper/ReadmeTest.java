package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.KafkaEventHandler;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds README to what the code says, so that neither changes alone. {@code -Dreadme=write} writes the table
 * of properties anew.
 */
class ReadmeTest {

    private static final Path README = Path.of("../../README.md");
    private static final Path EXAMPLE = Path.of("src/test/java/dev/lanekeeper/readme/Orders.java");
    private static final Path METADATA = Path.of("target/classes/META-INF/spring-configuration-metadata.json");

    @Test
    void listsEveryPropertyWithItsDefault() throws IOException {
        var section = new Section("properties");
        if ("write".equals(System.getProperty("readme"))) {
            section.replaceBy(propertiesTable());
        }

        assertThat(section.text())
                .as("the table of properties in README.md; -Dreadme=write writes it anew")
                .isEqualTo(propertiesTable());
    }

    @Test
    void listsEveryOptionOfAHandler() throws IOException {
        var options = new Section("options")
                .text()
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("`")[1])
                .toList();

        assertThat(options)
                .as("the options of @KafkaEventHandler in README.md")
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(KafkaEventHandler.class.getDeclaredMethods())
                        .map(Method::getName)
                        .toList());
    }

    @Test
    void showsAnExampleThatCompiles() throws IOException {
        var readme = Files.readString(README);
        var start = readme.indexOf("```java\n") + "```java\n".length();

        assertThat(Files.readString(EXAMPLE)).contains(readme.substring(start, readme.indexOf("```", start)));
    }

    private static String propertiesTable() {
        var properties = JsonMapper.shared().readTree(METADATA.toFile()).get("properties");
        return properties
                .valueStream()
                .map(ReadmeTest::row)
                .sorted()
                .collect(
                        Collectors.joining("\n", "| property | default | what it says |\n| --- | --- | --- |\n", "\n"));
    }

    private static String row(JsonNode property) {
        return "| `%s` | %s | %s |"
                .formatted(
                        property.get("name").asString(),
                        defaultOf(property),
                        property.path("description").asString("").replace("|", "\\|"));
    }

    private static String defaultOf(JsonNode property) {
        var value = property.path("defaultValue");
        if (value.isMissingNode()) {
            return "";
        }
        var text = value.asString().replaceAll("^\\[|]$", "");
        return "`" + text + "`";
    }

    /** What stands between two comments that name it. */
    private record Section(String name) {

        String text() throws IOException {
            var readme = Files.readString(README);
            return readme.substring(start(readme), end(readme));
        }

        void replaceBy(String text) throws IOException {
            var readme = Files.readString(README);
            Files.writeString(README, readme.substring(0, start(readme)) + text + readme.substring(end(readme)));
        }

        private int start(String readme) {
            var mark = "<!-- %s -->\n".formatted(name);
            return readme.indexOf(mark) + mark.length();
        }

        private int end(String readme) {
            return readme.indexOf("<!-- end of %s -->".formatted(name));
        }
    }
}
