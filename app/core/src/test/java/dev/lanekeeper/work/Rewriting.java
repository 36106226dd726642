package dev.lanekeeper.work;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** Replaces a part of the statement of the product that has it, and remembers whether it has changed anything. */
final class Rewriting implements UnaryOperator<String> {

    private final String mark;
    private final UnaryOperator<String> change;
    private final AtomicBoolean applied = new AtomicBoolean();

    /** @param mark tells the statement from all others */
    Rewriting(String mark, UnaryOperator<String> change) {
        this.mark = mark;
        this.change = change;
    }

    static Rewriting replacing(String mark, String part, String other) {
        return new Rewriting(mark, text -> text.replace(part, other));
    }

    @Override
    public String apply(String text) {
        if (!text.contains(mark)) {
            return text;
        }
        var changed = change.apply(text);
        if (!changed.equals(text)) {
            applied.set(true);
        }
        return changed;
    }

    boolean isApplied() {
        return applied.get();
    }
}
