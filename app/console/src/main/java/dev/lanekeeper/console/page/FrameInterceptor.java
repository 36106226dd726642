package dev.lanekeeper.console.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.util.WebUtils;

/** Gives every page of the console its {@link Frame}, also those that tell of a problem. */
public final class FrameInterceptor implements HandlerInterceptor {

    private static final Set<String> THEMES = Set.of("auto", "light", "dark");

    private final ConsolePath path;
    private final boolean signOut;

    /** @param signOut whether the console itself signs people in */
    public FrameInterceptor(ConsolePath path, boolean signOut) {
        this.path = path;
        this.signOut = signOut;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        request.setAttribute("console", frame(request));
        return true;
    }

    private Frame frame(HttpServletRequest request) {
        var principal = request.getUserPrincipal();
        return new Frame(
                path.value(),
                principal == null ? null : principal.getName(),
                request.isUserInRole(Roles.OPERATOR),
                request.isUserInRole(Roles.DECRYPTOR),
                theme(request),
                !"off".equals(cookie(request, Preferences.LIVE)),
                signOut && principal != null,
                here(request));
    }

    private static String theme(HttpServletRequest request) {
        var theme = cookie(request, Preferences.THEME);
        return theme != null && THEMES.contains(theme) ? theme : "auto";
    }

    private String here(HttpServletRequest request) {
        var uri = request.getRequestURI().substring(request.getContextPath().length());
        var below = uri.startsWith(path.value()) ? uri.substring(path.value().length()) : "";
        return request.getQueryString() == null ? below : below + "?" + request.getQueryString();
    }

    private static @Nullable String cookie(HttpServletRequest request, String name) {
        var cookie = WebUtils.getCookie(request, name);
        return cookie == null ? null : cookie.getValue();
    }
}
