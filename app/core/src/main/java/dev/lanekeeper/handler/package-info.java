/** What handlers exist: definitions, annotations, validation, decoding and invocation; depends on {@code api} and {@code work}. */
@NullMarked
package dev.lanekeeper.handler;

import org.jspecify.annotations.NullMarked;
