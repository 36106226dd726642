package dev.lanekeeper.operations;

import dev.lanekeeper.work.SealedContentSearch.Opened;

/** What came of the wish to read encrypted content. */
public sealed interface Disclosure {

    /** In plain text; who asked for it is written down. */
    record PlainText(Opened content) implements Disclosure {}

    /** It cannot be read now; that somebody tried is written down. */
    record Unreadable(String why) implements Disclosure {}

    /** There is nothing that was encrypted. */
    record NotEncrypted() implements Disclosure {}

    /** There is no such item, or it has been purged. */
    record NotFound() implements Disclosure {}
}
