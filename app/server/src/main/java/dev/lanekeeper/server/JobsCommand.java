package dev.lanekeeper.server;

import static dev.lanekeeper.server.AnswerPrinter.text;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
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
              --cron CRON --zone ZONE --name NAME   again and again, under this name: "0 0 3 * * *", or @daily; zone UTC if none is given
              --resource KEY --unique-key KEY --label WORDS
              --priority N                          from 0, the usual one, to 9: who goes first of those that are ready
              --idempotency-key KEY                 do it once, however often it is asked for
            lanekeeper jobs list [--handler HANDLER] [--limit N]
            lanekeeper jobs cancel ID | run-now ID | reschedule ID --at TIME | --after SPAN
            lanekeeper recurring list [--handler HANDLER] [--limit N]
            lanekeeper recurring pause ID | resume ID | run-now ID | end ID
              --reason WORDS                        is written down with the user's name
              --json                                print the answer as it came
            """;

    private static final String RECURRING = "recurring-jobs";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final List<String> FLAGS = List.of("json");
    private static final List<String> OPTIONS = List.of(
            "payload",
            "at",
            "after",
            "cron",
            "zone",
            "name",
            "resource",
            "unique-key",
            "label",
            "priority",
            "idempotency-key",
            "reason",
            "handler",
            "limit");

    private final Remote remote;
    private final AnswerPrinter printer;

    JobsCommand(Remote remote, AnswerPrinter printer) {
        this.remote = remote;
        this.printer = printer;
    }

    /** @return the exit code: 0, or 1 when it was refused */
    int run(String command, List<String> given) {
        var words = Words.of(given, FLAGS, OPTIONS);
        return switch (command) {
            case "enqueue" -> enqueue(words);
            case "recurring" -> recurring(words);
            default -> jobs(words);
        };
    }

    private int enqueue(Words words) {
        var body = words.body(
                "at",
                "after",
                "cron",
                "zone",
                "name",
                "resource",
                "unique-key",
                "label",
                "priority",
                "idempotency-key",
                "reason");
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
            throw new Words.MisusedException("The payload is no JSON: " + e.getMessage());
        }
    }

    private int jobs(Words words) {
        var verb = words.plain().isEmpty() ? "" : words.plain().get(0);
        return switch (verb) {
            case "list" -> list(words, "jobs", JobsCommand::lines);
            case "cancel", "run-now" -> change(words, "jobs", verb, words.body("reason"));
            case "reschedule" -> change(words, "jobs", verb, words.body("at", "after", "reason"));
            default -> throw new Words.MisusedException("jobs list, cancel, run-now or reschedule?");
        };
    }

    private int recurring(Words words) {
        var verb = words.plain().isEmpty() ? "" : words.plain().get(0);
        return switch (verb) {
            case "list" -> list(words, RECURRING, JobsCommand::recurringLines);
            case "pause", "resume", "run-now", "end" -> change(words, RECURRING, verb, words.body("reason"));
            default -> throw new Words.MisusedException("recurring list, pause, resume, run-now or end?");
        };
    }

    private int change(Words words, String of, String verb, ObjectNode body) {
        var id = words.word(1, "Which job?");
        return tell(words, remote.post("/v1/" + of + "/" + Remote.encoded(id) + "/" + verb, body));
    }

    private int list(Words words, String of, Function<JsonNode, String> lines) {
        words.word(0, "list takes only options");
        var query = new StringBuilder("?limit=")
                .append(Remote.encoded(words.options().getOrDefault("limit", "20")));
        var handler = words.options().get("handler");
        if (handler != null) {
            query.append("&handler=").append(Remote.encoded(handler));
        }
        return printer.print(remote.get("/v1/" + of + query), words.has("json"), lines);
    }

    private static String lines(JsonNode jobs) {
        var lines = new StringBuilder();
        for (var job : jobs) {
            var line = String.join(
                    "  ",
                    text(job, "id"),
                    text(job, "due_at"),
                    text(job, "handler"),
                    text(job, "resource"),
                    text(job, "label"));
            lines.append(line.stripTrailing()).append('\n');
        }
        return lines.toString();
    }

    private static String recurringLines(JsonNode jobs) {
        var lines = new StringBuilder();
        for (var job : jobs) {
            var next = job.path("paused_at").isNull() ? text(job, "next_at") : "paused";
            var line = String.join(
                    "  ",
                    text(job, "id"),
                    next,
                    text(job, "handler"),
                    text(job, "name"),
                    text(job, "cron"),
                    text(job, "zone"),
                    text(job, "resource"),
                    text(job, "label"));
            lines.append(line.stripTrailing()).append('\n');
        }
        return lines.toString();
    }

    private int tell(Words words, Remote.Answer answer) {
        return printer.print(answer, words.has("json"), JobsCommand::line);
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
        return line + (body.path("repeated").asBoolean(false) ? " (as answered before)\n" : "\n");
    }
}
