package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No statement of the console changes anything: what people do goes through operations. */
class SearchesOnlyReadTest {

    private static final Pattern STATEMENT = Pattern.compile("\"\"\"\\s*([A-Z]{2,}\\b.*?)\"\"\"", Pattern.DOTALL);
    private static final Pattern CHANGE = Pattern.compile(
            "\\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP|LOCK|NOTIFY|COPY)\\b|\\bFOR (UPDATE|SHARE)\\b");

    @Test
    void searchesOnlyRead() throws IOException {
        try (var files = Files.walk(Path.of("src/main/java"))) {
            var statements = files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> statements(file).stream())
                    .toList();

            assertThat(statements).hasSizeGreaterThan(40);
            assertThat(statements)
                    .noneMatch(statement -> CHANGE.matcher(statement).find());
        }
    }

    private static List<String> statements(Path file) {
        try {
            return STATEMENT
                    .matcher(Files.readString(file))
                    .results()
                    .map(MatchResult::group)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
