/** Which lanes become runs, where and when: workers, claims, timers, nodes and rescue; depends on {@code work}, {@code run}, {@code jobs} and {@code handler}. */
@NullMarked
package dev.lanekeeper.dispatch;

import org.jspecify.annotations.NullMarked;
