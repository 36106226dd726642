/** Jobs whose time has not come, and jobs that recur; depends on {@code item} and {@code page}. */
@NullMarked
package dev.lanekeeper.console.job;

import org.jspecify.annotations.NullMarked;
