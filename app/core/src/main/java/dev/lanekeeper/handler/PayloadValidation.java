package dev.lanekeeper.handler;

import org.springframework.validation.BeanPropertyBindingResult;
import org.springframework.validation.BindException;
import org.springframework.validation.SmartValidator;
import org.springframework.validation.Validator;

/** Refuses a payload that breaks the constraints of its class; no further attempt can change that. */
@FunctionalInterface
interface PayloadValidation {

    void check(Object payload) throws BindException;

    static PayloadValidation by(Validator validator, Object[] groups) {
        return payload -> {
            var result = new BeanPropertyBindingResult(payload, "payload");
            if (validator instanceof SmartValidator smart && groups.length > 0) {
                smart.validate(payload, result, groups);
            } else {
                validator.validate(payload, result);
            }
            if (result.hasErrors()) {
                throw new BindException(result);
            }
        };
    }
}
