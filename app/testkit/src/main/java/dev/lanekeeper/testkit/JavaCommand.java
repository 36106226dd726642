package dev.lanekeeper.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How to start a {@link JavaProcess}: with the same Java as this JVM and, unless another one is given, with its class
 * path.
 *
 * <pre>{@code
 * try (var app = JavaCommand.of(App.class).withOptions("-Xmx256m").withArguments("--port=0").start()) {
 *     app.awaitLine("Started App", Duration.ofSeconds(30));
 *     app.kill9();
 * }
 * }</pre>
 *
 * @param mainClass the class whose {@code main} runs
 * @param options for the JVM: {@code -Xmx256m}, {@code -Dname=value}
 * @param arguments for {@code main}
 * @param classPath in the form of {@code java -cp}
 * @param log where the output goes; null for a file that disappears when the process is closed
 * @param sharesClasses whether processes of this main class share the classes of their libraries
 */
public record JavaCommand(
        String mainClass,
        List<String> options,
        List<String> arguments,
        String classPath,
        @Nullable Path log,
        boolean sharesClasses) {

    public JavaCommand {
        options = List.copyOf(options);
        arguments = List.copyOf(arguments);
    }

    public static JavaCommand of(Class<?> mainClass) {
        return of(mainClass.getName());
    }

    public static JavaCommand of(String mainClass) {
        return new JavaCommand(mainClass, List.of(), List.of(), ownClassPath(), null, false);
    }

    /** Adds options of the JVM. */
    public JavaCommand withOptions(String... more) {
        return new JavaCommand(mainClass, joined(options, more), arguments, classPath, log, sharesClasses);
    }

    /** Adds arguments of {@code main}. */
    public JavaCommand withArguments(String... more) {
        return new JavaCommand(mainClass, options, joined(arguments, more), classPath, log, sharesClasses);
    }

    public JavaCommand withClassPath(String other) {
        return new JavaCommand(mainClass, options, arguments, other, log, sharesClasses);
    }

    /** Keeps the output in this file, to which it is appended. */
    public JavaCommand withLog(Path file) {
        return new JavaCommand(mainClass, options, arguments, classPath, file, sharesClasses);
    }

    /**
     * Lets all processes of this main class share the classes of their libraries, in an archive below {@code target} that
     * is made once the first of them is up: each later one starts with a third less of processor time. Libraries then
     * come first in the class path.
     */
    public JavaCommand sharingClasses() {
        return new JavaCommand(mainClass, options, arguments, classPath, log, true);
    }

    public JavaProcess start() {
        return sharesClasses ? SharedClasses.start(this) : JavaProcess.start(this);
    }

    List<String> commandLine() {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(options);
        line.add(mainClass);
        line.addAll(arguments);
        return line;
    }

    /**
     * A build may start the tests from a jar that only names the class path in its manifest; it then tells the real
     * one.
     */
    private static String ownClassPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static List<String> joined(List<String> some, String... more) {
        return Stream.concat(some.stream(), Stream.of(more)).toList();
    }
}
