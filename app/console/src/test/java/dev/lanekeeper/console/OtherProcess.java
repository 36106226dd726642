package dev.lanekeeper.console;

import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.testkit.JavaCommand;
import dev.lanekeeper.testkit.JavaProcess;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** Another instance of the tests' application, in a process of its own, with a handler that the site does not have. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(OtherProcess.Ledger.class)
public class OtherProcess {

    static final String HANDLER = "ledger";

    public static void main(String... args) {
        SpringApplication.run(OtherProcess.class, args);
    }

    static class Ledger {

        @KafkaEventHandler(id = HANDLER, topics = HANDLER)
        void enter(String line) {}
    }

    static JavaProcess start(Site site) {
        return JavaCommand.of(OtherProcess.class)
                .withOptions("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .withArguments(
                        "--spring.application.name=console",
                        "--spring.datasource.url=" + site.database().jdbcUrl(),
                        "--spring.datasource.username=" + site.database().username(),
                        "--spring.datasource.hikari.maximum-pool-size=8",
                        "--spring.kafka.bootstrap-servers=" + site.bootstrapServers(),
                        "--spring.main.web-application-type=none",
                        "--spring.main.banner-mode=off")
                .start();
    }
}
