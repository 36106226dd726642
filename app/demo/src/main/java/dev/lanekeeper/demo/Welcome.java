package dev.lanekeeper.demo;

import java.time.Duration;

/** What the demo tells once it is up. */
final class Welcome {

    private Welcome() {}

    static String text(DemoOptions options, Servers servers, Duration took) {
        var text = new StringBuilder();
        text.append("Up after %.1f s%n".formatted(took.toMillis() / 1000.0));
        text.append("  Kafka       %s%n".formatted(servers.broker().bootstrapServers()));
        text.append("  PostgreSQL  psql '%s'%n".formatted(servers.postgres().address()));
        text.append("  Log         %s%n".formatted(options.folder().resolve("demo.log")));
        return text.toString();
    }
}
