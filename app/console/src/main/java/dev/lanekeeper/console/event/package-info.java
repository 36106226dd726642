/** The pages of events: list, and all about one. May depend on {@code item}, {@code page} and core. */
@NullMarked
package dev.lanekeeper.console.event;

import org.jspecify.annotations.NullMarked;
