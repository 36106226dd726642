package dev.lanekeeper.console;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.lanekeeper.work.Database;

/** The console looks by searches that only read, and changes by operations alone. */
@AnalyzeClasses(packages = "dev.lanekeeper.console", importOptions = ImportOption.DoNotIncludeTests.class)
class DirectionsTest {

    @ArchTest
    static final ArchRule nothingOfTheCorridorIsWrittenHere = noClasses()
            .should()
            .dependOnClassesThat(describe(
                    "write tables of the corridor",
                    c -> c.getPackageName().equals("dev.lanekeeper.work")
                            && c.getSimpleName().matches(".*(Store|Storer|Recorder|Claimer|Rescuer)")));

    @ArchTest
    static final ArchRule sqlIsSpokenOnlyInSearches = noClasses()
            .that(describe("are no *Search", c -> !outermost(c).getSimpleName().endsWith("Search")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.springframework.jdbc.core..");

    @ArchTest
    static final ArchRule statementsStandInSearches = noClasses()
            .that(describe("are no *Search", c -> !outermost(c).getSimpleName().endsWith("Search")))
            .should()
            .callMethod(Database.class, "sql", String.class);

    @ArchTest
    static final ArchRule roomsAreFreeOfCycles =
            slices().matching("dev.lanekeeper.console.(*)..").should().beFreeOfCycles();

    private static JavaClass outermost(JavaClass one) {
        var outermost = one;
        while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
        }
        return outermost;
    }
}
