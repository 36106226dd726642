package dev.lanekeeper.jpa;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The room of JPA hands changes over, and knows nothing of what becomes of them. */
@AnalyzeClasses(packages = "dev.lanekeeper.jpa", importOptions = ImportOption.DoNotIncludeTests.class)
class DirectionsTest {

    @ArchTest
    static final ArchRule onlyTheRecorderAndItsWordsAreKnown = classes()
            .that()
            .haveSimpleNameNotEndingWith("AutoConfiguration")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.lanekeeper.jpa",
                    "dev.lanekeeper.api..",
                    "dev.lanekeeper.handler",
                    "dev.lanekeeper.intake.outbox",
                    "java..",
                    "javax.sql..",
                    "jakarta.persistence..",
                    "jakarta.transaction..",
                    "org.hibernate..",
                    "org.springframework..",
                    "org.slf4j..",
                    "org.jspecify..",
                    "com.fasterxml.jackson.annotation..",
                    "tools.jackson..");
}
