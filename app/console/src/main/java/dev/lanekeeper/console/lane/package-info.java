/** The page of lanes: who works on which, which are held up, and what people do about it. May depend on {@code item}, {@code page} and core. */
@NullMarked
package dev.lanekeeper.console.lane;

import org.jspecify.annotations.NullMarked;
