/**
 * Locks that other applications take too: Redisson is known only here. May depend on {@code work} and {@code api} alone.
 */
@NullMarked
package dev.lanekeeper.lock;

import org.jspecify.annotations.NullMarked;
