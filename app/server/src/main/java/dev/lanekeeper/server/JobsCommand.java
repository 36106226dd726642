package dev.lanekeeper.server;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Enqueues a job, and lists and changes those that are scheduled, by the JSON API of an instance that runs. */
final class JobsCommand {

    static final String USAGE = """
            lanekeeper enqueue HANDLER [options]    enqueue a job for the handler with this id
              --payload JSON                        what it is given; - reads standard input
              --at TIME | --after SPAN              2030-01-01T00:00:00Z, or 90s, 3h, PT15M; else now
              --resource KEY --unique-key KEY --label WORDS
              --idempotency-key KEY                 do it once, however often it is asked for
            lanekeeper jobs list [--handler HANDLER] [--limit N]
            lanekeeper jobs cancel ID | run-now ID | reschedule ID --at TIME | --after SPAN
              --reason WORDS                        is written down with the user's name
              --json                                print the answer as it came
            """;

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private final Remote remote;
    private final PrintStream out;
    private final PrintStream err;

    JobsCommand(Remote remote, PrintStream out, PrintStream err) {
        this.remote = remote;
        this.out = out;
        this.err = err;
    }

    /** The words are not understood. */
    private static final class MisusedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        MisusedException(String message) {
            super(message, null, false, false);
        }
    }

    /** @return the exit code: 0, 1 when it was refused or nobody answers, 2 when the words are not understood */
    int run(String command, List<String> words) {
        try {
            return command.equals("enqueue") ? enqueue(Words.of(words)) : jobs(Words.of(words));
        } catch (MisusedException e) {
            err.println(e.getMessage() + "\n\n" + USAGE);
            return MISUSED;
        } catch (Remote.AwayException e) {
            err.println(e.getMessage());
            return FAILED;
        }
    }

    /**
     * What stands on the command line.
     *
     * @param options without their dashes
     */
    private record Words(List<String> plain, Map<String, String> options, boolean json) {

        private static final List<String> OPTIONS = List.of(
                "payload",
                "at",
                "after",
                "resource",
                "unique-key",
                "label",
                "idempotency-key",
                "reason",
                "handler",
                "limit");

        static Words of(List<String> words) {
            var plain = new ArrayList<String>();
            var options = new LinkedHashMap<String, String>();
            var json = false;
            for (var rest = words.iterator(); rest.hasNext(); ) {
                var word = rest.next();
                if (word.equals("--json")) {
                    json = true;
                } else if (word.startsWith("--")) {
                    put(options, word, rest);
                } else {
                    plain.add(word);
                }
            }
            return new Words(plain, options, json);
        }

        /** As {@code --name value} or {@code --name=value}. */
        private static void put(Map<String, String> options, String word, Iterator<String> rest) {
            var equals = word.indexOf('=');
            var name = word.substring(2, equals < 0 ? word.length() : equals);
            if (!OPTIONS.contains(name)) {
                throw new MisusedException("There is no option --" + name);
            }
            if (equals < 0 && !rest.hasNext()) {
                throw new MisusedException("--" + name + " wants a value");
            }
            options.put(name, equals < 0 ? rest.next() : word.substring(equals + 1));
        }

        String word(int index, String what) {
            if (plain.size() != index + 1) {
                throw new MisusedException(what);
            }
            return plain.get(index);
        }

        ObjectNode body(String... names) {
            var body = MAPPER.createObjectNode();
            for (var name : names) {
                var value = options.get(name);
                if (value != null) {
                    body.put(name.replace('-', '_'), value);
                }
            }
            return body;
        }
    }

    private int enqueue(Words words) {
        var body = words.body("at", "after", "resource", "unique-key", "label", "idempotency-key", "reason");
        body.put("handler", words.word(0, "Which handler?"));
        var payload = words.options().get("payload");
        if (payload != null) {
            body.set("payload", payload(payload));
        }
        return tell(words, remote.post("/v1/jobs", body));
    }

    private static JsonNode payload(String text) {
        try {
            return MAPPER.readTree(
                    text.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : text);
        } catch (JacksonException | java.io.IOException e) {
            throw new MisusedException("The payload is no JSON: " + e.getMessage());
        }
    }

    private int jobs(Words words) {
        var verb = words.plain().isEmpty() ? "" : words.plain().get(0);
        return switch (verb) {
            case "list" -> list(words);
            case "cancel", "run-now" -> change(words, verb, words.body("reason"));
            case "reschedule" -> change(words, verb, words.body("at", "after", "reason"));
            default -> throw new MisusedException("jobs list, cancel, run-now or reschedule?");
        };
    }

    private int change(Words words, String verb, ObjectNode body) {
        var id = words.word(1, "Which job?");
        return tell(words, remote.post("/v1/jobs/" + Remote.encoded(id) + "/" + verb, body));
    }

    private int list(Words words) {
        words.word(0, "jobs list takes only options");
        var query = new StringBuilder("?limit=").append(words.options().getOrDefault("limit", "20"));
        var handler = words.options().get("handler");
        if (handler != null) {
            query.append("&handler=").append(Remote.encoded(handler));
        }
        var answer = remote.get("/v1/jobs" + query);
        var body = answer.body();
        if (words.json() || !answer.isGood() || body == null) {
            return tell(words, answer);
        }
        for (var job : body) {
            out.println(String.join(
                            "  ",
                            text(job, "id"),
                            text(job, "due_at"),
                            text(job, "handler"),
                            text(job, "resource"),
                            text(job, "label"))
                    .stripTrailing());
        }
        return 0;
    }

    private int tell(Words words, Remote.Answer answer) {
        var body = answer.body();
        if (body != null && words.json()) {
            out.println(MAPPER.writeValueAsString(body));
        } else if (!answer.isGood()) {
            err.println(message(answer));
        } else {
            out.println(line(Objects.requireNonNull(body)));
        }
        return answer.isGood() ? 0 : FAILED;
    }

    private static String message(Remote.Answer answer) {
        var body = answer.body();
        var message = body == null ? "" : text(body, "message");
        return switch (answer.status()) {
            case 401 -> "Nobody is signed in: set LANEKEEPER_USER to NAME:PASSWORD";
            default -> message.isEmpty() ? "The answer was " + answer.status() : message;
        };
    }

    /** The answer, and its numbers and times by their names. */
    private static String line(JsonNode body) {
        var line = new StringBuilder(text(body, "answer"));
        body.properties().stream()
                .filter(e -> !e.getKey().equals("answer") && !e.getKey().equals("repeated"))
                .forEach(e -> line.append(' ')
                        .append(e.getKey().replace('_', '-'))
                        .append('=')
                        .append(e.getValue().asString()));
        return body.path("repeated").asBoolean(false) ? line + " (as answered before)" : line.toString();
    }

    private static String text(JsonNode node, String name) {
        @Nullable JsonNode value = node.get(name);
        return value == null || value.isNull() ? "" : value.asString();
    }
}
