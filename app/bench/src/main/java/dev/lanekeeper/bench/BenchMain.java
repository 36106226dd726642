package dev.lanekeeper.bench;

import java.util.Arrays;

/** The entry point of {@code ops/bench}: the first word names the bench, the rest are its options. */
public final class BenchMain {

    private static final String USAGE = "ops/bench corridor [options]\n\n" + CorridorOptions.USAGE
            + "\nops/bench outbox [options]\n\n" + OutboxOptions.USAGE
            + "\nops/bench locks [options]\n\n" + LocksOptions.USAGE
            + "\nops/bench console [options]\n\n" + ConsoleOptions.USAGE
            + "\nops/bench retention [options]\n\n" + RetentionOptions.USAGE;

    private BenchMain() {}

    public static void main(String... args) throws Exception {
        var name = args.length == 0 ? "" : args[0];
        var words = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
        try {
            switch (name) {
                case "corridor" -> new CorridorBench(CorridorOptions.parse(words)).run();
                case "outbox" -> new OutboxBench(OutboxOptions.parse(words)).run();
                case "locks" -> new LocksBench(LocksOptions.parse(words)).run();
                case "console" -> new ConsoleBench(ConsoleOptions.parse(words)).run();
                case "retention" -> new RetentionBench(RetentionOptions.parse(words)).run();
                default -> throw new IllegalArgumentException("Which bench?");
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + USAGE);
            System.exit(2);
        }
        System.exit(0);
    }
}
