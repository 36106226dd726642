package dev.lanekeeper.work;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Comparator;
import java.util.UUID;

/** Names lanes: by what they hold for resources, by the time they were made for bundles of work without one. */
public final class LaneIds {

    /** The one order in which every transaction locks lanes. */
    static final Comparator<UUID> LOCK_ORDER = Comparator.naturalOrder();

    private static final SecureRandom RANDOM = new SecureRandom();

    private LaneIds() {}

    /** The lane of a resource: 16 bytes of SHA-256 over the group and the canonical key. */
    public static UUID of(String group, String resource) {
        var name = group.getBytes(StandardCharsets.UTF_8);
        var digest = sha256();
        digest.update(ByteBuffer.allocate(4).putInt(name.length).array());
        digest.update(name);
        digest.update(resource.getBytes(StandardCharsets.UTF_8));
        var hash = ByteBuffer.wrap(digest.digest());
        return new UUID(hash.getLong(), hash.getLong());
    }

    /** A lane for a bundle; such ids grow with time, so that index pages are filled one after the other. */
    static UUID bundle(Clock clock) {
        var time = clock.millis() << 16 | 0x7000L | RANDOM.nextInt(0x1000);
        return new UUID(time, 0x8000000000000000L | RANDOM.nextLong() >>> 2);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }
}
