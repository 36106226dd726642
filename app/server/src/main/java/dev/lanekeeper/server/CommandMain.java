package dev.lanekeeper.server;

import java.util.Arrays;

/** What {@code bin/lanekeeper} does with an instance that runs already; a JVM for one command. */
public final class CommandMain {

    private CommandMain() {}

    /** @param arguments the command, and its words */
    public static void main(String... arguments) {
        var words = Arrays.asList(arguments).subList(1, arguments.length);
        System.exit(new JobsCommand(Remote.of(System.getenv()), System.out, System.err).run(arguments[0], words));
    }
}
