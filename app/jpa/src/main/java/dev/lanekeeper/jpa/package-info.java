/**
 * Records changes of Hibernate's entities; depends on {@code dev.lanekeeper.api}, {@code handler} and {@code intake.outbox}, and is
 * the only room that knows Hibernate.
 */
@NullMarked
package dev.lanekeeper.jpa;

import org.jspecify.annotations.NullMarked;
