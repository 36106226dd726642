package dev.lanekeeper.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The events of a run: which resource each one is of, and the how many-th of it. The same seed gives the same events.
 */
final class Load {

    static final int NO_RESOURCE = -1;
    private static final int BYTES = 300;

    private final String spread;
    private final int[] resources;
    private final int[] sequences;

    private Load(String spread, int[] resources) {
        this.spread = spread;
        this.resources = resources;
        this.sequences = new int[resources.length];
        var counts = new int[Arrays.stream(resources).max().orElse(0) + 2];
        for (var number = 0; number < resources.length; number++) {
            sequences[number] = counts[resources[number] + 1]++;
        }
    }

    /** @param spread {@code zipf:N}, {@code uniform:N}, {@code unique}, {@code none} or {@code one} */
    static Load of(String spread, int events, long seed) {
        var random = new Random(seed);
        var parts = spread.split(":", 2);
        var count = parts.length == 2 ? Integer.parseInt(parts[1]) : 0;
        var resources = new int[events];
        switch (parts[0]) {
            case "zipf" -> zipf(resources, count, random);
            case "uniform" -> Arrays.setAll(resources, n -> random.nextInt(count));
            case "unique" -> Arrays.setAll(resources, n -> n);
            case "none" -> Arrays.fill(resources, NO_RESOURCE);
            case "one" -> Arrays.fill(resources, 0);
            default -> throw new IllegalArgumentException("Unknown spread " + spread);
        }
        return new Load(spread, resources);
    }

    /** The n-th resource gets 1/n of what the first one gets. */
    private static void zipf(int[] resources, int count, Random random) {
        var upTo = new double[count];
        var sum = 0.0;
        for (var n = 0; n < count; n++) {
            sum += 1.0 / (n + 1);
            upTo[n] = sum;
        }
        for (var number = 0; number < resources.length; number++) {
            var found = Arrays.binarySearch(upTo, random.nextDouble() * sum);
            resources[number] = Math.min(count - 1, found < 0 ? -found - 1 : found);
        }
    }

    String spread() {
        return spread;
    }

    int events() {
        return resources.length;
    }

    /** The resource of an event, or {@link #NO_RESOURCE}. */
    int resource(int number) {
        return resources[number];
    }

    /** Its place among the events of its resource. */
    int sequence(int number) {
        return sequences[number];
    }

    byte @Nullable [] key(int number) {
        return resources[number] == NO_RESOURCE ? null : name(number).getBytes(StandardCharsets.UTF_8);
    }

    byte[] value(int number) {
        var start = resources[number] == NO_RESOURCE
                ? "{\"number\":%d,\"resource\":null,\"filler\":\"".formatted(number)
                : "{\"number\":%d,\"resource\":\"%s\",\"filler\":\"".formatted(number, name(number));
        return (start + "x".repeat(Math.max(0, BYTES - start.length() - 2)) + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private String name(int number) {
        return "customer-" + resources[number];
    }
}
