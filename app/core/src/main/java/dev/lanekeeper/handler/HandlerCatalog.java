package dev.lanekeeper.handler;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * The application's handlers, found and checked once all singletons exist, before anything is started.
 *
 * <p>If anything is wrong with a handler or a property, the application does not start, and is told everything at once as
 * a {@link dev.lanekeeper.api.LanekeeperConfigurationException}.
 */
public final class HandlerCatalog implements SmartInitializingSingleton {

    private final ConfigurableListableBeanFactory beans;
    private final Environment environment;
    private final HandlerSettings settings;
    private final Supplier<DataSource> dataSource;
    private final List<Problem> known;
    private @Nullable Handlers handlers;

    /**
     * @param dataSource that of Lanekeeper's tables; asked only if a handler is transactional
     * @param known what is wrong with properties that are not of handlers
     */
    public HandlerCatalog(
            ConfigurableListableBeanFactory beans,
            Environment environment,
            HandlerSettings settings,
            Supplier<DataSource> dataSource,
            List<Problem> known) {
        this.beans = beans;
        this.environment = environment;
        this.settings = settings;
        this.dataSource = dataSource;
        this.known = List.copyOf(known);
    }

    @Override
    public void afterSingletonsInstantiated() {
        var problems = new Problems(known);
        checkDefaults(problems);
        var arguments = new Arguments(environment, Decoding.of(beans), problems);
        var calls = new HandlerCalls(arguments, new TransactionRules(beans, dataSource, problems), problems);
        var definitions = new Definitions(beans, calls, problems);
        List<SharedRules.Written> written = new ArrayList<>();
        for (Declaration declaration : new HandlerScanner(beans, environment, problems).scan()) {
            var options = new Options(declaration, settings, environment, problems);
            written.add(new SharedRules.Written(declaration.describe(), definitions.define(declaration, options)));
        }
        new SharedRules(problems).check(written);
        problems.throwIfAny();
        handlers = new Handlers(
                written.stream().map(SharedRules.Written::definition).toList());
    }

    /** Valid from the moment at which all singletons exist, so in any {@code Lifecycle} bean's start. */
    public Handlers handlers() {
        if (handlers == null) {
            throw new IllegalStateException(
                    "The handlers are known only when all singletons exist; ask in a Lifecycle's start");
        }
        return handlers;
    }

    /** Reads every default once, so that a bad one is told even if each handler says otherwise. */
    private void checkDefaults(Problems problems) {
        var nobody = new Declaration("", "", Map.of(), Map.of(), new Declaration.Nobody());
        var options = new Options(nobody, new HandlerSettings(settings.defaults(), Map.of()), environment, problems);
        Definitions.failures(options, null);
        Definitions.limits(options);
    }
}
