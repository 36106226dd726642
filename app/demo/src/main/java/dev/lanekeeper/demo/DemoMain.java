package dev.lanekeeper.demo;

import java.nio.file.Path;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The entry point of {@code ops/demo}. Exit codes: 0 all is well, 1 something is wrong, 2 the options are. */
public final class DemoMain {

    private static final int WRONG_OPTIONS = 2;

    private DemoMain() {}

    public static void main(String... args) {
        System.exit(run(args));
    }

    private static int run(String... args) {
        DemoOptions options;
        try {
            options = DemoOptions.parse(args, Path.of(System.getProperty("demo.home", ".demo")));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\nops/demo --help lists all options.");
            return WRONG_OPTIONS;
        }
        if (options.help()) {
            System.out.print(DemoOptions.USAGE);
            return 0;
        }
        // Spring Boot, PostgreSQL and Kafka tell a lot; it goes to a file, and what concerns the user to the screen.
        System.setProperty("demo.log", options.folder().resolve("demo.log").toString());
        // The servers log while the application starts: nobody may take their appender away meanwhile.
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        // Before the servers start at the same time: who logs first must not find it half ready.
        LoggerFactory.getILoggerFactory();
        return new Demo(options, System.out).run();
    }
}
