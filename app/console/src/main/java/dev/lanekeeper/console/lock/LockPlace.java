package dev.lanekeeper.console.lock;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/** Where a page of locks begins: behind this one, in the order of names. */
public record LockPlace(String name, UUID digest, long number) {

    /** For a URL; {@link #parse} reads it. */
    public String text() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8)) + "."
                + digest + "." + number;
    }

    /** Empty for anything that {@link #text} has not written. */
    public static Optional<LockPlace> parse(String text) {
        var parts = text.split("\\.", -1);
        try {
            return parts.length == 3
                    ? Optional.of(new LockPlace(
                            new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8)
                                    .replace("\0", ""),
                            UUID.fromString(parts[1]),
                            Long.parseLong(parts[2])))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
