package dev.lanekeeper.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanekeeper.demo.DemoOptions.Plant;
import dev.lanekeeper.demo.Ledger.Place;
import dev.lanekeeper.demo.Ledger.Verdict;
import dev.lanekeeper.demo.SampleEvents.Fate;
import dev.lanekeeper.demo.SampleEvents.Sample;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class DataFolderTest {

    @TempDir
    Path path;

    @Test
    void stopsAPostgresThatWasLeftOnItAndStartsAnotherWithTheSameData() throws Exception {
        var port = LoopbackPort.claim(0, "PostgreSQL", "--postgres-port");
        try (var folder = DataFolder.take(path).orElseThrow()) {
            var left = Postgres.start(folder, port);
            fill(left);
        }
        // Our lock is gone and the server is not, as after a kill; the library's own lock would be gone with the
        // process too.
        Files.delete(path.resolve("postgres").resolve("epg-lock"));
        assertThat(OrphanedPostgres.in(path.resolve("postgres"))).isPresent();

        try (var folder = DataFolder.take(path).orElseThrow()) {
            assertThat(OrphanedPostgres.in(path.resolve("postgres"))).isEmpty();
            try (var next = Postgres.start(folder, port)) {
                assertThat(settings(next)).isEqualTo("on on 127.0.0.1");
                assertNoticesEachPlant(next);
            }
        }
    }

    @Test
    void belongsToOneProcessAtATime() {
        var taken = DataFolder.take(path).orElseThrow();

        assertThat(DataFolder.take(path)).isEmpty();
        taken.close();
        var again = DataFolder.take(path);
        assertThat(again).isPresent();
        again.get().close();
    }

    @Test
    void aPortThatIsInUseIsToldWithTheOptionThatChoosesAnother() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatExceptionOfType(Unusable.class)
                    .isThrownBy(() -> LoopbackPort.claim(taken.getLocalPort(), "Kafka", "--kafka-port"))
                    .withMessageContaining(Integer.toString(taken.getLocalPort()))
                    .withMessageContaining("--kafka-port N");
        }
    }

    private static void fill(Postgres postgres) {
        var effects = new Effects(source(postgres));
        effects.add("orders", "a", "customer-1", 1);
        effects.add("orders", "b", "customer-1", 2);
    }

    private static void assertNoticesEachPlant(Postgres postgres) {
        var effects = new Effects(source(postgres));
        var ledger = new Ledger();
        ledger.sent(new Sample("orders", "a", "customer-1", 1, new byte[0], Fate.DONE), new Place("orders", 0, 0));
        ledger.sent(new Sample("orders", "b", "customer-1", 2, new byte[0], Fate.DONE), new Place("orders", 0, 1));

        assertThat(ledger.verdict(effects.all(), Set.of())).isEqualTo(new Verdict(0, 0, 0));
        effects.plant(Plant.SWAP);
        assertThat(ledger.verdict(effects.all(), Set.of())).isEqualTo(new Verdict(0, 0, 1));
        effects.plant(Plant.DOUBLE);
        assertThat(ledger.verdict(effects.all(), Set.of()).doubled()).isEqualTo(1);
        effects.plant(Plant.LOSS);
        assertThat(ledger.verdict(effects.all(), Set.of()).missing()).isEqualTo(1);
    }

    private static String settings(Postgres postgres) {
        return JdbcClient.create(source(postgres)).sql("""
                        SELECT current_setting('fsync') || ' ' || current_setting('synchronous_commit') || ' '
                               || current_setting('listen_addresses')
                        """).query(String.class).single();
    }

    private static DriverManagerDataSource source(Postgres postgres) {
        return new DriverManagerDataSource(postgres.jdbcUrl(), postgres.username(), "");
    }
}
