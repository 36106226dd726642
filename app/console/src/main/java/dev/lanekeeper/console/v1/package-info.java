/**
 * The JSON API, below {@code /v1} of the console's path. It answers in JSON of its own, whatever the application's message
 * converters do. May depend on the searches of the pages, on {@code access} and on core.
 */
@NullMarked
package dev.lanekeeper.console.v1;

import org.jspecify.annotations.NullMarked;
