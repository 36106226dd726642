package dev.lanekeeper.api.event;

/**
 * A moment in Lanekeeper's work, published as an application event; listen to one record, to a group of them, or to all.
 *
 * <pre>{@code
 * @EventListener
 * void on(ItemEvent.Failed failed) { ... }
 * }</pre>
 *
 * <p>A listener is called on the thread that did the work (a worker's, a consumer's), after the commit and outside any
 * transaction of Lanekeeper, in the order of the lane: while it runs, that thread does nothing else, so
 * it should be quick or hand over. What it throws is logged once for each kind of event and changes nothing. Events are not
 * kept: those of a process that is killed are never published, so what must not be lost belongs in a handler.
 */
public sealed interface LanekeeperEvent
        permits HandlerEvent, IntakeEvent, ItemEvent, JobEvent, NodeEvent, PartitionEvent {}
