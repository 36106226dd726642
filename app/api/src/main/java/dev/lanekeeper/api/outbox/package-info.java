/** The transactional outbox as users write and receive it; depends on {@code dev.lanekeeper.api} and the JDK only. */
@NullMarked
package dev.lanekeeper.api.outbox;

import org.jspecify.annotations.NullMarked;
