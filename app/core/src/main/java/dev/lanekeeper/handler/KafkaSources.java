package dev.lanekeeper.handler;

import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import dev.lanekeeper.handler.HandlerDefinition.StartFrom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads where a handler's events come from. */
final class KafkaSources {

    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    /** Consumer properties on which the promises rest, and what to use in their place. */
    private static final Map<String, String> OURS = Map.of(
            "group.id", "Use groupId",
            "auto.offset.reset", "Use startFrom",
            "enable.auto.commit", "Remove it: offsets are committed once their records are stored",
            "key.deserializer", "Remove it: keys are stored as they came",
            "value.deserializer", "Remove it: values are stored as they came, and decoded when the handler runs");

    private final Problems problems;

    KafkaSources(Problems problems) {
        this.problems = problems;
    }

    KafkaSource of(Declaration declaration, Options options) {
        List<String> topics = topics(options);
        Pattern pattern = options.parse("topicPattern", KafkaSources::pattern).orElse(null);
        checkOneOf(declaration, options);
        String groupId = options.text("groupId");
        return new KafkaSource(
                topics,
                pattern,
                groupId == null ? declaration.id() : groupId,
                concurrency(options),
                autoStartup(options),
                startFrom(options),
                properties(declaration, options));
    }

    static void checkDefaults(Options defaults) {
        concurrency(defaults);
        autoStartup(defaults);
        startFrom(defaults);
    }

    private static int concurrency(Options options) {
        return options.number("concurrency", 1, 1);
    }

    private static boolean autoStartup(Options options) {
        return options.flag("autoStartup", true);
    }

    private static StartFrom startFrom(Options options) {
        return options.choice("startFrom", StartFrom.class, StartFrom.EARLIEST);
    }

    private void checkOneOf(Declaration declaration, Options options) {
        boolean topics = options.find("topics") != null;
        if (topics == (options.find("topicPattern") != null)) {
            problems.add(
                    declaration.describe(),
                    topics ? "it has both topics and topicPattern" : "it has no topics",
                    "Give either topics or topicPattern");
        }
    }

    private List<String> topics(Options options) {
        return options.parse("topics", text -> Optional.of(split(text))).orElse(List.of());
    }

    private static List<String> split(String text) {
        List<String> topics = Arrays.stream(text.split(","))
                .map(String::trim)
                .filter(topic -> !topic.isEmpty())
                .distinct()
                .toList();
        for (String topic : topics) {
            if (!TOPIC.matcher(topic).matches()) {
                throw new IllegalArgumentException(
                        "A topic's name has up to 249 letters, digits, dots, dashes and underscores, but there is \""
                                + topic + "\"");
            }
        }
        return topics;
    }

    private static Optional<Pattern> pattern(String text) {
        try {
            return Optional.of(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("Write a regular expression of Java: " + e.getDescription(), e);
        }
    }

    private Map<String, String> properties(Declaration declaration, Options options) {
        Map<String, String> properties = options.consumerProperties();
        properties.keySet().stream()
                .filter(OURS::containsKey)
                .sorted()
                .forEach(key -> problems.add(
                        "properties of " + declaration.describe(),
                        key + " cannot be set",
                        String.valueOf(OURS.get(key))));
        return properties;
    }
}
