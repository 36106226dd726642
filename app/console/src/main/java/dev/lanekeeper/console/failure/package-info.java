/** The page of what failed: list, groups, and what people do about it. May depend on {@code item}, {@code page} and core. */
@NullMarked
package dev.lanekeeper.console.failure;

import org.jspecify.annotations.NullMarked;
