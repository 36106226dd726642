package dev.lanekeeper.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks for pages of the console, one after the other, over a connection that is kept open. */
final class ConsolePages {

    private static final int WARM_UPS = 5;

    private final HttpClient client = HttpClient.newHttpClient();
    private final String console;
    private final Map<String, String> paths;

    /** @param paths by the names of the pages, below the console's path */
    ConsolePages(String console, Map<String, String> paths) {
        this.console = console;
        this.paths = paths;
    }

    /** How long a page took, in milliseconds, as seen by its client on the same machine. */
    record Page(String name, String path, int requests, double p50, double p95, double max, int bytes) {}

    /** In turns, so that whatever else the machine does hits all pages alike. */
    List<Page> measure(int requests) throws IOException, InterruptedException {
        var times = new LinkedHashMap<String, double[]>();
        var bytes = new LinkedHashMap<String, Integer>();
        for (var round = -WARM_UPS; round < requests; round++) {
            for (var page : paths.entrySet()) {
                var begin = System.nanoTime();
                var length = get(page.getValue());
                var took = (System.nanoTime() - begin) / 1e6;
                if (round == -WARM_UPS) {
                    System.out.printf("  %-26s %9.1f ms the first time%n", page.getKey(), took);
                }
                if (round >= 0) {
                    times.computeIfAbsent(page.getKey(), name -> new double[requests])[round] = took;
                    bytes.put(page.getKey(), length);
                }
            }
        }
        var pages = new ArrayList<Page>();
        times.forEach((name, each) -> pages.add(page(name, each, bytes.getOrDefault(name, 0))));
        return pages;
    }

    private Page page(String name, double[] times, int bytes) {
        Arrays.sort(times);
        return new Page(
                name,
                paths.getOrDefault(name, ""),
                times.length,
                times[times.length / 2],
                times[(int) (times.length * 0.95)],
                times[times.length - 1],
                bytes);
    }

    private int get(String path) throws IOException, InterruptedException {
        var credentials = (ConsoleHost.USER + ":" + ConsoleHost.PASSWORD).getBytes(StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create(console + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials))
                .build();
        var answer = client.send(request, BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(path + " answered " + answer.statusCode());
        }
        return answer.body().length;
    }
}
