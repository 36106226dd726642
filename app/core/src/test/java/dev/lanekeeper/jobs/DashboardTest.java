package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DashboardTest {

    private static final Duration SHORTLY = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private JobRunrDatabase database;

    @BeforeEach
    void open() {
        database = new JobRunrDatabase("jobs_dashboard");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void isOffUnlessAskedFor() {
        assertThat(database.server("node", run -> {}).dashboard()).isNull();
    }

    @Test
    void showsRunsAndSendsNothingHome() throws Exception {
        var server = database.server(withDashboard(), run -> {});
        var run = database.handOver(server);
        await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);

        assertThat(get(server, "/dashboard")).contains("<html");
        assertThat(get(server, "/api/jobs?state=SUCCEEDED&limit=10&order=updatedAt:DESC&offset=0"))
                .contains(run.toString(), "lane run");
        assertThat(get(server, "/api/version")).contains("\"allowAnonymousDataUsage\":false");
    }

    @Test
    void listensOnTheLoopbackInterfaceOnly() throws Exception {
        var port = database.server(withDashboard(), run -> {}).dashboard().getPort();

        new Socket(InetAddress.getLoopbackAddress(), port).close();
        for (var address : otherAddresses()) {
            assertThatThrownBy(() -> new Socket(address, port).close()).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void endsWithTheServer() {
        var server = database.server(withDashboard(), run -> {});
        var port = server.dashboard().getPort();

        server.close();

        assertThat(server.dashboard()).isNull();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(IOException.class);
    }

    private static JobRunrSettings withDashboard() {
        var usual = JobRunrDatabase.settings("node");
        return new JobRunrSettings(
                usual.schema(),
                usual.serverName(),
                usual.workers(),
                usual.virtualThreads(),
                usual.pollInterval(),
                usual.retention(),
                usual.tables(),
                0);
    }

    private static List<InetAddress> otherAddresses() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .toList();
    }

    private String get(JobRunrServer server, String path) throws IOException, InterruptedException {
        var address = URI.create("http://127.0.0.1:" + server.dashboard().getPort() + path);
        return http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
