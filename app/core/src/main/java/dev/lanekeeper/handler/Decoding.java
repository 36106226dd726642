package dev.lanekeeper.handler;

import dev.lanekeeper.api.change.ResourceFinder;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.ValidationAnnotationUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * What events are decoded with: the application's own parts where it has exactly one of them.
 *
 * @param validator {@code null} when the application has none
 * @param finders of resources that callbacks ask for
 */
record Decoding(
        JsonMapper mapper, HeaderValues headers, @Nullable Validator validator, Finders finders) {

    static Decoding of(ListableBeanFactory beans) {
        return new Decoding(
                beans.getBeanProvider(JsonMapper.class)
                        .getIfUnique(() -> JsonMapper.builder().build()),
                new HeaderValues(ApplicationConversionService.getSharedInstance()),
                beans.getBeanProvider(Validator.class).getIfUnique(),
                new Finders(
                        beans.<ResourceFinder<?>>getBeanProvider(ResolvableType.forClass(ResourceFinder.class)).stream()
                                .toList(),
                        beans.getBeanProvider(FinderSource.class)
                                .orderedStream()
                                .toList()));
    }

    /** Checks payloads if the parameter is annotated so, as {@code @Valid} and {@code @Validated} are. */
    PayloadValidation validation(MethodParameter parameter, String where, Problems problems) {
        for (var annotation : parameter.getParameterAnnotations()) {
            Object[] groups = ValidationAnnotationUtils.determineValidationHints(annotation);
            if (groups != null && validator != null) {
                return PayloadValidation.by(validator, groups);
            }
            if (groups != null) {
                problems.add(
                        where,
                        "the payload is to be validated, but there is no single Validator bean",
                        "Add spring-boot-starter-validation, or mark one Validator as @Primary");
            }
        }
        return payload -> {};
    }
}
