package dev.lanekeeper.examples.hostile;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** Its own rules and users, for all of its paths; the console lives in them. */
@Configuration(proxyBeanMethods = false)
class Security {

    @Bean
    SecurityFilterChain rules(HttpSecurity http) {
        return http.authorizeHttpRequests(requests -> requests.requestMatchers("/hello")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .httpBasic(Customizer.withDefaults())
                .build();
    }

    @Bean
    UserDetailsService users() {
        return new InMemoryUserDetailsManager(
                User.withUsername("clerk")
                        .password("{noop}secret")
                        .roles("CLERK")
                        .build(),
                User.withUsername("viewer")
                        .password("{noop}secret")
                        .roles("CLERK", "LANEKEEPER_VIEWER")
                        .build());
    }
}
