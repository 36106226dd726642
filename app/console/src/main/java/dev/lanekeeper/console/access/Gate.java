package dev.lanekeeper.console.access;

import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.ForDecryptors;
import dev.lanekeeper.console.page.OpenToViewers;
import dev.lanekeeper.console.page.Roles;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.annotation.Annotation;
import java.util.Set;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Lets nobody pass to anything of the console without its roles, whatever the application's own rules allow: all but files
 * and the page for signing in needs a viewer, every change an operator, and encrypted content in plain text a decryptor.
 *
 * <p>Who is not signed in is left to Spring Security, which asks for it; who lacks a role is told so.
 */
public final class Gate implements HandlerInterceptor {

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    /** No inline script, no inline style, nothing from elsewhere, no frame around it. */
    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final ConsolePath path;

    public Gate(ConsolePath path) {
        this.path = path;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        writeHeaders(response);
        if (!READING.contains(request.getMethod())) {
            Origins.requireOwn(request);
        }
        if (isOpen(request)) {
            return true;
        }
        if (request.getUserPrincipal() == null) {
            throw new AccessDeniedException("Nobody is signed in");
        }
        var operator = request.isUserInRole(Roles.OPERATOR);
        if (!operator && !request.isUserInRole(Roles.VIEWER)) {
            throw new RoleMissingException(Roles.VIEWER);
        }
        requireRole(request, handler, operator);
        return true;
    }

    private static void requireRole(HttpServletRequest request, Object handler, boolean operator) {
        if (isMarked(handler, ForDecryptors.class)) {
            if (!request.isUserInRole(Roles.DECRYPTOR)) {
                throw new RoleMissingException(Roles.DECRYPTOR);
            }
        } else if (!operator && changesSomething(request, handler)) {
            throw new RoleMissingException(Roles.OPERATOR);
        }
    }

    private static void writeHeaders(HttpServletResponse response) {
        response.setHeader("Content-Security-Policy", CONTENT_POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "same-origin");
    }

    private boolean isOpen(HttpServletRequest request) {
        var uri = request.getRequestURI().substring(request.getContextPath().length());
        return uri.startsWith(path.below("/assets/")) || uri.equals(path.below(OwnSignIn.PAGE));
    }

    private static boolean changesSomething(HttpServletRequest request, Object handler) {
        return !READING.contains(request.getMethod()) && !isMarked(handler, OpenToViewers.class);
    }

    private static boolean isMarked(Object handler, Class<? extends Annotation> mark) {
        return handler instanceof HandlerMethod method && method.hasMethodAnnotation(mark);
    }
}
