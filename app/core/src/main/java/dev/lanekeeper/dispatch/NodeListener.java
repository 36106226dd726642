package dev.lanekeeper.dispatch;

/** Is told how this node lives; implemented by the monitor room. It must not throw. */
public interface NodeListener {

    /** The others know that this node is alive; every two seconds, on the heartbeat's thread. */
    void beat(long nodeId);

    /** Something is in trouble and is tried again; told once until it has succeeded, on the thread that has the trouble. */
    void troubled(String what, Throwable cause);
}
