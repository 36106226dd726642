package dev.lanekeeper.console.v1;

import dev.lanekeeper.operations.HandlerAnswer;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.operations.Setting;
import dev.lanekeeper.operations.SettingAnswer;
import dev.lanekeeper.operations.SettingOperations;
import dev.lanekeeper.setting.SettingName;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;

/** Handlers: whether they are paused, and what may be set while they run. */
@Controller
public class HandlersApi {

    private static final int SHOWN_CHANGES = 100;

    private final HandlerNameSearch handlers;
    private final HandlerOperations operations;
    private final SettingOperations settings;

    public HandlersApi(HandlerNameSearch handlers, HandlerOperations operations, SettingOperations settings) {
        this.handlers = handlers;
        this.operations = operations;
        this.settings = settings;
    }

    @GetMapping("/v1/handlers")
    ResponseEntity<byte[]> all() {
        return Json.ok(handlers.all());
    }

    @GetMapping("/v1/handlers/{id}")
    ResponseEntity<byte[]> one(@PathVariable String id) {
        return Json.ok(handlers.all().stream()
                .filter(handler -> handler.id().equals(id))
                .findFirst()
                .orElseThrow(HandlersApi::unknown));
    }

    @PostMapping("/v1/handlers/{id}/{half}/{verb}")
    ResponseEntity<byte[]> pauseOrResume(
            @PathVariable String id,
            @PathVariable String half,
            @PathVariable String verb,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var by = Asked.of(request, body).by();
        var answer = switch (half + "/" + verb) {
            case "intake/pause" -> operations.pauseIntake(id, by);
            case "intake/resume" -> operations.resumeIntake(id, by);
            case "processing/pause" -> operations.pauseProcessing(id, by);
            case "processing/resume" -> operations.resumeProcessing(id, by);
            default -> throw new ApiException(HttpStatus.NOT_FOUND, "not found");
        };
        return answer(answer);
    }

    private static ResponseEntity<byte[]> answer(HandlerAnswer answer) {
        return switch (answer) {
            case PAUSED, RESUMED -> Json.ok(Map.of("answer", answer.name().toLowerCase(Locale.ROOT)));
            case NOT_FOUND -> throw unknown();
            case NO_INTAKE -> Json.error(HttpStatus.CONFLICT, "it has no intake of its own: it handles outbox entries");
            case ALREADY_PAUSED -> Json.error(HttpStatus.CONFLICT, "it is paused already");
            case NOT_PAUSED -> Json.error(HttpStatus.CONFLICT, "it is not paused");
        };
    }

    @GetMapping("/v1/handlers/{id}/settings")
    ResponseEntity<byte[]> settings(@PathVariable String id) {
        var all = settings.of(id);
        if (all.isEmpty()) {
            throw unknown();
        }
        return Json.ok(all.stream().map(HandlersApi::json).toList());
    }

    @GetMapping("/v1/handlers/{id}/settings/history")
    ResponseEntity<byte[]> history(@PathVariable String id) {
        if (settings.of(id).isEmpty()) {
            throw unknown();
        }
        return Json.ok(settings.history(id, SHOWN_CHANGES).stream()
                .map(change -> {
                    var json = new LinkedHashMap<String, @Nullable Object>();
                    json.put("name", change.name().key());
                    json.put("old_value", change.oldValue());
                    json.put("new_value", change.newValue());
                    json.put("changed_by", change.changedBy());
                    json.put("reason", change.reason());
                    json.put("changed_at", change.changedAt());
                    return json;
                })
                .toList());
    }

    private record Value(@Nullable String value, @Nullable String reason) {}

    @PutMapping("/v1/handlers/{id}/settings/{name}")
    ResponseEntity<byte[]> set(
            @PathVariable String id,
            @PathVariable String name,
            HttpServletRequest request,
            @RequestBody(required = false) byte @Nullable [] body) {
        var wanted = Json.read(body, Value.class);
        var value = wanted.value();
        if (value == null) {
            throw Parameters.refused("value", "is missing");
        }
        return answer(id, name, settings.set(Asked.operator(request, wanted.reason()), id, setting(name), value));
    }

    /** Lets the property count again. */
    @DeleteMapping("/v1/handlers/{id}/settings/{name}")
    ResponseEntity<byte[]> reset(@PathVariable String id, @PathVariable String name, HttpServletRequest request) {
        Operator by = Asked.operator(request, Parameters.of(request, "reason").text("reason"));
        return answer(id, name, settings.reset(by, id, setting(name)));
    }

    private ResponseEntity<byte[]> answer(String id, String name, SettingAnswer answer) {
        if (answer instanceof SettingAnswer.Refused refused) {
            return Json.error(HttpStatus.UNPROCESSABLE_CONTENT, refused.message());
        }
        if (answer instanceof SettingAnswer.NotFound) {
            throw unknown();
        }
        return Json.ok(settings.of(id).stream()
                .filter(setting -> setting.name().key().equals(name))
                .map(HandlersApi::json)
                .findFirst()
                .orElseThrow(HandlersApi::unknown));
    }

    private static SettingName setting(String name) {
        return SettingName.of(name)
                .orElseThrow(() -> new ApiException(
                        HttpStatus.NOT_FOUND,
                        "there is no such setting; there are "
                                + List.of(SettingName.values()).stream()
                                        .map(SettingName::key)
                                        .toList()));
    }

    private static Map<String, @Nullable Object> json(Setting setting) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("name", setting.name().key());
        json.put("allowed", setting.name().allowed());
        json.put("property_value", setting.propertyValue());
        json.put("console_value", setting.consoleValue());
        json.put("changed_by", setting.changedBy());
        json.put("changed_at", setting.changedAt());
        return json;
    }

    private static ApiException unknown() {
        return new ApiException(HttpStatus.NOT_FOUND, "handler not found");
    }
}
