package dev.lanekeeper.run;

import dev.lanekeeper.work.ItemResult.FailedAttempt;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what a handler threw into data. */
final class Failures {

    private static final int LONGEST_STACK = 200_000;
    private static final int LONGEST_FINGERPRINT = 300;
    private static final Pattern GENERATED = Pattern.compile("(\\$\\$.*)|([/@][0-9a-fx]+)|(\\d+)");

    /** Frames that tell nothing of where the application went wrong. */
    private static final List<String> FRAMEWORKS = List.of(
            "java.",
            "javax.",
            "jakarta.",
            "jdk.",
            "sun.",
            "com.sun.",
            "org.springframework.",
            "org.hibernate.",
            "org.postgresql.",
            "org.apache.",
            "com.zaxxer.",
            "tools.jackson.",
            "com.fasterxml.",
            "org.jobrunr.",
            "dev.lanekeeper.handler.",
            "dev.lanekeeper.work.");

    /** Whatever called this is no application's any more. */
    private static final String OWN = "dev.lanekeeper.run.";

    private Failures() {}

    static FailedAttempt of(int number, Throwable failure) {
        try {
            return new FailedAttempt(
                    number,
                    failure.getClass().getName(),
                    failure.getMessage(),
                    stackTrace(failure),
                    fingerprint(failure));
        } catch (RuntimeException | StackOverflowError e) {
            var name = failure.getClass().getName();
            var text = name + " (it threw " + e.getClass().getName() + " when asked to describe itself)";
            return new FailedAttempt(number, name, text, text, normalise(name));
        }
    }

    /** What failures of one kind have in common: the class, and the method of the application that it came from. */
    static String fingerprint(Throwable failure) {
        var frame = topApplicationFrame(failure);
        var name = normalise(failure.getClass().getName());
        var text = frame == null ? name : name + " at " + normalise(frame.getClassName()) + "." + frame.getMethodName();
        return text.length() > LONGEST_FINGERPRINT ? text.substring(0, LONGEST_FINGERPRINT) : text;
    }

    private static @Nullable StackTraceElement topApplicationFrame(Throwable failure) {
        var depth = 0;
        for (var f = failure; f != null && depth < 20; f = f.getCause(), depth++) {
            for (var frame : f.getStackTrace()) {
                if (frame.getClassName().startsWith(OWN)) {
                    break;
                }
                if (FRAMEWORKS.stream().noneMatch(frame.getClassName()::startsWith)) {
                    return frame;
                }
            }
        }
        return null;
    }

    private static String normalise(String className) {
        return GENERATED.matcher(className).replaceAll("");
    }

    private static String stackTrace(Throwable failure) {
        var writer = new StringWriter();
        failure.printStackTrace(new PrintWriter(writer));
        var text = writer.toString();
        return text.length() > LONGEST_STACK ? text.substring(0, LONGEST_STACK) + "\n[cut]" : text;
    }
}
