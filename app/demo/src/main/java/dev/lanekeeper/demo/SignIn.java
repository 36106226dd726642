package dev.lanekeeper.demo;

import java.security.SecureRandom;
import java.util.stream.Collectors;

/** A password for the console, another one at each start. */
record SignIn(String password) {

    // None that looks like another.
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

    private static final int LENGTH = 12;

    static SignIn random() {
        return new SignIn(new SecureRandom()
                .ints(LENGTH, 0, LETTERS.length())
                .mapToObj(n -> LETTERS.substring(n, n + 1))
                .collect(Collectors.joining()));
    }

    /** Nobody logs a password by accident. */
    @Override
    public String toString() {
        return "SignIn";
    }
}
