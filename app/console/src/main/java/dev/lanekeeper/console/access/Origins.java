package dev.lanekeeper.console.access;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Locale;
import org.springframework.http.HttpHeaders;

/**
 * Refuses changes that another site makes a browser send. Spring Security's tokens do the same; this also holds in an
 * application that has switched them off, and for clients that sign in with each request.
 */
final class Origins {

    private Origins() {}

    /** What is neither from a browser nor says where it comes from passes: it cannot have been made by another site. */
    static void requireOwn(HttpServletRequest request) {
        var site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            if (!site.equals("same-origin") && !site.equals("none")) {
                throw new CrossSiteException(site);
            }
            return;
        }
        var origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && !isOwn(origin, request)) {
            throw new CrossSiteException(origin);
        }
    }

    private static boolean isOwn(String origin, HttpServletRequest request) {
        try {
            var authority = URI.create(origin).getRawAuthority();
            var host = request.getHeader(HttpHeaders.HOST);
            return authority != null && host != null && authority.equals(host.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
