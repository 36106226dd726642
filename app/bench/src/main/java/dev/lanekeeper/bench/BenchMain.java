package dev.lanekeeper.bench;

import java.util.Arrays;

/** The entry point of {@code ops/bench}: the first word names the bench, the rest are its options. */
public final class BenchMain {

    private BenchMain() {}

    public static void main(String... args) throws Exception {
        if (args.length == 0 || !args[0].equals("corridor")) {
            System.err.println("Usage: ops/bench corridor [options]\n\n" + CorridorOptions.USAGE);
            System.exit(2);
        }
        try {
            new CorridorBench(CorridorOptions.parse(Arrays.asList(args).subList(1, args.length))).run();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + CorridorOptions.USAGE);
            System.exit(2);
        }
        System.exit(0);
    }
}
