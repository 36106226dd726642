package dev.lanekeeper.demo;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ops/demo} was asked to do.
 *
 * @param events how many events are produced and checked; {@code null} for an endless gentle stream
 * @param exit whether it ends after the check
 * @param plant what is falsified before the check, to prove that the check notices
 * @param topic a topic that somebody else fills, in place of the sample handlers
 * @param jsonField the field of that topic's values that says which lane
 * @param folder where everything is kept
 * @param fresh whether what is kept there is removed first
 */
record DemoOptions(
        boolean help,
        @Nullable Integer events,
        boolean exit,
        Plant plant,
        @Nullable String topic,
        @Nullable String jsonField,
        Path folder,
        boolean fresh,
        PortNumbers ports) {

    static final String USAGE = """
            Usage: ops/demo [options]

            Starts PostgreSQL, a Kafka broker and an application with sample handlers, and keeps a gentle stream of events
            going. Ctrl-C stops everything. All of it listens on 127.0.0.1 only.

              --events N            produce N events on fresh data, wait until all are finished, and compare what was
                                    sent with what came of it
              --exit                with --events: end then, with exit code 0, or 1 if anything is wrong
              --plant WHAT          with --events: falsify the effects before they are compared, to see it noticed;
                                    loss, double or swap

              --topic NAME          take this topic, filled by a producer of yours, with a handler that only acknowledges
              --json-field FIELD    with --topic: the field of the JSON value, or a pointer like /order/customer, that
                                    says which lane a record belongs to

              --data FOLDER         where the data is kept (.demo/data; with --events .demo/events)
              --fresh               remove what is there first
              --port N              the console's port (8080; with --exit any free one)
              --kafka-port N        the broker's port (29092; with --exit any free one)
              --postgres-port N     PostgreSQL's port (25432; with --exit any free one)
              --help                show this
            """;

    /** A way to falsify what handlers did. */
    enum Plant {
        NONE,
        LOSS,
        DOUBLE,
        SWAP
    }

    /** Ports on 127.0.0.1; 0 is any that is free. Below those that Linux gives to outgoing connections. */
    record PortNumbers(int web, int kafka, int postgres) {

        static final PortNumbers USUAL = new PortNumbers(8080, 29092, 25432);
        static final PortNumbers ANY = new PortNumbers(0, 0, 0);
    }

    /** Whether data of an earlier start is of no use. */
    boolean bounded() {
        return events != null;
    }

    /** @param home the folder for folders of data */
    static DemoOptions parse(String[] words, Path home) {
        var parsed = new Parsed();
        for (var rest = Arrays.asList(words).iterator(); rest.hasNext(); ) {
            parsed.take(rest.next(), rest);
        }
        return parsed.options(home);
    }

    private static final class Parsed {

        private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
        private static final int HIGHEST_PORT = 65_535;

        private boolean help;
        private @Nullable Integer events;
        private boolean exit;
        private Plant plant = Plant.NONE;
        private @Nullable String topic;
        private @Nullable String jsonField;
        private @Nullable Path folder;
        private boolean fresh;
        private @Nullable Integer web;
        private @Nullable Integer kafka;
        private @Nullable Integer postgres;

        void take(String option, Iterator<String> rest) {
            switch (option) {
                case "--help", "-h" -> help = true;
                case "--events" -> events = number(option, rest, 10, 1_000_000);
                case "--exit" -> exit = true;
                case "--plant" -> plant = plant(value(option, rest));
                case "--topic" -> topic = topic(value(option, rest));
                case "--json-field" -> jsonField = value(option, rest);
                case "--data" -> folder = Path.of(value(option, rest));
                case "--fresh" -> fresh = true;
                case "--port" -> web = number(option, rest, 1, HIGHEST_PORT);
                case "--kafka-port" -> kafka = number(option, rest, 1, HIGHEST_PORT);
                case "--postgres-port" -> postgres = number(option, rest, 1, HIGHEST_PORT);
                default -> throw new IllegalArgumentException("There is no option " + option + ".");
            }
        }

        DemoOptions options(Path home) {
            require(!exit || events != null, "--exit needs --events.");
            require(plant == Plant.NONE || events != null, "--plant needs --events.");
            require(topic == null || events == null, "--events and --topic exclude each other.");
            require((topic == null) == (jsonField == null), "--topic and --json-field need each other.");
            var bounded = events != null;
            return new DemoOptions(
                    help,
                    events,
                    exit,
                    plant,
                    topic,
                    jsonField,
                    (folder == null ? home.resolve(bounded ? "events" : "data") : folder).toAbsolutePath(),
                    fresh || bounded,
                    ports());
        }

        private PortNumbers ports() {
            var usual = exit ? PortNumbers.ANY : PortNumbers.USUAL;
            return new PortNumbers(
                    web == null ? usual.web() : web,
                    kafka == null ? usual.kafka() : kafka,
                    postgres == null ? usual.postgres() : postgres);
        }

        private static void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalArgumentException(otherwise);
            }
        }

        private static Plant plant(String value) {
            return switch (value) {
                case "loss", "double", "swap" -> Plant.valueOf(value.toUpperCase(Locale.ROOT));
                default -> throw new IllegalArgumentException("--plant wants loss, double or swap, not " + value + ".");
            };
        }

        private static String topic(String value) {
            require(TOPIC.matcher(value).matches(), "--topic: Kafka allows no topic named " + value + ".");
            return value;
        }

        private static int number(String option, Iterator<String> rest, int least, int most) {
            var value = value(option, rest);
            try {
                var number = Integer.parseInt(value.replace("_", ""));
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Told below, like a number that is out of range.
            }
            throw new IllegalArgumentException(
                    "%s wants a number from %,d to %,d, not %s.".formatted(option, least, most, value));
        }

        private static String value(String option, Iterator<String> rest) {
            if (!rest.hasNext()) {
                throw new IllegalArgumentException(option + " wants a value.");
            }
            return rest.next();
        }
    }
}
