package dev.lanekeeper.bench;

import dev.lanekeeper.api.KafkaEventHandler;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.SecurityFilterChain;

/** An application with a console in which one operator signs in with each request. */
@Configuration(proxyBeanMethods = false)
@SpringBootConfiguration
@EnableAutoConfiguration
class ConsoleHost {

    static final String TOPIC = "orders";
    static final String USER = "operator";
    static final String PASSWORD = "bench";

    @Bean
    Handler handler() {
        return new Handler();
    }

    @Bean
    SecurityFilterChain rules(HttpSecurity http) {
        return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .httpBasic(Customizer.withDefaults())
                .build();
    }

    /** Not the manager in memory: it would encode the password anew, and signing in would take longer than most pages. */
    @Bean
    UserDetailsService users() {
        return name -> User.withUsername(USER)
                .password("{noop}" + PASSWORD)
                .roles("LANEKEEPER_VIEWER", "LANEKEEPER_OPERATOR")
                .build();
    }

    static final class Handler {

        @KafkaEventHandler(id = "orders", topics = TOPIC, resource = "resource")
        void on(Event event) {}
    }
}
