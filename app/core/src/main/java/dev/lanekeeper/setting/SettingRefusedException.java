package dev.lanekeeper.setting;

/** A value that may not be set; the message says which may, in words for the person who wrote it. */
public final class SettingRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SettingRefusedException(String message) {
        super(message);
    }
}
