package dev.lanekeeper.examples.friendly;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application with one handler and the console, which asks for name and password itself. */
@SpringBootApplication
public class FriendlyApplication {

    public static void main(String... args) {
        SpringApplication.run(FriendlyApplication.class, args);
    }
}
