package dev.lanekeeper.console.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.DigestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * The console's own style sheet, scripts and icon; open to everybody, as the page for signing in needs them. Browsers ask
 * each time whether a file has changed, so nodes of two releases can serve the same page.
 */
@RestController
public class Assets {

    private static final String FOLDER = "dev/lanekeeper/console/assets/";

    private static final Map<String, MediaType> FILES = Map.of(
            "console.css", MediaType.valueOf("text/css;charset=UTF-8"),
            "console.js", MediaType.valueOf("text/javascript;charset=UTF-8"),
            "htmx.min.js", MediaType.valueOf("text/javascript;charset=UTF-8"),
            "favicon.svg", MediaType.valueOf("image/svg+xml"));

    private final Map<String, Asset> assets = new LinkedHashMap<>();

    public Assets() {
        FILES.forEach((name, type) -> assets.put(name, Asset.read(name, type)));
    }

    private record Asset(byte[] bytes, String hash, MediaType type) {

        static Asset read(String name, MediaType type) {
            try {
                var bytes = new ClassPathResource(FOLDER + name, Assets.class.getClassLoader()).getContentAsByteArray();
                return new Asset(bytes, DigestUtils.md5DigestAsHex(bytes), type);
            } catch (IOException e) {
                throw new UncheckedIOException("The console's file " + name + " cannot be read from its jar", e);
            }
        }
    }

    @GetMapping("/assets/{name}")
    ResponseEntity<byte[]> asset(@PathVariable String name) {
        var asset = assets.get(name);
        if (asset == null) {
            return ResponseEntity.notFound().build();
        }
        return ResponseEntity.ok()
                .eTag(asset.hash())
                .cacheControl(CacheControl.maxAge(Duration.ZERO).cachePublic().mustRevalidate())
                .contentType(asset.type())
                .body(asset.bytes());
    }
}
