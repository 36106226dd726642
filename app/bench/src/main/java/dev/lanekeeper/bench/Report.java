package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The result as a table for people and as JSON for machines. */
final class Report {

    private static final String LINE =
            "%-18s %10.0f %8.1f (%6.1f + %6.1f) %6.1f %8.4f %7.2f %8.0f %8.4f %9.2f %9.2f  %s%n";

    private final String bench;
    private final Map<String, Object> settings;
    private final @Nullable Path file;
    private final PostgresServer server;
    private final JsonMapper json = JsonMapper.builder().build();
    private final List<Map<String, Object>> scenarios = new ArrayList<>();

    /**
     * @param settings of the contenders, shown with the machine
     * @param file where the JSON goes; {@code null} for nowhere
     */
    Report(String bench, Map<String, Object> settings, @Nullable Path file, PostgresServer server) {
        this.bench = bench;
        this.settings = settings;
        this.file = file;
        this.server = server;
    }

    static String head() {
        return "%-18s %10s %8s (%6s + %6s) %6s %8s %7s %8s %8s %9s %9s  %s%n"
                .formatted(
                        "",
                        "events/s",
                        "CPU us",
                        "JVM",
                        "PG",
                        "JIT",
                        "commits",
                        "rows",
                        "WAL B",
                        "jobs",
                        "p50 ms",
                        "p99 ms",
                        "complete exclusive ordered");
    }

    static String line(String name, Scores s) {
        return LINE.formatted(
                        name + " " + s.round(),
                        s.eventsPerSecond(),
                        s.cpuMicros(),
                        s.jvmMicros(),
                        s.postgresMicros(),
                        s.jitMicros(),
                        s.commits(),
                        s.rowsWritten(),
                        s.walBytes(),
                        s.jobs(),
                        s.p50(),
                        s.p99(),
                        s.complete() + " " + s.exclusive() + " " + s.ordered())
                .stripTrailing();
    }

    void add(String scenario, Map<String, List<Scores>> scores) {
        var contenders = new ArrayList<Map<String, Object>>();
        System.out.print("\n" + scenario + ", per event, median of the rounds\n" + head());
        scores.forEach((name, rounds) -> {
            var median = Scores.median(rounds);
            System.out.println(line(name, median));
            contenders.add(contender(name, median, rounds));
        });
        var result = new LinkedHashMap<String, Object>();
        result.put("bench", bench);
        result.put("scenario", scenario);
        result.put("machine", machine());
        result.put("contenders", contenders);
        scenarios.add(result);
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> contender(String name, Scores median, List<Scores> rounds) {
        var result = new LinkedHashMap<String, Object>();
        result.put("name", name);
        result.putAll(plain(median));
        result.put("rounds", rounds.stream().map(this::plain).toList());
        return result;
    }

    /** As JSON has it: no figure that is not a number. */
    @SuppressWarnings("unchecked")
    private Map<String, Object> plain(Scores scores) {
        var plain = new LinkedHashMap<String, Object>(json.convertValue(scores, Map.class));
        plain.remove("round");
        plain.replaceAll((name, value) -> value instanceof Double d ? rounded(d) : value);
        return plain;
    }

    private static Object rounded(double figure) {
        return Double.isFinite(figure) ? (Object) (Math.round(figure * 10_000) / 10_000.0) : "none";
    }

    private Map<String, Object> machine() {
        var machine = machine(server);
        machine.putAll(settings);
        return machine;
    }

    static Map<String, Object> machine(PostgresServer server) {
        var machine = new LinkedHashMap<String, Object>();
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("java", Runtime.version().toString());
        machine.put("postgres", Sql.number(server.dataSource(), "SELECT current_setting('server_version_num')::int"));
        machine.put("architecture", System.getProperty("os.arch"));
        machine.put("system", System.getProperty("os.name").toLowerCase(Locale.ROOT));
        return machine;
    }

    /** One scenario stands alone in its file; several are a list. */
    void write() throws java.io.IOException {
        if (file != null) {
            Files.writeString(
                    file,
                    json.writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(scenarios.size() == 1 ? scenarios.get(0) : scenarios)
                            + "\n");
        }
    }
}
