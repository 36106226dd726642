package dev.lanekeeper.intake.kafka;

/** Why a consumer fetches nothing although it stays in its group. */
public enum PauseReason {
    /** A person paused the handler's intake. */
    BY_OPERATOR,
    /** The handler has {@code max-waiting} items to do. */
    MAX_WAITING,
    /** The last batch could not be stored yet. */
    DATABASE_AWAY,
    /** More is buffered than may be; the database is slower than Kafka. */
    BUFFER_FULL
}
