package dev.lanekeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

class PostgresServerTest {

    private final PostgresServer server = PostgresServer.shared();

    @Test
    void isAsDurableAsInProduction() {
        var sql = new JdbcTemplate(server.dataSource());

        assertThat(sql.queryForObject("SHOW fsync", String.class)).isEqualTo("on");
        assertThat(sql.queryForObject("SHOW synchronous_commit", String.class)).isEqualTo("on");
        assertThat(sql.queryForObject("SHOW shared_buffers", String.class)).isEqualTo("256MB");
        assertThat(sql.queryForObject("SHOW max_connections", Integer.class)).isEqualTo(200);
    }

    @Test
    void givesEachTestClassAnEmptyDatabase() {
        new JdbcTemplate(server.createDatabase("again").dataSource()).execute("CREATE TABLE leftover ()");

        var database = server.createDatabase("again");

        assertThat(new JdbcTemplate(database.dataSource())
                        .queryForObject("SELECT to_regclass('leftover')", String.class))
                .isNull();
    }

    @Test
    void copiesADatabaseWithAllThatItHas() {
        var original = server.createDatabase("original");
        new JdbcTemplate(original.dataSource()).execute("CREATE TABLE copied AS SELECT 7 AS n");

        var copy = server.copyDatabase(original, "copy");
        new JdbcTemplate(original.dataSource()).execute("UPDATE copied SET n = 8");

        assertThat(new JdbcTemplate(copy.dataSource()).queryForObject("SELECT n FROM copied", Integer.class))
                .isEqualTo(7);
    }

    @Test
    void keepsPortAndDataOverARestart() {
        var database = server.createDatabase("kept");
        var sql = new JdbcTemplate(database.dataSource());
        sql.execute("CREATE TABLE kept AS SELECT 7 AS n");

        server.restart();

        assertThat(sql.queryForObject("SELECT n FROM kept", Integer.class)).isEqualTo(7);
    }

    @Test
    void refusesConnectionsWhileItIsStopped() {
        var database = server.createDatabase("stopped");
        try {
            server.stop();

            assertThat(server.pids()).isEmpty();
            assertThatThrownBy(() -> database.dataSource().getConnection()).hasMessageContaining("refused");
        } finally {
            server.start();
        }
        assertThat(database.answers()).isTrue();
    }

    @Test
    void cutsConnectionsButNotTheServer() throws Exception {
        var database = server.createDatabase("cut");
        try (var connection = database.dataSource().getConnection()) {
            var postmaster = server.pids().get(0);

            assertThat(database.terminateBackends(new Random(1))).isEqualTo(1);

            assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1"))
                    .isInstanceOf(Exception.class);
            assertThat(server.pids().get(0)).isEqualTo(postmaster);
        }
    }

    @Test
    void recoversWhenABackendIsKilled() throws Exception {
        var database = server.createDatabase("killed");
        try (var victim = database.dataSource().getConnection();
                var witness = server.dataSource().getConnection()) {
            database.killBackend(new Random(1));

            assertThatThrownBy(() -> victim.createStatement().execute("SELECT 1"))
                    .isInstanceOf(Exception.class);
            assertThatThrownBy(() -> witness.createStatement().execute("SELECT 1"))
                    .isInstanceOf(Exception.class);
        }
        server.awaitReady(Duration.ofSeconds(30));
        assertThat(database.answers()).isTrue();
    }

    @Test
    void countsTheProcessorTimeOfBackendsThatHaveEnded() {
        var before = server.cpu();
        var sql = new JdbcTemplate(server.dataSource());

        sql.execute("SELECT count(*) FROM generate_series(1, 2000000)");
        server.restart();

        assertThat(server.cpu().minus(before)).isGreaterThan(Duration.ofMillis(100));
        assertThat(server.pids()).hasSizeGreaterThan(3);
    }

    @Test
    void leavesNothingBehindWhenClosed() {
        var own = PostgresServer.create();
        var pids = own.pids();

        own.close();

        assertThat(pids).isNotEmpty().noneMatch(pid -> ProcessHandle.of(pid).isPresent());
        assertThat(Files.exists(own.log().getParent())).isFalse();
    }
}
