package dev.lanekeeper.work;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The one door to PostgreSQL: statements that name our schema, and transactions of ours.
 *
 * <p>Statements run on the connection that Spring has bound to the thread, so they join a handler's own transaction when
 * that uses the same {@link DataSource}. Every transaction started here is READ COMMITTED, whatever the pool's default.
 */
public final class Database {

    /**
     * Connections that broke (08), a server that shuts down or ends them (57P), a statement that somebody cancelled (57014),
     * resources used up (53), a transaction that idled too long (25P03), a server that only reads since it is no longer the
     * primary (25006), and a user who is not let in (28).
     */
    private static final Set<String> AWAY = Set.of("08", "57P", "57014", "53", "25P03", "25006", "28");

    /** Serialization failure, deadlock, lock timeout. */
    private static final Set<String> REPEATABLE = Set.of("40001", "40P01", "55P03");

    /** Data exception, integrity constraint, program limit, raised by a trigger: a further try cannot end otherwise. */
    private static final Set<String> REFUSALS = Set.of("22", "23", "54", "P0");

    /** What a timestamp can be in Java and in PostgreSQL alike; producers and handlers may name any time. */
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private static final String OURS = "lanekeeper";
    private static final String READ_COMMITTED = "read committed";
    private static final int ATTEMPTS = 20;
    private static final String SCHEMA_IN_TEXT = "lanekeeper.";

    /** In this order, since what is read with them may wait for a lock. */
    private static final String GUARD = """
            set_config('lock_timeout', '2s', true),
            set_config('idle_in_transaction_session_timeout', '5s', true),
            set_config('enable_seqscan', 'off', true),
            set_config('enable_hashjoin', 'off', true),
            set_config('enable_mergejoin', 'off', true),
            set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('jit', 'off', true),
            current_setting('transaction_isolation')""";

    private static final int GUARDS = 8;

    private final DataSource dataSource;
    private final JdbcClient jdbc;
    private final String schema;
    private final Seal seal;
    private final TransactionTemplate readCommitted;
    private final TransactionTemplate asThePool;
    private final TransactionTemplate outside;

    /** Whether the pool's transactions are READ COMMITTED by themselves, so that no connection need be asked; null until known. */
    private volatile @Nullable Boolean isDefault;

    private final UnaryOperator<String> rewrite;
    private final Map<String, String> texts = new ConcurrentHashMap<>();

    public Database(DataSource dataSource, String schema) {
        this(dataSource, schema, Seal.NONE);
    }

    /** @param seal how content is written that nobody may read in the tables */
    public Database(DataSource dataSource, String schema, Seal seal) {
        this(dataSource, schema, seal, UnaryOperator.identity());
    }

    /**
     * @param rewrite lets a test run the product's own statements in a form that is known to be wrong, to prove that a test
     *     notices
     */
    Database(DataSource dataSource, String schema, UnaryOperator<String> rewrite) {
        this(dataSource, schema, Seal.NONE, rewrite);
    }

    private Database(DataSource dataSource, String schema, Seal seal, UnaryOperator<String> rewrite) {
        this.seal = seal;
        this.dataSource = AutoCommitting.of(dataSource);
        this.jdbc = JdbcClient.create(this.dataSource);
        this.schema = schema;
        this.rewrite = rewrite;
        this.asThePool = ours(this.dataSource);
        this.readCommitted = ours(this.dataSource);
        this.readCommitted.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        this.outside = ours(this.dataSource);
        this.outside.setPropagationBehavior(TransactionDefinition.PROPAGATION_NOT_SUPPORTED);
    }

    private static TransactionTemplate ours(DataSource dataSource) {
        var transactions = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        transactions.setName(OURS);
        return transactions;
    }

    /** Its statements outside transactions commit by themselves. */
    public DataSource dataSource() {
        return dataSource;
    }

    public String schema() {
        return schema;
    }

    /** How content is written that nobody may read in the tables, and how it is read. */
    public Seal seal() {
        return seal;
    }

    /** A statement whose text names tables as {@code lanekeeper.<table>}, whatever the schema is called. */
    public JdbcClient.StatementSpec sql(String text) {
        return jdbc.sql(texts.computeIfAbsent(text, t -> rewrite.apply(t).replace(SCHEMA_IN_TEXT, schema + ".")));
    }

    /** Runs the step in one transaction and repeats it after a deadlock, a lock timeout or a serialization failure. */
    public <T> T inTransaction(Supplier<T> step) {
        for (var attempt = 1; ; attempt++) {
            try {
                return transactions().execute(status -> step.get());
            } catch (DataAccessException e) {
                if (attempt == ATTEMPTS || !isRepeatable(e)) {
                    throw e;
                }
            }
        }
    }

    /** To ask for an isolation level costs a round trip for each transaction; it is saved where the pool's own is the right one. */
    private TransactionTemplate transactions() {
        var known = isDefault;
        if (known == null) {
            known = isReadCommittedByDefault();
            isDefault = known;
        }
        return Boolean.TRUE.equals(known) ? asThePool : readCommitted;
    }

    private @Nullable Boolean isReadCommittedByDefault() {
        try {
            return sql("SELECT current_setting('default_transaction_isolation')")
                    .query(String.class)
                    .single()
                    .equals(READ_COMMITTED);
        } catch (DataAccessException e) {
            return null; // whoever asked for a transaction is told
        }
    }

    /**
     * Runs the step as part of the transaction that is bound to this thread and repeats it alone after a deadlock or a lock
     * timeout, so that what the transaction did before is not repeated.
     */
    public <T> T inSavepoint(Supplier<T> step) {
        var connection = DataSourceUtils.getConnection(dataSource);
        try {
            for (var attempt = 1; ; attempt++) {
                var savepoint = connection.setSavepoint();
                try {
                    var result = step.get();
                    connection.releaseSavepoint(savepoint);
                    return result;
                } catch (DataAccessException e) {
                    if (attempt == ATTEMPTS || !isRepeatable(e)) {
                        throw e;
                    }
                    connection.rollback(savepoint);
                }
            }
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("The savepoint around the record of a result failed", e);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    /**
     * Bounds how long this transaction may wait for a lock and how long it may hold its own while this process is frozen, and
     * keeps the planner from reading whole queue tables because they were empty when it first looked, and from planning again
     * what can only be done in one way. First statement of each transaction that locks lanes.
     */
    public void guardLanes() {
        guardLanes(sql("SELECT " + GUARD), row -> true);
    }

    /**
     * The same, and reads one value with it, which saves a round trip: something that is decided before any lane is locked.
     *
     * @param value an expression of SQL, with one parameter
     */
    <T> T guardLanes(String value, Object parameter, Column<T> column) {
        return guardLanes(sql("SELECT " + GUARD + ", " + value).param(parameter), row -> column.read(row, GUARDS + 1));
    }

    /** Reads a value by its place in the row. */
    @FunctionalInterface
    interface Column<T> {

        T read(ResultSet row, int place) throws SQLException;
    }

    @FunctionalInterface
    private interface Answer<T> {

        T read(ResultSet row) throws SQLException;
    }

    private <T> T guardLanes(JdbcClient.StatementSpec statement, Answer<T> answer) {
        return statement
                .query((row, n) -> {
                    requireReadCommitted(row.getString(GUARDS));
                    return answer.read(row);
                })
                .single();
    }

    private void requireReadCommitted(String isolation) {
        if (!isolation.equals(READ_COMMITTED)
                && OURS.equals(TransactionSynchronizationManager.getCurrentTransactionName())) {
            isDefault = false;
            throw again("The pool's transactions are no longer READ COMMITTED; this one is repeated");
        }
    }

    /** Thrown inside a transaction of ours, makes it begin anew. */
    static DataAccessException again(String why) {
        return new CannotAcquireLockException(why, new SQLException(why, "40001"));
    }

    /** Looks at queue tables, in a transaction of its own, with the planner kept from reading all of them. */
    <T> T withPinnedPlans(Supplier<T> look) {
        return inTransaction(() -> {
            guardLanes();
            return look.get();
        });
    }

    /**
     * Whether what the calling thread writes here is committed or rolled back together with what its application does: Spring
     * has a transaction under way, on a connection of this {@link DataSource}, that has not ended.
     */
    public boolean isInTransaction() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()
                || !TransactionSynchronizationManager.hasResource(dataSource)
                || Ending.hasBegun()) {
            return false;
        }
        var connection = DataSourceUtils.getConnection(dataSource);
        try {
            return !connection.getAutoCommit();
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("The transaction's connection does not answer", e);
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    /** Runs a step that must not be part of a transaction which has ended, whose callbacks are being called. */
    public <T> T outsideEndedTransaction(Supplier<T> step) {
        return Ending.hasBegun() ? outside.execute(status -> step.get()) : step.get();
    }

    /** The database that answers. */
    public record Server(String product, int major, String version) {}

    /** Asks the driver who answers; fails when nobody does. */
    public Server server() {
        try (var connection = dataSource.getConnection()) {
            var metaData = connection.getMetaData();
            return new Server(
                    metaData.getDatabaseProductName(),
                    metaData.getDatabaseMajorVersion(),
                    metaData.getDatabaseProductVersion());
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("The database does not answer", e);
        }
    }

    /** The database's own clock, now. */
    public Instant now() {
        return sql("SELECT clock_timestamp()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    /**
     * Whether the database could not be reached, went away or takes nothing for the time being, so that the same statement
     * may succeed later; whether a commit succeeded may be unknown.
     */
    public static boolean isAway(Throwable e) {
        var cause = NestedExceptionUtils.getMostSpecificCause(e);
        if (cause instanceof SQLException s && s.getSQLState() != null) {
            return AWAY.stream().anyMatch(s.getSQLState()::startsWith);
        }
        return cause instanceof SQLException || cause instanceof IOException;
    }

    public static boolean isRepeatable(Throwable e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException s
                && s.getSQLState() != null
                && REPEATABLE.contains(s.getSQLState());
    }

    /** Whether the database has refused the data itself. */
    static boolean isRefusal(DataAccessException e) {
        return NestedExceptionUtils.getMostSpecificCause(e) instanceof SQLException s
                && s.getSQLState() != null
                && REFUSALS.contains(s.getSQLState().substring(0, 2));
    }

    /** As a parameter for {@code timestamptz}. */
    public static OffsetDateTime timestamp(Instant instant) {
        return within(instant).atOffset(ZoneOffset.UTC);
    }

    /** As an array parameter: {@code ?::uuid[]}. */
    public static String[] uuids(Collection<UUID> ids) {
        return ids.stream().map(UUID::toString).toArray(String[]::new);
    }

    /** As an element of an array parameter: {@code 'epoch'::timestamptz + element * interval '1 microsecond'}. */
    public static long micros(Instant instant) {
        var possible = within(instant);
        return possible.getEpochSecond() * 1_000_000 + possible.getNano() / 1_000;
    }

    private static Instant within(Instant instant) {
        return instant.isBefore(EARLIEST) ? EARLIEST : instant.isAfter(LATEST) ? LATEST : instant;
    }

    public static Duration micros(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }
}
