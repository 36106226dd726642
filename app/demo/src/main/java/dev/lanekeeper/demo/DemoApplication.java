package dev.lanekeeper.demo;

import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** The application of the demo, as a user writes one. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(DoorConfiguration.class)
class DemoApplication {

    static ConfigurableApplicationContext start(DemoOptions options, Servers servers, SignIn signIn) {
        return new SpringApplicationBuilder(
                        DemoApplication.class,
                        options.topic() == null ? ShopConfiguration.class : OwnTopicConfiguration.class)
                .initializers(context -> context.getBeanFactory().registerSingleton("demoOptions", options))
                .properties(properties(servers, signIn))
                .bannerMode(Banner.Mode.OFF)
                // The demo stops it, before the servers that it needs.
                .registerShutdownHook(false)
                .run();
    }

    private static Map<String, Object> properties(Servers servers, SignIn signIn) {
        return Map.ofEntries(
                Map.entry("spring.application.name", "lanekeeper-demo"),
                Map.entry("spring.datasource.url", servers.postgres().jdbcUrl()),
                Map.entry("spring.datasource.username", servers.postgres().username()),
                Map.entry("spring.datasource.hikari.maximum-pool-size", 24),
                Map.entry("spring.kafka.bootstrap-servers", servers.broker().bootstrapServers()),
                // After a kill the broker waits for the members that are gone; an outage of six seconds is enough to
                // see that.
                Map.entry("spring.kafka.consumer.properties.session.timeout.ms", 6_000),
                Map.entry("spring.kafka.consumer.properties.heartbeat.interval.ms", 1_500),
                Map.entry("logging.register-shutdown-hook", false),
                Map.entry("server.address", "127.0.0.1"),
                Map.entry("server.port", servers.webPort()),
                Map.entry("lanekeeper.console.enabled", true),
                Map.entry("lanekeeper.console.sign-in", "own"),
                Map.entry("lanekeeper.console.users.operator.password", signIn.password()),
                Map.entry("lanekeeper.console.users.operator.role", "operator"),
                Map.entry("lanekeeper.console.users.viewer.password", signIn.password()));
    }
}
