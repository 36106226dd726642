package dev.lanekeeper.console;

import dev.lanekeeper.LanekeeperAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * The console in a web application that has switched it on. It comes after Spring Security's own configuration, so that a
 * rule of ours never takes the place of the rules by which Boot closes everything else.
 */
@AutoConfiguration(
        after = LanekeeperAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration",
            "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration"
        })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnProperty("lanekeeper.console.enabled")
@EnableConfigurationProperties(ConsoleProperties.class)
@Import({
    AccessConfiguration.class,
    FrameConfiguration.class,
    PagesConfiguration.class,
    ApiConfiguration.class,
    ListsConfiguration.class
})
public class ConsoleAutoConfiguration {}
