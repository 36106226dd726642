package dev.lanekeeper.handler;

import dev.lanekeeper.api.change.ReliableAfterCommit;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;

/**
 * The order in which methods are written in their class, which reflection does not promise to tell: it is that of the class file.
 * Methods of superclasses come after those of the class, in the order of their names; so do all where there is no class file.
 */
final class DefinitionOrder implements Comparator<Method> {

    private final List<String> names;

    DefinitionOrder(Class<?> type) {
        this.names = names(type);
    }

    private static List<String> names(Class<?> type) {
        var names = new ArrayList<String>();
        try {
            new SimpleMetadataReaderFactory(type.getClassLoader())
                    .getMetadataReader(type.getName())
                    .getAnnotationMetadata()
                    .getAnnotatedMethods(ReliableAfterCommit.class.getName())
                    .forEach(method -> names.add(method.getMethodName()));
        } catch (IOException e) {
            return List.of();
        }
        return names;
    }

    @Override
    public int compare(Method one, Method other) {
        var byPlace = Integer.compare(place(one), place(other));
        return byPlace != 0 ? byPlace : one.getName().compareTo(other.getName());
    }

    private int place(Method method) {
        var place = names.indexOf(method.getName());
        return place < 0 ? names.size() : place;
    }
}
