package dev.lanekeeper.run;

/** Whether this node may still believe that it is alive in the eyes of the others. */
@FunctionalInterface
public interface Lease {

    /** False as soon as the last renewal was sent too long ago: nothing new is started then. */
    boolean mayStart();
}
