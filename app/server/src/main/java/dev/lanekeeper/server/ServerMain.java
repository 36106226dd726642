package dev.lanekeeper.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Starts Lanekeeper without an application around it. Handlers are beans of the jars beside it: those of their auto-configurations,
 * and all components of the packages that the property {@code spring.main.sources} names.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Doors.class)
public class ServerMain {

    /** @param arguments properties, as {@code --key=value} */
    public static void main(String... arguments) {
        SpringApplication.run(ServerMain.class, arguments);
    }
}
