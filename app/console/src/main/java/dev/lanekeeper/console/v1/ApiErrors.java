package dev.lanekeeper.console.v1;

import dev.lanekeeper.work.Database;
import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;

/** Makes every error below {@code /v1} an error in JSON, unknown paths included. */
@Controller
@ControllerAdvice(basePackageClasses = ApiErrors.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
public class ApiErrors {

    /** Where the request log finds what went wrong. */
    static final String FAILURE = ApiErrors.class.getName() + ".FAILURE";

    private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);

    private final boolean showMessages;

    /** @param showMessages whether the text of an unexpected exception is part of the answer, or only of the log */
    public ApiErrors(boolean showMessages) {
        this.showMessages = showMessages;
    }

    @RequestMapping({"/v1", "/v1/**"})
    ResponseEntity<byte[]> unknownPath() {
        return Json.error(HttpStatus.NOT_FOUND, "not found");
    }

    @ExceptionHandler
    ResponseEntity<byte[]> refused(ApiException e) {
        return Json.error(e.status(), e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<byte[]> roleMissing(dev.lanekeeper.console.access.RoleMissingException e) {
        return Json.error(HttpStatus.FORBIDDEN, "this needs the role " + e.role());
    }

    @ExceptionHandler
    ResponseEntity<byte[]> crossSite(dev.lanekeeper.console.access.CrossSiteException e) {
        return Json.error(HttpStatus.FORBIDDEN, e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<byte[]> unexpected(Exception e, HttpServletRequest request) throws Exception {
        if (e.getClass().getName().startsWith("org.springframework.security.")) {
            throw e;
        }
        if (e instanceof ErrorResponse known) {
            var status = HttpStatus.resolve(known.getStatusCode().value());
            return Json.error(
                    status == null ? HttpStatus.BAD_REQUEST : status,
                    known.getBody().getDetail());
        }
        request.setAttribute(FAILURE, e);
        if (e instanceof QueryTimeoutException) {
            return Json.error(HttpStatus.SERVICE_UNAVAILABLE, "the search took too long; ask for less");
        }
        if (Database.isAway(e)) {
            return Json.error(HttpStatus.SERVICE_UNAVAILABLE, "the database does not answer");
        }
        LOG.atError().setCause(e).addKeyValue("path", request.getRequestURI()).log("A request to the API failed");
        return Json.error(
                HttpStatus.INTERNAL_SERVER_ERROR,
                showMessages ? e.toString() : "something went wrong; the application's log tells what");
    }
}
