package dev.lanekeeper.demo;

import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The application of the demo, as a user writes one. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class DemoApplication {

    static ConfigurableApplicationContext start(DemoOptions options, Servers servers) {
        return new SpringApplicationBuilder(
                        DemoApplication.class, options.topic() == null ? ShopConfiguration.class : OwnTopicConfiguration.class)
                .initializers(context -> context.getBeanFactory().registerSingleton("demoOptions", options))
                .properties(properties(servers))
                .bannerMode(Banner.Mode.OFF)
                // The demo stops it, before the servers that it needs.
                .registerShutdownHook(false)
                .run();
    }

    private static Map<String, Object> properties(Servers servers) {
        return Map.of(
                "spring.application.name", "lanekeeper-demo",
                "spring.datasource.url", servers.postgres().jdbcUrl(),
                "spring.datasource.username", servers.postgres().username(),
                "spring.datasource.hikari.maximum-pool-size", 24,
                "spring.kafka.bootstrap-servers", servers.broker().bootstrapServers(),
                "spring.main.web-application-type", "none",
                "logging.register-shutdown-hook", false);
    }
}
