package dev.lanekeeper.server;

import static dev.lanekeeper.server.AnswerPrinter.text;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Lists who has which lock, and takes locks away, by the JSON API of an instance that runs. */
final class LocksCommand {

    static final String USAGE = """
            lanekeeper locks list [PATTERN]         what is locked and by whom; in a pattern * stands for anything: quote it
              --elsewhere                           those that events wait for and other applications have, in Redis
              --limit N                             at most so many, 1000 unless told
            lanekeeper locks release PATTERN        take all locks away whose keys match
              --dry-run                             only tell how many they are
              --reason WORDS                        is written down with the user's name
              --json                                print the answer as it came
            """;

    private static final int MOST = 1_000;
    private static final List<String> HEAD =
            List.of("KEY", "TYPE", "HOLDER", "NODE", "SINCE", "EXPIRES", "WAITERS", "TOKEN");

    private final Remote remote;
    private final AnswerPrinter printer;

    LocksCommand(Remote remote, AnswerPrinter printer) {
        this.remote = remote;
        this.printer = printer;
    }

    /** @return the exit code: 0, or 1 when it was refused */
    int run(List<String> words) {
        var verb = words.isEmpty() ? "" : words.get(0);
        var rest = words.subList(Math.min(1, words.size()), words.size());
        return switch (verb) {
            case "list" -> list(Words.of(rest, List.of("json", "elsewhere"), List.of("limit")));
            case "release" -> release(Words.of(rest, List.of("json", "dry-run"), List.of("reason")));
            default -> throw new Words.MisusedException("locks list or release?");
        };
    }

    private int list(Words words) {
        var pattern = words.plain().isEmpty() ? "" : words.word(0, "locks list takes one pattern; quote the *");
        var limit = words.options().getOrDefault("limit", String.valueOf(MOST));
        var query = "?limit=" + Remote.encoded(limit) + "&pattern=" + Remote.encoded(pattern);
        if (words.has("elsewhere")) {
            return printer.print(remote.get("/v1/locks/elsewhere" + query), words.has("json"), LocksCommand::elsewhere);
        }
        var answer = remote.get("/v1/locks" + query);
        var code = printer.print(answer, words.has("json"), LocksCommand::table);
        var body = answer.body();
        if (code == 0
                && body != null
                && body.size() > 0
                && (body.size() == MOST || limit.equals(String.valueOf(body.size())))) {
            printer.note("These are the first " + body.size() + "; there may be more");
        }
        return code;
    }

    private static String table(JsonNode locks) {
        if (locks.isEmpty()) {
            return "Nothing is locked\n";
        }
        var table = new Table(HEAD);
        for (var lock : locks) {
            table.add(List.of(
                    text(lock, "key"),
                    text(lock, "type"),
                    holder(lock),
                    text(lock, "node"),
                    text(lock, "since"),
                    text(lock, "expires_at"),
                    text(lock, "waiters"),
                    text(lock, "token")));
        }
        return table.text();
    }

    private static String elsewhere(JsonNode locks) {
        if (locks.isEmpty()) {
            return "No other application has a lock that is waited for\n";
        }
        var table = new Table(List.of("KEY", "OWNER", "EXPIRES", "WAITING SINCE", "WAITERS", "FIRST"));
        for (var lock : locks) {
            table.add(List.of(
                    text(lock, "key"),
                    text(lock, "owner"),
                    text(lock, "expires_at"),
                    text(lock, "waiting_since"),
                    text(lock, "waiters"),
                    text(lock, "first_waiter_id")));
        }
        return table.text();
    }

    /** Such as {@code orders 17}, {@code orders job 4} for one that is scheduled, {@code 17 finished} for one that is deleted. */
    private static String holder(JsonNode lock) {
        var words = new ArrayList<String>();
        words.add(text(lock, "handler"));
        words.add(lock.path("scheduled").asBoolean(false) ? "job" : "");
        words.add(text(lock, "holder_id"));
        words.add(lock.path("holder_finished").asBoolean(false) ? "finished" : "");
        words.removeIf(String::isEmpty);
        return String.join(" ", words);
    }

    private int release(Words words) {
        var pattern = words.word(0, "Which locks? One pattern; quote the *");
        if (pattern.isBlank()) {
            throw new Words.MisusedException("Which locks? '*' stands for all");
        }
        var path = "/v1/locks/release?pattern=" + Remote.encoded(pattern) + "&dry_run=" + words.has("dry-run");
        return printer.print(remote.post(path, words.body("reason")), words.has("json"), LocksCommand::released);
    }

    private static String released(JsonNode answer) {
        var elsewhere = answer.path("elsewhere").asLong(0);
        var left = elsewhere == 0 ? "" : "; " + elsewhere + " that other applications have are released there";
        return answer.has("would_release")
                ? "would release " + text(answer, "would_release") + (answer.has("capped") ? " or more" : "") + left
                        + "\n"
                : "released " + text(answer, "released") + left + "\n";
    }
}
