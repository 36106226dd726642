package dev.lanekeeper.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * One application with its console, one Kafka broker, one PostgreSQL and one Chromium for all tests of this module; ended with
 * the JVM. Playwright belongs to one thread, so tests that use it run in the main thread, one after the other.
 *
 * <p>A test class whose tests visit pages registers it as an extension: their pages, which refresh themselves, are closed
 * after each test.
 */
final class Site implements AfterEachCallback {

    /** Debian's; a test that needs it fails where it is missing. */
    static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    static final String PASSWORD = "a password of the tests";

    private static Site shared;

    private final KafkaBroker broker = KafkaBroker.shared();
    private final PostgresDatabase database = PostgresServer.shared().createDatabase("console");
    private final ConfigurableApplicationContext application;
    private final KafkaProducer<String, String> producer = producer();
    private final List<BrowserContext> visits = new ArrayList<>();
    private Browser browser;

    private Site() {
        broker.createTopic("orders", 2);
        broker.createTopic("payments", 1);
        broker.createTopic("patients", 1);
        application = new SpringApplicationBuilder(ConsoleApplication.class)
                .properties(properties(database, broker))
                .run();
        Runtime.getRuntime().addShutdownHook(new Thread(application::close));
    }

    static synchronized Site shared() {
        if (shared == null) {
            shared = new Site();
        }
        return shared;
    }

    static Map<String, Object> properties(PostgresDatabase database, KafkaBroker broker) {
        var properties = new HashMap<String, Object>(Map.of(
                "spring.application.name", "console",
                "spring.datasource.url", database.jdbcUrl(),
                "spring.datasource.username", database.username(),
                "spring.datasource.hikari.maximum-pool-size", "24",
                "spring.kafka.bootstrap-servers", broker.bootstrapServers(),
                "spring.main.banner-mode", "off",
                "server.address", "127.0.0.1",
                "server.port", "0",
                "lanekeeper.console.enabled", "true",
                "lanekeeper.console.sign-in", "own"));
        properties.put("lanekeeper.console.users.ada.password", PASSWORD);
        properties.put("lanekeeper.console.users.ada.role", "operator");
        properties.put("lanekeeper.console.users.vera.password", PASSWORD);
        properties.put("lanekeeper.console.users.vera.role", "viewer");
        // Beside one of the others: may look, and may read what is encrypted.
        properties.put("lanekeeper.console.users.dora.password", PASSWORD);
        properties.put("lanekeeper.console.users.dora.decrypt", "true");
        properties.put("lanekeeper.encryption.keyset", "classpath:keyset.json");
        properties.put("lanekeeper.encryption.hash-keyset", "classpath:hash-keyset.json");
        return properties;
    }

    /** The address of a page of the console. */
    String address(String path) {
        var port = ((WebServerApplicationContext) application).getWebServer().getPort();
        return "http://127.0.0.1:" + port + "/lanekeeper" + path;
    }

    ConfigurableApplicationContext application() {
        return application;
    }

    JdbcClient sql() {
        return JdbcClient.create(database.dataSource());
    }

    PostgresDatabase database() {
        return database;
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** With one partition. */
    void createTopic(String name) {
        broker.createTopic(name, 1);
    }

    /** One of the caller's own, who closes it. */
    KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()), new StringSerializer(), new StringSerializer());
    }

    /** Sends one event and waits until the broker has it. */
    synchronized void produce(String topic, String key, String value) {
        try {
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        } catch (Exception e) {
            throw new IllegalStateException("Could not produce to " + topic, e);
        }
    }

    /** A new page of a new visitor, who is not signed in. */
    Page visitor(Visit visit) {
        var context = context(visit);
        context.setDefaultTimeout(15_000);
        visits.add(context);
        return context.newPage();
    }

    /** A new page of somebody who has signed in: {@code ada} is an operator, {@code vera} a viewer, {@code dora} one who may decrypt. */
    Page signedIn(String name, Visit visit) {
        var page = visitor(visit);
        page.navigate(address(""));
        page.getByLabel("Name").fill(name);
        page.getByLabel("Password").fill(PASSWORD);
        page.getByText("Sign in").last().click();
        page.waitForURL(address("") + "*");
        return page;
    }

    @Override
    public void afterEach(ExtensionContext test) {
        visits.forEach(BrowserContext::close);
        visits.clear();
    }

    /** How somebody visits. */
    record Visit(boolean script, ColorScheme colours, int width) {

        static Visit usual() {
            return new Visit(true, ColorScheme.LIGHT, 1280);
        }

        Visit withoutScript() {
            return new Visit(false, colours, width);
        }

        Visit dark() {
            return new Visit(script, ColorScheme.DARK, width);
        }

        Visit narrow() {
            return new Visit(script, colours, 400);
        }
    }

    private BrowserContext context(Visit visit) {
        return browser()
                .newContext(new Browser.NewContextOptions()
                        .setJavaScriptEnabled(visit.script())
                        .setColorScheme(visit.colours())
                        .setViewportSize(visit.width(), 900));
    }

    private synchronized Browser browser() {
        if (browser == null) {
            var playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(CHROMIUM)
                            .setArgs(FLAGS));
            Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
        }
        return browser;
    }
}
