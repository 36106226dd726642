package dev.lanekeeper.handler;

import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEntry.Values;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/** An expression on a change, parsed at start-up; it can read the change and nothing else of the application. */
final class ChangeCondition {

    private final Expression expression;

    private ChangeCondition(Expression expression) {
        this.expression = expression;
    }

    /** @return {@code null} for an empty text, and for one that is wrong, which is told */
    static @Nullable ChangeCondition parse(String option, String text, String where, Problems problems) {
        if (text.isBlank()) {
            return null;
        }
        try {
            return new ChangeCondition(new SpelExpressionParser().parseExpression(text));
        } catch (ParseException | IllegalStateException e) {
            problems.add(
                    where,
                    option + " \"" + text + "\" cannot be read: " + e.getMessage(),
                    "Write an expression such as changed('state') or current['total'] > 100");
            return null;
        }
    }

    boolean holds(OutboxEntry entry) {
        var context = SimpleEvaluationContext.forReadOnlyDataBinding()
                .withInstanceMethods()
                .build();
        return Boolean.TRUE.equals(expression.getValue(context, new Asked(entry), Boolean.class));
    }

    /** What an expression can read; public because Spring calls its methods by reflection. */
    public static final class Asked {

        private final OutboxEntry entry;

        Asked(OutboxEntry entry) {
            this.entry = entry;
        }

        public String getType() {
            return ResourceName.typeOf(entry.event()).name();
        }

        public @Nullable String getResourceId() {
            return entry.resourceId();
        }

        public Map<String, @Nullable Object> getPrevious() {
            return EntryChange.values(entry, Values::before);
        }

        public Map<String, @Nullable Object> getCurrent() {
            return EntryChange.values(entry, Values::after);
        }

        public boolean changed(String attribute) {
            return entry.changes().containsKey(attribute);
        }
    }
}
