package dev.lanekeeper.demo;

import dev.lanekeeper.demo.SampleEvents.Shop;
import dev.lanekeeper.work.Database;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import tools.jackson.databind.json.JsonMapper;

/** Starts everything, does what was asked for, and stops everything again, whatever happens meanwhile. */
final class Demo {

    private static final int STOPPED = 130;
    private static final Clock CLOCK = Clock.systemUTC();

    private final DemoOptions options;
    private final PrintStream out;
    private final Services services = new Services();

    Demo(DemoOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Returns the exit code when everything that was asked for is done; without an end to it, never. */
    int run() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "demo-stop"));
        try {
            return demonstrate();
        } catch (Unusable e) {
            System.err.println(e.getMessage());
            return 1;
        } catch (Services.Stopping e) {
            return STOPPED;
        } catch (RuntimeException e) {
            if (services.isClosed()) {
                return STOPPED; // what is used while it is being stopped breaks
            }
            System.err.println("The demo failed: " + NestedExceptionUtils.getMostSpecificCause(e) + "\n"
                    + System.getProperty("demo.log") + " tells more.");
            return 1;
        }
    }

    private int demonstrate() {
        var began = System.nanoTime();
        out.println("Starting PostgreSQL and Kafka on " + options.folder());
        var servers = Servers.start(services, options, topics());
        out.println("Starting the application");
        var signIn = SignIn.random();
        var application = services.start(() -> DemoApplication.start(options, servers, signIn));
        out.printf("Up after %.1f s%n", (System.nanoTime() - began) / 1e9);
        out.print(new Welcome(options, servers, signIn).text());
        return options.bounded() ? bounded(servers, application) : endless(servers);
    }

    private Set<String> topics() {
        var own = options.topic();
        return own == null ? Set.of(Orders.TOPIC, Parcels.TOPIC) : Set.of(own);
    }

    private int endless(Servers servers) {
        if (options.topic() == null) {
            var sender = services.start(() -> new Sender(servers.broker().bootstrapServers(), (sample, place) -> {}));
            var samples = samples(new Shop(nameOfRun(), 60, Duration.ofSeconds(4), true));
            services.start(() -> GentleStream.start(samples, sender));
        }
        return awaitCtrlC();
    }

    private int bounded(Servers servers, ConfigurableApplicationContext application) {
        var ledger = new Ledger();
        var sender = services.start(() -> new Sender(servers.broker().bootstrapServers(), ledger::sent));
        var books = new Books(application.getBean(Database.class));
        var effects = application.getBean(Effects.class);
        var speed = new BoundedRun(
                        samples(new Shop(nameOfRun(), 1_000, Duration.ofMillis(5), false)),
                        sender,
                        books,
                        application.getBean(CommitToStart.class),
                        out)
                .run(Objects.requireNonNull(options.events()));
        effects.plant(options.plant());
        var conservation = Conservation.of(ledger, effects, books);
        conservation.faults().forEach(out::println);
        out.println(conservation);
        out.println(speed);
        if (!options.exit()) {
            out.println("Everything keeps running; press Ctrl-C to stop it.");
            return awaitCtrlC();
        }
        return conservation.holds() ? 0 : 1;
    }

    private static SampleEvents samples(Shop shop) {
        return new SampleEvents(shop, CLOCK, JsonMapper.builder().build(), new Random());
    }

    /** Makes this start's events different from those of every other. */
    private static String nameOfRun() {
        return Long.toString(CLOCK.instant().getEpochSecond(), Character.MAX_RADIX);
    }

    private static int awaitCtrlC() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return STOPPED;
    }

    private void stop() {
        if (!options.exit()) {
            out.println("Stopping");
        }
        try {
            services.close();
        } catch (Exception e) {
            System.err.println("Not everything could be stopped in good order: " + e);
        }
        if (!options.exit()) {
            out.println("Stopped");
        }
    }
}
