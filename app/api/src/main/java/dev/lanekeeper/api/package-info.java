/** What users of Lanekeeper implement and receive; depends on the JDK, JSpecify and Spring's annotations only. */
@NullMarked
package dev.lanekeeper.api;

import org.jspecify.annotations.NullMarked;
