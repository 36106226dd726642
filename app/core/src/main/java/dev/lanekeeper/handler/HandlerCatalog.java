package dev.lanekeeper.handler;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.handler.Declaration.Door;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

    private static final Logger LOG = LoggerFactory.getLogger(HandlerCatalog.class);
    private static final Declaration NOBODY =
            new Declaration("", "defaults", Door.KAFKA, Map.of(), Map.of(), new Declaration.Nobody());

    private final ConfigurableListableBeanFactory beans;
    private final Environment environment;
    private final HandlerSettings settings;
    private final Supplier<DataSource> dataSource;
    private final List<BuiltInHandler> builtIn;
    private final Function<Handlers, List<Problem>> rules;
    private final List<Problem> known;
    private @Nullable Handlers handlers;

    /**
     * @param dataSource that of Lanekeeper's tables; asked only if a handler is transactional
     * @param builtIn Lanekeeper's own
     * @param rules finds what is wrong with all of them together, which is told with the rest
     * @param known what is wrong with properties that are not of handlers
     */
    public HandlerCatalog(
            ConfigurableListableBeanFactory beans,
            Environment environment,
            HandlerSettings settings,
            Supplier<DataSource> dataSource,
            List<BuiltInHandler> builtIn,
            Function<Handlers, List<Problem>> rules,
            List<Problem> known) {
        this.beans = beans;
        this.environment = environment;
        this.settings = settings;
        this.dataSource = dataSource;
        this.builtIn = List.copyOf(builtIn);
        this.rules = rules;
        this.known = List.copyOf(known);
    }

    @Override
    public void afterSingletonsInstantiated() {
        var problems = new Problems(known);
        var arguments = new Arguments(environment, Decoding.of(beans), problems);
        var calls = new HandlerCalls(arguments, new TransactionRules(beans, dataSource, problems), problems);
        var definitions = new Definitions(beans, calls, problems);
        definitions.checkDefaults(options(NOBODY, new HandlerSettings(settings.defaults(), Map.of()), problems));
        List<Declaration> declarations = withBuiltIn(new HandlerScanner(beans, environment, problems).scan());
        Set<String> ids = declarations.stream().map(Declaration::id).collect(Collectors.toSet());
        HandlerSettings ofThese = settings.of(ids);
        List<SharedRules.Written> written = declarations.stream()
                .map(d -> new SharedRules.Written(d.describe(), definitions.define(d, options(d, ofThese, problems))))
                .toList();
        new SharedRules(problems).check(written);
        var found = new Handlers(
                written.stream().map(SharedRules.Written::definition).toList());
        rules.apply(found).forEach(problems::add);
        problems.throwIfAny();
        warnOfSettingsForNobody(ids);
        handlers = found;
    }

    /** The outbox has handlers of its own as soon as anything takes entries, as which jobs may come too. */
    private List<Declaration> withBuiltIn(List<Declaration> declared) {
        var outbox = declared.stream().anyMatch(d -> d.door() != Door.KAFKA)
                || builtIn.stream().anyMatch(BuiltInHandler::always);
        var all = new ArrayList<>(declared);
        builtIn.stream()
                .filter(b -> outbox)
                .map(b -> new Declaration(
                        b.id(), "built in", Door.OUTBOX, b.options(), Map.of(), new Declaration.BuiltIn(b)))
                .forEach(all::add);
        return all;
    }

    /** Valid from the moment at which all singletons exist, so in any {@code Lifecycle} bean's start. */
    public Handlers handlers() {
        if (handlers == null) {
            throw new IllegalStateException(
                    "The handlers are known only when all singletons exist; ask in a Lifecycle's start");
        }
        return handlers;
    }

    private Options options(Declaration declaration, HandlerSettings settingsById, Problems problems) {
        return new Options(declaration, settingsById, environment, problems);
    }

    /** No problem, as a handler may be absent on purpose in some profile; but it may be a slip of the pen. */
    private void warnOfSettingsForNobody(Set<String> ids) {
        for (String name : settings.namesBeside(ids)) {
            LOG.atWarn()
                    .addKeyValue("handlers", new TreeSet<>(ids))
                    .log("lanekeeper.handlers.{}.* is set, but this application has no such handler", name);
        }
    }
}
