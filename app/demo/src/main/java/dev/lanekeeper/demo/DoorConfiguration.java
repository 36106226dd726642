package dev.lanekeeper.demo;

import java.net.URI;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** What there is beside the console: a way from the root to it, and nothing else. */
@Configuration(proxyBeanMethods = false)
class DoorConfiguration {

    private static final String ROOT = "/";

    @Bean
    RouterFunction<ServerResponse> entrance() {
        return RouterFunctions.route()
                .GET(
                        ROOT,
                        request -> ServerResponse.temporaryRedirect(URI.create(Welcome.CONSOLE))
                                .build())
                .build();
    }

    /** The console brings a chain of its own; this one comes after it. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    SecurityFilterChain elsewhere(HttpSecurity http) {
        return http.authorizeHttpRequests(requests ->
                        requests.requestMatchers(ROOT).permitAll().anyRequest().denyAll())
                .build();
    }
}
