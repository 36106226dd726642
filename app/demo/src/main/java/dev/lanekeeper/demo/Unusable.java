package dev.lanekeeper.demo;

/** The demo cannot run here; the message tells the user why and what to do, and a stack trace would only hide it. */
final class Unusable extends RuntimeException {

    private static final long serialVersionUID = 1;

    Unusable(String message) {
        super(message);
    }
}
