/** Changes of resources and the callbacks that follow them after the commit; depends on {@code dev.lanekeeper.api} and the JDK. */
@NullMarked
package dev.lanekeeper.api.change;

import org.jspecify.annotations.NullMarked;
