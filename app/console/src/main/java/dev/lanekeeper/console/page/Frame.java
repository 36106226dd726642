package dev.lanekeeper.console.page;

import org.jspecify.annotations.Nullable;

/**
 * What the layout shows around every page; templates know it as {@code console}.
 *
 * @param base before every path of a link: {@code @{${console.base + '/lanes'}}}
 * @param operator whether the user may change things; forms are shown only then
 * @param decryptor whether the user may see in plain text what is encrypted
 * @param theme {@code auto}, {@code light} or {@code dark}
 * @param live whether pages refresh themselves
 * @param signOut whether the console itself can sign the user out
 * @param here path and query of this page below the base, so that a preference can lead back to it
 */
public record Frame(
        String base,
        @Nullable String user,
        boolean operator,
        boolean decryptor,
        String theme,
        boolean live,
        boolean signOut,
        String here) {}
