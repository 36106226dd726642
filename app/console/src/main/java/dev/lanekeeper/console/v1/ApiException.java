package dev.lanekeeper.console.v1;

import org.springframework.http.HttpStatus;

/** A request that cannot be answered as it was meant; becomes an error in JSON. */
final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient HttpStatus status;

    ApiException(HttpStatus status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    HttpStatus status() {
        return status;
    }

    static ApiException eventNotFound() {
        return new ApiException(HttpStatus.NOT_FOUND, "event not found");
    }

    static ApiException failureNotFound() {
        return new ApiException(HttpStatus.NOT_FOUND, "failure not found");
    }
}
