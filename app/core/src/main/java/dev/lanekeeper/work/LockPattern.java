package dev.lanekeeper.work;

/**
 * Which locks are meant: a key in which {@code *} stands for anything.
 *
 * @param text as a person writes it; empty for all
 */
public record LockPattern(String text) {

    /** For {@code LIKE}. */
    public String like() {
        return text.isEmpty()
                ? "%"
                : text.replace("\\", "\\\\")
                        .replace("%", "\\%")
                        .replace("_", "\\_")
                        .replace('*', '%');
    }
}
