package dev.lanekeeper.jpa;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.handler.HandlerDefinition.OutboxSource;
import dev.lanekeeper.handler.HandlerDefinition.Taking;
import dev.lanekeeper.handler.HandlerRule;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.handler.ResourceName;
import dev.lanekeeper.jpa.EntityFollower.Followed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.hibernate.HibernateTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;

/** Says at start-up which marked entities could not be recorded, and which nobody of this application follows. */
final class EntityRule implements HandlerRule {

    private static final Logger log = LoggerFactory.getLogger(EntityRule.class);

    private final EntityFollower follower;
    private final Supplier<List<PlatformTransactionManager>> managers;
    private final Supplier<@Nullable DataSource> ours;

    EntityRule(
            EntityFollower follower,
            Supplier<List<PlatformTransactionManager>> managers,
            Supplier<@Nullable DataSource> ours) {
        this.follower = follower;
        this.managers = managers;
        this.ours = ours;
    }

    @Override
    public List<Problem> problems(Handlers handlers) {
        var problems = new ArrayList<Problem>();
        follower.followed().forEach(followed -> {
            checkTransactions(followed, problems);
            checkIds(followed, problems);
        });
        checkNames(problems);
        if (problems.isEmpty()) {
            tellOfUnfollowed(handlers);
        }
        return problems;
    }

    private void checkTransactions(Followed followed, List<Problem> problems) {
        var own = managers.get().stream()
                .filter(m -> m instanceof ResourceTransactionManager r && isOf(r, followed))
                .toList();
        if (own.isEmpty()) {
            problems.add(new Problem(
                    where(followed),
                    "there is no JpaTransactionManager of their EntityManagerFactory, so their changes cannot be recorded in"
                            + " its transactions",
                    "Define one, or remove @ReliableEntity from these classes"));
        }
        for (var manager : own) {
            var theirs = dataSource(manager);
            var lanekeepers = ours.get();
            if (theirs == null || lanekeepers == null || unwrap(theirs) != unwrap(lanekeepers)) {
                problems.add(new Problem(
                        where(followed),
                        theirs == null
                                ? "their transaction manager knows no DataSource, so their changes cannot be recorded in its"
                                        + " transactions"
                                : "their transaction manager works on another DataSource than Lanekeeper",
                        "Give their EntityManagerFactory Lanekeeper's DataSource, or remove @ReliableEntity from these"
                                + " classes and publish to the outbox where it is"));
            }
        }
    }

    private static boolean isOf(ResourceTransactionManager manager, Followed followed) {
        var factory = manager.getResourceFactory();
        return factory == followed.factory() || factory == followed.hibernate();
    }

    private static @Nullable DataSource dataSource(PlatformTransactionManager manager) {
        return manager instanceof JpaTransactionManager jpa
                ? jpa.getDataSource()
                : manager instanceof HibernateTransactionManager hibernate ? hibernate.getDataSource() : null;
    }

    static DataSource unwrap(DataSource dataSource) {
        var inner = dataSource;
        while (inner instanceof DelegatingDataSource wrapper && wrapper.getTargetDataSource() != null) {
            inner = wrapper.getTargetDataSource();
        }
        return inner;
    }

    private static String where(Followed followed) {
        var names = new TreeSet<String>();
        followed.entities().all().forEach(e -> names.add(e.type().getName()));
        return "entities " + String.join(", ", names);
    }

    private static void checkIds(Followed followed, List<Problem> problems) {
        for (var entity : followed.entities().all()) {
            if (!entity.hasItsId()) {
                problems.add(new Problem(
                        "entity " + entity.type().getName(),
                        "@ReliableEntity(id = \"" + entity.resource().id() + "\") names no attribute of it",
                        "Name one of its attributes, or leave it out for its identifier"));
            }
        }
    }

    private void checkNames(List<Problem> problems) {
        byName().forEach((name, classes) -> {
            if (classes.size() > 1) {
                problems.add(new Problem(
                        "entities " + String.join(", ", classes),
                        "their changes are all recorded under the name '" + name + "'",
                        "Give them names of their own with @ReliableEntity(name = ...)"));
            }
        });
    }

    private Map<String, TreeSet<String>> byName() {
        var classes = new TreeMap<String, TreeSet<String>>();
        for (var followed : follower.followed()) {
            for (var entity : followed.entities().all()) {
                classes.computeIfAbsent(entity.resource().name(), name -> new TreeSet<>())
                        .add(entity.resourceClass().getName());
            }
        }
        return classes;
    }

    /** No problem, as the callbacks may run in another application on the same schema; but it may have been forgotten. */
    private void tellOfUnfollowed(Handlers handlers) {
        byName().forEach((name, classes) -> {
            if (handlers.all().stream().noneMatch(h -> h.source() instanceof OutboxSource s && takes(s, name))) {
                log.info(
                        "Changes of {} are recorded only if a node of another build follows them: no callback of this"
                                + " application does",
                        classes.first());
            }
        });
    }

    private static boolean takes(OutboxSource source, String name) {
        return (source.taking() == Taking.BY_NAME || source.taking() == Taking.IF_IT_APPLIES)
                && (source.context() == null || source.context().equals(ResourceName.CONTEXT))
                && (source.events().isEmpty()
                        || source.events().stream().anyMatch(event -> event.startsWith(name + ".")));
    }
}
