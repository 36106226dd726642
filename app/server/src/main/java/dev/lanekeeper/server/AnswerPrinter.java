package dev.lanekeeper.server;

import java.io.PrintStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tells what an instance answered: for people, or as it came. */
final class AnswerPrinter {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int FAILED = 1;

    private final PrintStream out;
    private final PrintStream err;

    AnswerPrinter(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Prints the answer.
     *
     * @param asItCame as JSON, also where it says why it was refused
     * @param lines for people, of a good answer
     * @return the exit code: 0, or 1 when it was refused
     */
    int print(Remote.Answer answer, boolean asItCame, Function<JsonNode, String> lines) {
        var body = answer.body();
        if (body != null && asItCame) {
            out.println(MAPPER.writeValueAsString(body));
        } else if (body != null && answer.isGood()) {
            out.print(lines.apply(body));
        } else {
            err.println(refusal(answer));
            return FAILED;
        }
        return answer.isGood() ? 0 : FAILED;
    }

    /** What is neither an answer nor its failure. */
    void note(String words) {
        err.println(words);
    }

    private static String refusal(Remote.Answer answer) {
        if (answer.status() == 401) {
            return "Nobody is signed in: set LANEKEEPER_USER to NAME:PASSWORD";
        }
        var body = answer.body();
        var message = body == null ? "" : text(body, "message");
        return message.isEmpty()
                ? "The answer was " + answer.status() + "; is LANEKEEPER_URL that of a console?"
                : message;
    }

    /** Nothing for {@code null}. */
    static String text(JsonNode node, String name) {
        @Nullable JsonNode value = node.get(name);
        return value == null || value.isNull() ? "" : value.asString();
    }
}
