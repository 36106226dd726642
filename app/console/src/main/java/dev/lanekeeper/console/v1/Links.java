package dev.lanekeeper.console.v1;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.util.UriComponentsBuilder;

/** Addresses of further pages. */
final class Links {

    private Links() {}

    /** A {@code Link} header: the same request, from a place on. */
    static String next(HttpServletRequest request, String after) {
        var query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        var address = UriComponentsBuilder.fromUriString(request.getRequestURI() + query)
                .replaceQueryParam("offset")
                .replaceQueryParam("after", after)
                .build(true)
                .toUriString();
        return "<" + address + ">; rel=\"next\"";
    }
}
