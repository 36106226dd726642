package dev.lanekeeper;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Reads {@code lanekeeper.*} and collects what is wrong instead of stopping at the first error; a value that cannot be read
 * counts as not given, so its problem must be thrown before anything is started.
 */
final class PropertiesReader {

    private static final String PREFIX = "lanekeeper";

    /** Properties that another module reads, as strictly, when it is there. */
    private static final ConfigurationPropertyName CONSOLE = ConfigurationPropertyName.of("lanekeeper.console");

    private static final String CONSOLE_CLASS = "dev.lanekeeper.console.ConsoleAutoConfiguration";

    private final Environment environment;

    PropertiesReader(Environment environment) {
        this.environment = environment;
    }

    /** @param problems empty when the properties can be used */
    record Result(LanekeeperProperties properties, List<Problem> problems) {}

    Result read() {
        List<Problem> problems = new ArrayList<>();
        var collecting = new Collecting(problems);
        var binder = binder();
        var properties = binder.bindOrCreate(PREFIX, Bindable.of(LanekeeperProperties.class), collecting);
        findUnknownKeys(binder, problems);
        new PropertiesRules(problems).check(properties);
        return new Result(properties, List.copyOf(problems));
    }

    /** As {@link Binder#get}, with the name of the Spring application where there is none of ours. */
    private Binder binder() {
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        ConfigurationPropertySources.get(environment).forEach(sources::add);
        String name = environment.getProperty("spring.application.name", "application");
        sources.add(new MapConfigurationPropertySource(Map.of(PREFIX + ".application", name)));
        return new Binder(sources, new PropertySourcesPlaceholdersResolver(environment));
    }

    private static void findUnknownKeys(Binder binder, List<Problem> problems) {
        var strict =
                new NoUnboundElementsBindHandler(new Collecting(new ArrayList<>()), new UnboundElementsSourceFilter());
        try {
            binder.bindOrCreate(PREFIX, Bindable.of(LanekeeperProperties.class), strict);
        } catch (RuntimeException e) {
            if (!(unbound(e) instanceof UnboundConfigurationPropertiesException unbound)) {
                throw e;
            }
            tellUnknown(unbound.getUnboundProperties(), problems);
        }
    }

    private static void tellUnknown(Set<ConfigurationProperty> unbound, List<Problem> problems) {
        // A key whose value could not be read is known, although nothing was bound to it.
        Set<String> told = problems.stream().map(Problem::where).collect(Collectors.toSet());
        for (ConfigurationProperty property : unbound) {
            String name = property.getName().toString();
            if (CONSOLE.isAncestorOf(property.getName())) {
                tellMissingConsole(name, problems);
            } else if (!told.contains(name)) {
                String origin = property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
                problems.add(new Problem(name, "there is no such property" + origin, "Remove it, or correct its name"));
            }
        }
    }

    private static void tellMissingConsole(String name, List<Problem> problems) {
        if (!ClassUtils.isPresent(CONSOLE_CLASS, PropertiesReader.class.getClassLoader())) {
            problems.add(new Problem(
                    name,
                    "the console is not on the class path",
                    "Add dev.lanekeeper:lanekeeper-console, or remove this"));
        }
    }

    private static @Nullable Throwable unbound(@Nullable Throwable thrown) {
        return thrown == null || thrown instanceof UnboundConfigurationPropertiesException
                ? thrown
                : unbound(thrown.getCause());
    }

    /** Notes a value that cannot be converted, and goes on as if it were not given. */
    private static final class Collecting extends AbstractBindHandler {

        private final List<Problem> problems;

        Collecting(List<Problem> problems) {
            this.problems = problems;
        }

        @Override
        public @Nullable Object onFailure(
                ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error)
                throws Exception {
            if (unbound(error) != null) {
                throw error;
            }
            var property = context.getConfigurationProperty();
            String value = property == null ? "the value" : "\"" + property.getValue() + "\"";
            problems.add(new Problem(
                    name.toString(), value + " is not understood", "Write " + Expectation.of(target.getType())));
            return null;
        }
    }
}
