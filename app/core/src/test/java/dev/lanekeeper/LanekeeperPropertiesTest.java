package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.LanekeeperProperties.Role;
import dev.lanekeeper.LanekeeperProperties.SchemaManagement;
import dev.lanekeeper.LanekeeperProperties.VirtualThreads;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.unit.DataSize;

class LanekeeperPropertiesTest {

    @Test
    void haveDefaults() {
        var properties = read(Map.of()).properties();

        assertThat(properties.application()).isEqualTo("application");
        assertThat(properties.schema())
                .isEqualTo(new LanekeeperProperties.Schema("lanekeeper", SchemaManagement.MIGRATE));
        assertThat(properties.roles()).containsExactlyInAnyOrder(Role.INTAKE, Role.OUTBOX, Role.WORKERS);
        assertThat(properties.workers()).isNull();
        assertThat(properties.flushSize()).isEqualTo(500);
        assertThat(properties.flushBytes()).isEqualTo(DataSize.ofMegabytes(8));
        assertThat(properties.flushIntervalOrNull()).isEqualTo(Duration.ofMillis(50));
        assertThat(properties.bufferBytes()).isEqualTo(DataSize.ofMegabytes(64));
        assertThat(properties.handlers()).isEmpty();
        assertThat(properties.defaults().maxRetries()).isNull();
        assertThat(properties.run()).isEqualTo(new LanekeeperProperties.Run(Duration.ofSeconds(2), 5000, 256));
        assertThat(properties.shutdownTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(properties.exitOnSigterm()).isFalse();
        assertThat(properties.virtualThreads()).isEqualTo(VirtualThreads.AUTO);
        assertThat(properties.blockedWarning()).isEqualTo(Duration.ofMinutes(5));
        assertThat(properties.runningWarning()).isEqualTo(Duration.ofMinutes(5));
        assertThat(properties.job().dashboardPortOrNull()).isNull();
        assertThat(properties.job().retention()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void takeTheNameOfTheSpringApplicationUnlessTheyHaveOne() {
        assertThat(read(Map.of("spring.application.name", "shop")).properties().application())
                .isEqualTo("shop");
        assertThat(read(Map.of("spring.application.name", "shop", "lanekeeper.application", "orders"))
                        .properties()
                        .application())
                .isEqualTo("orders");
    }

    @Test
    void understandOffInYaml() throws Exception {
        var yaml = new ByteArrayResource(
                "lanekeeper: {flush-interval: off, job: {dashboard-port: off}}".getBytes(StandardCharsets.UTF_8));
        var environment = new StandardEnvironment();
        new YamlPropertySourceLoader()
                .load("yaml", yaml)
                .forEach(source -> environment.getPropertySources().addFirst(source));

        var read = new PropertiesReader(environment).read();

        assertThat(read.problems()).isEmpty();
        assertThat(read.properties().flushIntervalOrNull()).isNull();
        assertThat(read.properties().job().dashboardPortOrNull()).isNull();
    }

    @Test
    void areReadFromEnvironmentVariables() {
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        Map.of("LANEKEEPER_FLUSHSIZE", "7", "LANEKEEPER_HANDLERS_ORDERPLACED_MAXRETRIES", "2")));

        var read = new PropertiesReader(environment).read();

        assertThat(read.problems()).isEmpty();
        assertThat(read.properties().flushSize()).isEqualTo(7);
        assertThat(read.properties().handlers()).containsOnlyKeys("orderplaced");
    }

    @ParameterizedTest
    @CsvSource({
        "lanekeeper.workers, 0",
        "lanekeeper.workers, many",
        "lanekeeper.flush-size, 0",
        "lanekeeper.flush-bytes, big",
        "lanekeeper.flush-bytes, 0B",
        "lanekeeper.flush-interval, soon",
        "lanekeeper.flush-interval, 0s",
        "lanekeeper.buffer-bytes, 1MB",
        "lanekeeper.schema.name, Lane-Keeper",
        "lanekeeper.schema.manage, maybe",
        "lanekeeper.roles, cook",
        "lanekeeper.run.slice, -1s",
        "lanekeeper.run.max-items, 0",
        "lanekeeper.run.chunk, 0",
        "lanekeeper.shutdown-timeout, later",
        "lanekeeper.shutdown-timeout, 0",
        "lanekeeper.virtual-threads, some",
        "lanekeeper.blocked-warning, 0s",
        "lanekeeper.running-warning, x",
        "lanekeeper.job.dashboard-port, 70000",
        "lanekeeper.job.dashboard-port, http",
        "lanekeeper.job.retention, 0s",
        "lanekeeper.retention.cron, at night",
        "lanekeeper.retention.events, 0d",
        "lanekeeper.retention.outbox, soon",
        "lanekeeper.retention.payloads, 31d",
        "lanekeeper.retention.identities, 29d",
        "lanekeeper.retention.tallies, -1d",
        "lanekeeper.retention.batch-size, 0",
        "lanekeeper.latency-report, 4s",
        "lanekeeper.latency-report, soon",
        "lanekeeper.observations, some",
        "lanekeeper.statsd.port, 0",
        "lanekeeper.statsd.flavor, vanilla",
        "lanekeeper.statsd.namespace, a..b",
        "lanekeeper.statsd.step, 0s",
        "lanekeeper.wrokers, 3",
        "lanekeeper.defaults.max-retires, 3",
        "lanekeeper.handlers.orders.max-retires, 3"
    })
    void refuseWhatCannotBe(String key, String value) {
        assertThat(read(Map.of(key, value)).problems())
                .singleElement()
                .extracting(Problem::where)
                .asString()
                .matches(where -> where.equals(key) || (where + "[0]").equals(key) || where.equals(key + "[0]"), key);
    }

    @Test
    void saysWhatMayBeWritten() {
        assertThat(read(Map.of(
                                "lanekeeper.roles", "cook",
                                "lanekeeper.schema.manage", "maybe",
                                "lanekeeper.flush-bytes", "big",
                                "lanekeeper.shutdown-timeout", "later"))
                        .problems())
                .extracting(Problem::action)
                .containsExactlyInAnyOrder(
                        "Write intake or outbox or workers",
                        "Write migrate or validate or none",
                        "Write a size, such as 512KB or 8MB",
                        "Write a duration, such as 500ms, 30s or 5m");
    }

    @Test
    void collectEverythingThatIsWrong() {
        List<Problem> problems = read(Map.of(
                        "lanekeeper.workers", "x", "lanekeeper.flush-size", "-1", "lanekeeper.x", "1"))
                .problems();

        assertThat(problems)
                .extracting(Problem::where)
                .containsExactlyInAnyOrder("lanekeeper.workers", "lanekeeper.flush-size", "lanekeeper.x");
    }

    private static PropertiesReader.Result read(Map<String, Object> properties) {
        var environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
        return new PropertiesReader(environment).read();
    }
}
