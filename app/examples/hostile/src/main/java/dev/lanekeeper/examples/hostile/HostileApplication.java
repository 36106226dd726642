package dev.lanekeeper.examples.hostile;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * An application with JPA, Flyway, JobRunr and its dashboard, two databases and security rules of its own, to which Lanekeeper was
 * added later.
 */
@SpringBootApplication
public class HostileApplication {

    public static void main(String... args) {
        SpringApplication.run(HostileApplication.class, args);
    }
}
