/** Jobs as users enqueue and receive them; depends on {@code dev.lanekeeper.api} and the JDK only. */
@NullMarked
package dev.lanekeeper.api.job;

import org.jspecify.annotations.NullMarked;
