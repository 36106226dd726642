/**
 * What Lanekeeper tells an application of its work, as application events of Spring; depends on {@code dev.lanekeeper.api}
 * alone.
 */
@NullMarked
package dev.lanekeeper.api.event;

import org.jspecify.annotations.NullMarked;
