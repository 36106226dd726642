package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.page.ForDecryptors;
import dev.lanekeeper.console.page.OpenToViewers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Who may do what, tried on everything that the console maps, whatever is added to it later. */
class AccessMatrixTest {

    private static final String BASE = "/lanekeeper";

    /** Needed by somebody who is about to sign in. */
    private static final Set<String> OPEN = Set.of("/assets/{name}", "/sign-in");

    private final Site site = Site.shared();
    private final Api api = new Api(site);

    private record Endpoint(String method, String pattern, boolean openToViewers, boolean forDecryptors) {

        String path() {
            return pattern.replace("/**", "/x").replaceAll("\\{[^}]+}", "1");
        }

        boolean changes() {
            return !method.equals("GET");
        }

        @Override
        public String toString() {
            return method + " " + pattern;
        }
    }

    @Test
    void nobodyWithoutSignInSeesAnythingAndNoViewerChangesAnything() {
        var endpoints = endpoints();
        assertThat(endpoints).hasSizeGreaterThan(30);
        assertThat(endpoints)
                .extracting(Endpoint::toString)
                .contains(
                        "POST /v1/failures/{id}/retry",
                        "POST /failures/selection",
                        "DELETE /v1/failures/{id}",
                        "POST /events/{id}/plain-text",
                        "POST /v1/events/{id}/plain-text");

        for (var endpoint : endpoints) {
            if (OPEN.contains(endpoint.pattern())) {
                continue;
            }
            var stranger = api.send(endpoint.method(), endpoint.path(), null, null);
            assertThat(isTurnedAway(stranger))
                    .as(endpoint + " by nobody: " + stranger.status())
                    .isTrue();

            var viewer = api.send(endpoint.method(), endpoint.path(), null, Api.VIEWER);
            if (endpoint.changes() && !endpoint.openToViewers()) {
                assertThat(viewer.status()).as(endpoint + " by a viewer").isEqualTo(403);
            } else {
                assertThat(viewer.status()).as(endpoint + " by a viewer").isNotIn(401, 403, 500);
            }
            if (endpoint.forDecryptors()) {
                var operator = api.send(endpoint.method(), endpoint.path(), null, Api.OPERATOR);
                assertThat(operator.status()).as(endpoint + " by an operator").isEqualTo(403);
            }
        }
    }

    @Test
    void whatIsForbiddenBelowTheApiIsSaidInJson() {
        for (var user : new String[] {null, Api.VIEWER}) {
            var answer = api.send("POST", "/v1/failures/1/retry", null, user);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json().get("error").asBoolean()).isTrue();
        }
        assertThat(api.send("GET", "/v1/failures", null, null)
                        .json()
                        .get("error")
                        .asBoolean())
                .isTrue();
    }

    /** 401, 403 for the missing token of a form, or the way to the page for signing in. */
    private static boolean isTurnedAway(Api.Answer answer) {
        var location = answer.header("Location");
        return answer.status() == 401
                || answer.status() == 403
                || (answer.status() == 302 && location != null && location.contains("/sign-in"));
    }

    private List<Endpoint> endpoints() {
        var endpoints = new ArrayList<Endpoint>();
        site.application().getBeansOfType(RequestMappingHandlerMapping.class).values().stream()
                .flatMap(mapping -> mapping.getHandlerMethods().entrySet().stream())
                .filter(entry -> entry.getValue().getBeanType().getPackageName().startsWith("dev.lanekeeper.console"))
                .forEach(entry -> {
                    var methods = entry.getKey().getMethodsCondition().getMethods();
                    var open = entry.getValue().hasMethodAnnotation(OpenToViewers.class);
                    var secret = entry.getValue().hasMethodAnnotation(ForDecryptors.class);
                    for (var pattern : entry.getKey().getPatternValues()) {
                        assertThat(pattern).startsWith(BASE);
                        for (var method : methods.isEmpty() ? Set.of(RequestMethod.GET, RequestMethod.POST) : methods) {
                            endpoints.add(new Endpoint(method.name(), pattern.substring(BASE.length()), open, secret));
                        }
                    }
                });
        return endpoints;
    }
}
