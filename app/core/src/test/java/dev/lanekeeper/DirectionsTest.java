package dev.lanekeeper;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.all;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.AbstractClassesTransformer;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ClassesTransformer;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The plan of the house: which room may know which, and where each foreign library lives. A room that is not listed in
 * {@link #NEIGHBOURS} may depend on {@code work} and {@code api} alone.
 */
@AnalyzeClasses(
        packages = DirectionsTest.ROOT,
        importOptions = {ImportOption.DoNotIncludeTests.class, DirectionsTest.WithoutTestKit.class})
class DirectionsTest {

    static final String ROOT = "dev.lanekeeper";

    private static final String WIRING = "(wiring)";

    /** What a room may depend on besides {@code work} and {@code api}; the wiring in the root package sees all. */
    private static final Map<String, Set<String>> NEIGHBOURS = Map.of(
            "intake.kafka", Set.of("handler"),
            "intake.outbox", Set.of("handler"),
            "intake.enqueue", Set.of("handler"),
            "relay", Set.of("handler"),
            "run", Set.of("handler", "lock", "setting"),
            "dispatch", Set.of("jobs", "run", "lock", "handler", "setting"),
            "monitor", Set.of("run", "dispatch", "lock", "intake.kafka", "intake.outbox", "handler", "setting"),
            "latency", Set.of("run"),
            "operations", Set.of("setting", "housekeeping"));

    private static final Set<String> SPEAKERS_OF_SQL =
            Set.of(ROOT + ".work.AutoCommitting", ROOT + ".work.Database", ROOT + ".work.Schema");

    @ArchTest
    static final ArchRule roomsDependOnlyOnTheirNeighbours =
            classes().should(dependOnlyOnNeighbours()).allowEmptyShould(true);

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching(ROOT + ".(**)").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule jobRunrIsKnownOnlyInJobs = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".jobs..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jobrunr..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule kafkaIsKnownOnlyInItsIntakeAndTheRelay = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".intake.kafka..", ROOT + ".relay..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "org.springframework.kafka..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule histogramsAreKnownOnlyInLatency = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".latency..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.HdrHistogram..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule tinkIsKnownOnlyInSecret = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".secret..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.google.crypto.tink..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule redissonIsKnownOnlyInLock = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".lock..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.redisson..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule sqlIsSpokenOnlyInStoresAndSearches = noClasses()
            .that(describe("are no *Store, no *Search, not in jobs and not " + SPEAKERS_OF_SQL, c -> !maySpeakSql(c)))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.springframework.jdbc.core..", "org.postgresql..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule noRowsAreReadAsAStreamWhichKeepsItsConnectionUntilItIsClosed = noClasses()
            .should()
            .callMethod(JdbcClient.MappedQuerySpec.class, "stream")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule everyPackageIsNullMarked =
            all(packages()).should(beNullMarked()).allowEmptyShould(true);

    @ArchTest
    static final ArchRule classesAreNamedAfterWhatTheyDo = noClasses()
            .should()
            .haveNameMatching(".*(Impl|Utils?|Helper|Manager)")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule packagesAreNamedAfterTheirRoom = noClasses()
            .should()
            .resideInAnyPackage("..util..", "..common..", "..helper..", "..impl..", "..model..", "..service..")
            .allowEmptyShould(true);

    private static ArchCondition<JavaClass> dependOnlyOnNeighbours() {
        return new ArchCondition<>("depend only on the neighbours of their room") {
            @Override
            public void check(JavaClass origin, ConditionEvents events) {
                for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (target.getPackageName().startsWith(ROOT) && !mayKnow(room(origin), room(target))) {
                        events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean mayKnow(String origin, String target) {
        if (origin.equals(target) || origin.equals(WIRING) || target.equals("api")) {
            return true;
        }
        if (origin.equals("api")) {
            return false;
        }
        return target.equals("work")
                || NEIGHBOURS.getOrDefault(origin, Set.of()).contains(target);
    }

    /** {@code intake} is a corridor of rooms; elsewhere the first name below the root is the room. */
    private static String room(JavaClass javaClass) {
        if (javaClass.getPackageName().equals(ROOT)) {
            return WIRING;
        }
        String[] names = javaClass.getPackageName().substring(ROOT.length() + 1).split("\\.");
        return names[0].equals("intake") && names.length > 1 ? names[0] + "." + names[1] : names[0];
    }

    private static boolean maySpeakSql(JavaClass javaClass) {
        JavaClass outermost = javaClass;
        while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
        }
        String name = outermost.getSimpleName();
        return name.endsWith("Store")
                || name.endsWith("Search")
                || SPEAKERS_OF_SQL.contains(outermost.getName())
                || room(outermost).equals("jobs");
    }

    private static ClassesTransformer<JavaPackage> packages() {
        return new AbstractClassesTransformer<>("packages") {
            @Override
            public Iterable<JavaPackage> doTransform(JavaClasses classes) {
                Set<JavaPackage> packages = new LinkedHashSet<>();
                classes.forEach(c -> packages.add(c.getPackage()));
                return packages;
            }
        };
    }

    private static ArchCondition<JavaPackage> beNullMarked() {
        return new ArchCondition<>("have a package-info.java with @NullMarked") {
            @Override
            public void check(JavaPackage javaPackage, ConditionEvents events) {
                if (!javaPackage.isAnnotatedWith(NullMarked.class)) {
                    events.add(
                            SimpleConditionEvent.violated(javaPackage, javaPackage.getName() + " is not @NullMarked"));
                }
            }
        };
    }

    static class WithoutTestKit implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/dev/lanekeeper/testkit/");
        }
    }
}
