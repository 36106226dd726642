/** What people may change while everything runs, and what counts at this moment; depends on {@code work}. */
@NullMarked
package dev.lanekeeper.setting;

import org.jspecify.annotations.NullMarked;
