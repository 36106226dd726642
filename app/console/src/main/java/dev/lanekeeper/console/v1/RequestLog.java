package dev.lanekeeper.console.v1;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Writes a line of JSON for each request to the API, to a logger of its own name: {@code lanekeeper.requests}. At INFO, or at
 * ERROR with the exception where one was the reason.
 */
public final class RequestLog extends OncePerRequestFilter implements HandlerInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger("lanekeeper.requests");
    private static final String BEGAN = RequestLog.class.getName() + ".BEGAN";
    private static final String USER = RequestLog.class.getName() + ".USER";
    private static final int SHOWN_FRAMES = 30;

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getAttribute(BEGAN) == null) {
            request.setAttribute(BEGAN, System.nanoTime());
        }
        try {
            chain.doFilter(request, response);
        } catch (ServletException | IOException | RuntimeException e) {
            request.setAttribute(ApiErrors.FAILURE, e);
            throw e;
        } finally {
            if (!isAsyncStarted(request)) {
                write(request, response);
            }
        }
    }

    /** Behind Spring Security, whose wrapped request alone knows who is signed in. */
    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        request.setAttribute(USER, request.getRemoteUser());
        return true;
    }

    /** The second time an answer that was waited for passes, it is complete. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    private static void write(HttpServletRequest request, HttpServletResponse response) {
        var line = new LinkedHashMap<String, @Nullable Object>();
        line.put("remote_address", remoteAddress(request));
        line.put("remote_user", request.getAttribute(USER));
        line.put("request_method", request.getMethod());
        var query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        line.put("path", request.getRequestURI() + query + " " + request.getProtocol());
        line.put("status", response.getStatus());
        line.put("content_length", contentLength(response));
        var nanos = System.nanoTime() - (long) request.getAttribute(BEGAN);
        line.put("request_time", String.format(Locale.ROOT, "%.4fs", nanos / 1e9));
        if (request.getAttribute(ApiErrors.FAILURE) instanceof Exception failure) {
            line.put("exception_class", failure.getClass().getName());
            line.put("exception_message", failure.getMessage());
            line.put(
                    "backtrace",
                    Arrays.stream(failure.getStackTrace())
                            .limit(SHOWN_FRAMES)
                            .map(StackTraceElement::toString)
                            .toList());
            LOG.error(Json.text(line));
        } else {
            LOG.info(Json.text(line));
        }
    }

    private static String remoteAddress(HttpServletRequest request) {
        var forwarded = request.getHeader("X-Forwarded-For");
        return forwarded == null || forwarded.isBlank() ? request.getRemoteAddr() : forwarded.split(",", 2)[0].strip();
    }

    /** {@code null} for an empty or an unknown one. */
    private static @Nullable Long contentLength(HttpServletResponse response) {
        var header = response.getHeader("Content-Length");
        try {
            var length = header == null ? 0 : Long.parseLong(header);
            return length == 0 ? null : length;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
