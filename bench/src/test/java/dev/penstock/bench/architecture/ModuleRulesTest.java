package dev.penstock.bench.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The module rules: who may depend on whom, and who owns which vendor. Core is every package that is not named here.
class ModuleRulesTest {

    private static final String STORAGE = "dev.penstock.storage..";
    private static final String BALANCE = "dev.penstock.balance..";
    private static final String GPU = "dev.penstock.gpu..";
    private static final String TRAINER = "dev.penstock.trainer..";
    private static final String DAEMON = "dev.penstock.daemon..";
    private static final String CLI = "dev.penstock.cli..";
    private static final String BENCH = "dev.penstock.bench..";
    private static final String[] AROUND_CORE = {STORAGE, BALANCE, GPU, TRAINER, DAEMON, CLI, BENCH};

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .withImportOption(location -> !location.contains("/jmh_generated/"))
            .importPackages("dev.penstock");

    @Test
    void coreKnowsNoOtherModule() {
        noClasses()
                .that()
                .resideOutsideOfPackages(AROUND_CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(AROUND_CORE)
                .check(CLASSES);
    }

    @Test
    void storageKnowsOnlyCore() {
        checkUses(STORAGE);
    }

    @Test
    void balanceKnowsOnlyCore() {
        checkUses(BALANCE);
    }

    @Test
    void gpuKnowsOnlyCore() {
        checkUses(GPU);
    }

    @Test
    void trainerKnowsCoreAndGpu() {
        checkUses(TRAINER, GPU);
    }

    @Test
    void daemonKnowsOnlyCore() {
        checkUses(DAEMON);
    }

    @Test
    void cliKnowsEverythingButBench() {
        checkUses(CLI, STORAGE, BALANCE, GPU, TRAINER, DAEMON);
    }

    @Test
    void everyVendorHasOneOwner() {
        // The benchmark measures the SDK's own clients beside ours.
        checkOwners("software.amazon.awssdk..", STORAGE, "dev.penstock.bench.s3");
        checkOwners("org.bytedeco.cuda..", GPU);
        checkOwners("org.bytedeco.pytorch..", TRAINER);
        checkOwners("org.bytedeco..", GPU, TRAINER);
        checkOwners("net.openhft..", "dev.penstock.journal..");
        checkOwners("picocli..", CLI, BENCH);
        checkOwners("org.mlflow..", "dev.penstock.trainer.record");
        checkOwners("io.micrometer..", "dev.penstock.metrics", "dev.penstock.daemon.metrics");
    }

    @Test
    void everyPackageIsNullMarked() {
        List<String> unmarked = CLASSES.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(declared -> !isNullMarked(declared))
                .map(JavaPackage::getName)
                .sorted()
                .toList();

        assertThat(unmarked).as("packages without a @NullMarked package-info").isEmpty();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.penstock.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /// Fails when the module is missing, too: a renamed package must not escape its rule.
    private static void checkUses(String module, String... allowed) {
        String[] others = Stream.of(AROUND_CORE)
                .filter(other ->
                        !other.equals(module) && !Arrays.asList(allowed).contains(other))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(module)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(CLASSES);
    }

    private static void checkOwners(String vendor, String... owners) {
        noClasses()
                .that()
                .resideOutsideOfPackages(owners)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(vendor)
                .check(CLASSES);
    }

    private static boolean isNullMarked(JavaPackage declared) {
        return declared.tryGetPackageInfo()
                .filter(info -> info.isAnnotatedWith(NullMarked.class))
                .isPresent();
    }
}
