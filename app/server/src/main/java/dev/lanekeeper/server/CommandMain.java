package dev.lanekeeper.server;

import java.util.Arrays;
import java.util.List;

/** What {@code bin/lanekeeper} does with an instance that runs already; a JVM for one command. */
public final class CommandMain {

    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private CommandMain() {}

    /** @param arguments the command, and its words */
    public static void main(String... arguments) {
        System.exit(run(arguments[0], Arrays.asList(arguments).subList(1, arguments.length)));
    }

    /** @return the exit code: 0, 1 when it was refused or nobody answers, 2 when the words are not understood */
    private static int run(String command, List<String> words) {
        var remote = Remote.of(System.getenv());
        var printer = new AnswerPrinter(System.out, System.err);
        var isLocks = command.equals("locks");
        try {
            return isLocks
                    ? new LocksCommand(remote, printer).run(words)
                    : new JobsCommand(remote, printer).run(command, words);
        } catch (Words.MisusedException e) {
            printer.note(e.getMessage() + "\n\n" + (isLocks ? LocksCommand.USAGE : JobsCommand.USAGE));
            return MISUSED;
        } catch (Remote.AwayException e) {
            printer.note(String.valueOf(e.getMessage()));
            return FAILED;
        }
    }
}
