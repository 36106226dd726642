package dev.lanekeeper;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** An object of which a test answers some methods itself. */
final class Answers<T> {

    private final Class<T> type;
    private final T real;
    private final Map<String, Answer<T>> answers = new HashMap<>();

    private Answers(Class<T> type, T real) {
        this.type = type;
        this.real = real;
    }

    static <T> Answers<T> of(Class<T> type, T real) {
        return new Answers<>(type, real);
    }

    /** What a method returns. */
    interface Answer<T> {

        Object of(T real) throws SQLException;
    }

    Answers<T> with(String method, Answer<T> answer) {
        answers.put(method, answer);
        return this;
    }

    T proxy() {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    var answer = answers.get(method.getName());
                    try {
                        return answer == null ? method.invoke(real, arguments) : answer.of(real);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
