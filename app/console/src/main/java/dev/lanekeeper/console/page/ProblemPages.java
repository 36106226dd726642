package dev.lanekeeper.console.page;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.servlet.ModelAndView;

/** What a page of the console says when there is nothing of that name, no database, or something else is wrong. */
@ControllerAdvice(basePackages = "dev.lanekeeper.console")
@Order(Ordered.HIGHEST_PRECEDENCE + 200)
public class ProblemPages {

    private static final Logger log = LoggerFactory.getLogger(ProblemPages.class);

    /** What was asked for has been there, or never was: a purged item, a drained lane. */
    @ExceptionHandler
    ModelAndView notFound(NotFoundException e) {
        return page(HttpStatus.NOT_FOUND, e.title(), e.explanation());
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ModelAndView noDatabase(Exception e, HttpServletRequest request) {
        log.atWarn().addKeyValue("path", request.getRequestURI()).log("A page was not shown: {}", e.toString());
        return page(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The database does not answer",
                "Nothing is lost: what is in Kafka stays there, and work goes on when the database is back. Try again soon.");
    }

    /** Spring's own: a value that cannot be read, a method that is not supported. */
    @ExceptionHandler
    ModelAndView unexpected(Exception e, HttpServletRequest request) throws Exception {
        if (e instanceof ErrorResponse known) {
            return page(
                    known.getStatusCode(),
                    "This cannot be answered",
                    "The address or a value in it is not understood.");
        }
        if (e instanceof RuntimeException && e.getClass().getName().startsWith("org.springframework.security.")) {
            throw e;
        }
        log.atError().setCause(e).addKeyValue("path", request.getRequestURI()).log("A page of the console failed");
        return page(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "This page could not be made",
                "The application's log tells why. Nothing that runs is affected.");
    }

    private static ModelAndView page(HttpStatusCode status, String title, String text) {
        return new ModelAndView("lanekeeper/console/problem", Map.of("title", title, "text", text), status);
    }
}
