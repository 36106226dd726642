package dev.lanekeeper.console.access;

import dev.lanekeeper.console.page.ConsolePath;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;

/**
 * The console's own security, for its own path alone: a page for name and password, and the same two with each request
 * (HTTP Basic) for programs that use the JSON API. Everything else of the application keeps the rules that it had.
 */
public final class OwnSignIn {

    /** The page for name and password, below the console's path. */
    static final String PAGE = "/sign-in";

    private static final String API = "/v1";

    private final ConsolePath path;

    public OwnSignIn(ConsolePath path) {
        this.path = path;
    }

    /** @param users no bean of the application, so they can sign in nowhere else */
    public SecurityFilterChain chain(HttpSecurity http, UserDetailsService users) {
        var page = path.below(PAGE);
        return http.securityMatcher(path.value(), path.below("/**"))
                .authenticationManager(new BrakedSignIn(
                        new ProviderManager(new DaoAuthenticationProvider(users)), new Brake(InstantSource.system())))
                .authorizeHttpRequests(requests -> requests.requestMatchers(page, path.below("/assets/**"))
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .formLogin(form -> form.loginPage(page)
                        .loginProcessingUrl(page)
                        .defaultSuccessUrl(path.value())
                        .failureHandler((request, response, e) ->
                                response.sendRedirect(request.getContextPath() + page + refusal(e))))
                .httpBasic(basic -> basic.authenticationEntryPoint(this::refuse))
                // A password that comes with the request itself was not added by a browser on another site's behalf;
                // Origins refuses the browsers that would.
                .csrf(csrf -> csrf.ignoringRequestMatchers(OwnSignIn::bringsPassword))
                .logout(out -> out.logoutUrl(path.below("/sign-out")).logoutSuccessUrl(page + "?left"))
                .exceptionHandling(refused -> refused.authenticationEntryPoint(
                                entryPoint(new LoginUrlAuthenticationEntryPoint(page)))
                        .accessDeniedHandler(denied(page)))
                .build();
    }

    /** What the page says: that the password is wrong, or for how many seconds none is looked at. */
    private static String refusal(AuthenticationException e) {
        return e instanceof TooManyTriesException tries ? "?wait=" + tries.seconds() : "?failed";
    }

    private static boolean bringsPassword(HttpServletRequest request) {
        var header = request.getHeader("Authorization");
        return header != null && header.regionMatches(true, 0, "Basic ", 0, 6);
    }

    private AuthenticationEntryPoint entryPoint(AuthenticationEntryPoint page) {
        return (request, response, e) -> {
            if (isApi(request)) {
                refuse(request, response, e);
            } else if (request.getHeader("HX-Request") != null) {
                // A page that refreshes itself after its session has ended loads anew as a whole.
                response.setHeader("HX-Refresh", "true");
                response.setStatus(HttpStatus.UNAUTHORIZED.value());
            } else {
                page.commence(request, response, e);
            }
        };
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        if (e instanceof TooManyTriesException tries) {
            response.setHeader("Retry-After", Long.toString(tries.seconds()));
            json(response, HttpStatus.TOO_MANY_REQUESTS, "too many wrong passwords; try again later");
            return;
        }
        response.setHeader("WWW-Authenticate", "Basic realm=\"lanekeeper\", charset=\"UTF-8\"");
        json(response, HttpStatus.UNAUTHORIZED, "sign in with name and password");
    }

    /** A form that was opened before its session ended has an old token: whoever sent it signs in again. */
    private AccessDeniedHandler denied(String page) {
        var otherwise = new AccessDeniedHandlerImpl();
        return (request, response, e) -> {
            if (isApi(request)) {
                json(response, HttpStatus.FORBIDDEN, "the CSRF token is missing or old");
            } else if (request.getUserPrincipal() == null) {
                response.sendRedirect(request.getContextPath() + page + "?expired");
            } else {
                otherwise.handle(request, response, e);
            }
        };
    }

    private static void json(HttpServletResponse response, HttpStatus status, String message) throws IOException {
        response.setStatus(status.value());
        response.setContentType("application/json;charset=UTF-8");
        response.getWriter().write("{\"error\":true,\"message\":\"" + message + "\"}");
    }

    private boolean isApi(HttpServletRequest request) {
        var uri = request.getRequestURI().substring(request.getContextPath().length());
        return uri.equals(path.below(API)) || uri.startsWith(path.below(API + "/"));
    }
}
