package dev.lanekeeper.server;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What stands on the command line after a command.
 *
 * @param options {@code --name value} or {@code --name=value}, without the dashes; of a flag the value is {@code true}
 */
record Words(List<String> plain, Map<String, String> options) {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** The words are not understood. */
    static final class MisusedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        MisusedException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * @param flags options without a value
     * @param valued options with one
     */
    static Words of(List<String> words, List<String> flags, List<String> valued) {
        var plain = new ArrayList<String>();
        var options = new LinkedHashMap<String, String>();
        for (var rest = words.iterator(); rest.hasNext(); ) {
            var word = rest.next();
            if (!word.startsWith("--")) {
                plain.add(word);
            } else if (flags.contains(word.substring(2))) {
                options.put(word.substring(2), "true");
            } else {
                put(options, word, valued, rest);
            }
        }
        return new Words(plain, options);
    }

    private static void put(Map<String, String> options, String word, List<String> valued, Iterator<String> rest) {
        var equals = word.indexOf('=');
        var name = word.substring(2, equals < 0 ? word.length() : equals);
        if (!valued.contains(name)) {
            throw new MisusedException("There is no option " + word);
        }
        if (equals < 0 && !rest.hasNext()) {
            throw new MisusedException("--" + name + " wants a value");
        }
        options.put(name, equals < 0 ? rest.next() : word.substring(equals + 1));
    }

    boolean has(String flag) {
        return options.containsKey(flag);
    }

    /** The word at this place, which is the last one. */
    String word(int index, String what) {
        if (plain.size() != index + 1) {
            throw new MisusedException(what);
        }
        return plain.get(index);
    }

    /** Those of these options that are given, as JSON. */
    ObjectNode body(String... names) {
        var body = MAPPER.createObjectNode();
        for (var name : names) {
            var value = options.get(name);
            if (value != null) {
                body.put(name.replace('-', '_'), value);
            }
        }
        return body;
    }
}
