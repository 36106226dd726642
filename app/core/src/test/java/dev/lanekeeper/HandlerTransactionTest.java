package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.KafkaEventHandlerConfigurer;
import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.HandlerCall;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.TestEvent;
import java.io.IOException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Which transaction a handler's effects and the record of its result share, and when they cannot. */
class HandlerTransactionTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class, Managers.class);

    private final ApplicationContextRunner interfaceProxies =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class, InterfaceProxies.class);

    @Test
    void handsOutTheManagerAndTheAttributesOfTheMethod() {
        application.withBean(Ledger.class).withPropertyValues("seconds=7").run(context -> {
            var transaction = transaction(context, "ledger");

            assertThat(transaction.manager()).isSameAs(context.getBean("transactionManager"));
            assertThat(transaction.definition().getTimeout()).isEqualTo(7);
            assertThat(transaction.definition().getIsolationLevel())
                    .isEqualTo(TransactionDefinition.ISOLATION_REPEATABLE_READ);
            assertThat(((TransactionAttribute) transaction.definition()).rollbackOn(new IOException()))
                    .isTrue();
        });
    }

    @Test
    void callsThroughTheProxySoThatItsTransactionIsJoined() {
        application.withBean(Ledger.class).run(context -> {
            var proxy = context.getBean(Ledger.class);
            assertThat(AopUtils.isCglibProxy(proxy)).isTrue();

            assertThat(call(context, "ledger")).isEqualTo(Outcome.ack("booked"));
            assertThat(context.getBean("transactionManager", StubManager.class).begun)
                    .isEqualTo(1);
        });
    }

    @Test
    void beginsTheTransactionThatAMethodMandates() {
        application.withBean(Mandatory.class).run(context -> {
            var transaction = transaction(context, "mandatory");
            var template = new TransactionTemplate(transaction.manager(), transaction.definition());

            assertThat(template.<Outcome>execute(status -> call(context, "mandatory")))
                    .isEqualTo(Outcome.ack());
            assertThat(context.getBean("transactionManager", StubManager.class).begun)
                    .isEqualTo(1);
        });
    }

    @Test
    void findsTheManagerByItsNameAndThroughDataSourceProxies() {
        application
                .withBean(Named.class)
                .run(context ->
                        assertThat(transaction(context, "named").manager()).isSameAs(context.getBean("proxied")));
    }

    @Test
    void takesTheAnnotationOfTheClass() {
        application
                .withBean(OfItsClass.class)
                .run(context -> assertThat(transaction(context, "of-its-class")).isNotNull());
    }

    @Test
    void callsAJdkProxyThroughItsInterface() {
        interfaceProxies.withBean(WithInterface.class).run(context -> {
            assertThat(AopUtils.isJdkDynamicProxy(context.getBean(Booking.class)))
                    .isTrue();
            assertThat(transaction(context, "with-interface")).isNotNull();
            assertThat(call(context, "with-interface")).isEqualTo(Outcome.ack("booked"));
        });
    }

    @Test
    void leavesTheTransactionToAMethodThatAcceptsToRunMoreThanOnce() {
        application
                .withBean(AtLeastOnce.class)
                .run(context ->
                        assertThat(transaction(context, "at-least-once")).isNull());
    }

    @Test
    void letsAPropertyAcceptIt() {
        application
                .withBean(ReadOnly.class)
                .withPropertyValues("lanekeeper.handlers.read-only.exactly-once=false")
                .run(context -> assertThat(transaction(context, "read-only")).isNull());
    }

    @Test
    void opensATransactionForAFunctionThatAsksForOne() {
        application.withUserConfiguration(InCode.class).run(context -> {
            assertThat(transaction(context, "primary").manager()).isSameAs(context.getBean("transactionManager"));
            assertThat(transaction(context, "named").manager()).isSameAs(context.getBean("proxied"));
            assertThat(transaction(context, "none")).isNull();
        });
    }

    @Test
    void refusesAnotherDatabase() {
        assertThat(problems(application.withBean(Elsewhere.class)))
                .containsExactly("its transaction manager works on another DataSource than Lanekeeper");
    }

    @Test
    void refusesPropagationsInWhichNothingCanBeRecorded() {
        assertThat(problems(application.withBean(Propagations.class)))
                .hasSize(2)
                .allMatch(what -> what.contains("propagation"));
    }

    @Test
    void refusesReadOnly() {
        assertThat(problems(application.withBean(ReadOnly.class)))
                .singleElement()
                .asString()
                .contains("read-only");
    }

    @Test
    void refusesAFinalMethodAndAManagerThatIsNotThere() {
        assertThat(problems(application.withBean(FinalMethod.class))).anyMatch(what -> what.contains("is final"));
        assertThat(problems(application.withBean(NoSuchManager.class)))
                .singleElement()
                .asString()
                .contains("is not there", "nobody");
    }

    @Test
    void refusesAMethodThatNoProxyServes() {
        assertThat(problems(new ApplicationContextRunner()
                        .withUserConfiguration(HandlerConfiguration.class, ManagersAlone.class)
                        .withBean(Ledger.class)))
                .singleElement()
                .asString()
                .contains("no proxy opens");
    }

    @Test
    void refusesAMethodThatItsInterfaceProxyLacks() {
        assertThat(problems(interfaceProxies.withBean(NotInInterface.class)))
                .anyMatch(what -> what.contains("proxy has no such method"));
    }

    private static HandlerCall.Transaction transaction(ApplicationContext context, String id) {
        return context.getBean(HandlerCatalog.class).handlers().find(id).call().transaction();
    }

    private static Outcome call(ApplicationContext context, String id) {
        try {
            return context.getBean(HandlerCatalog.class)
                    .handlers()
                    .find(id)
                    .call()
                    .call(TestEvent.json("\"x\""));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> problems(ApplicationContextRunner application) {
        List<String> problems = new ArrayList<>();
        application.run(context -> {
            assertThat(context.getStartupFailure()).isInstanceOf(LanekeeperConfigurationException.class);
            ((LanekeeperConfigurationException) context.getStartupFailure())
                    .getProblems().stream().map(Problem::what).forEach(problems::add);
        });
        return problems;
    }

    static class ManagersAlone {
        @Bean
        @Primary
        DataSource dataSource() {
            return new StubDataSource();
        }

        @Bean
        @Primary
        StubManager transactionManager(DataSource dataSource) {
            return new StubManager(dataSource);
        }
    }

    @EnableTransactionManagement(proxyTargetClass = true)
    static class Managers extends ManagersAlone {
        @Bean
        PlatformTransactionManager proxied(DataSource dataSource) {
            return new StubManager(new LazyConnectionDataSourceProxy(dataSource));
        }

        @Bean
        PlatformTransactionManager elsewhere() {
            return new StubManager(new StubDataSource());
        }
    }

    @EnableTransactionManagement
    static class InterfaceProxies extends ManagersAlone {}

    static class Ledger {
        private final String booked = "booked";

        @KafkaEventHandler(id = "ledger", topics = "t")
        @Transactional(
                isolation = Isolation.REPEATABLE_READ,
                timeoutString = "${seconds:3}",
                rollbackFor = IOException.class)
        Outcome on(String payload) {
            return Outcome.ack(booked);
        }
    }

    static class Named {
        @KafkaEventHandler(id = "named", topics = "t")
        @Transactional("proxied")
        public void on() {}
    }

    @Transactional
    static class OfItsClass {
        @KafkaEventHandler(id = "of-its-class", topics = "t")
        void on() {}
    }

    interface Booking {
        Outcome book(String payload);
    }

    static class WithInterface implements Booking {
        @Override
        @KafkaEventHandler(id = "with-interface", topics = "t")
        @Transactional
        public Outcome book(String payload) {
            return Outcome.ack("booked");
        }
    }

    static class NotInInterface implements Booking {
        @Override
        public Outcome book(String payload) {
            return Outcome.ack();
        }

        @KafkaEventHandler(id = "not-in-interface", topics = "t")
        @Transactional
        public void other() {}
    }

    static class AtLeastOnce {
        @KafkaEventHandler(id = "at-least-once", topics = "t", exactlyOnce = "false")
        @Transactional(value = "elsewhere", propagation = Propagation.REQUIRES_NEW)
        void on() {}
    }

    static class Elsewhere {
        @KafkaEventHandler(id = "elsewhere", topics = "t")
        @Transactional("elsewhere")
        void on() {}
    }

    static class Propagations {
        @KafkaEventHandler(id = "new", topics = "t")
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        void requiresNew() {}

        @KafkaEventHandler(id = "never", topics = "t")
        @Transactional(propagation = Propagation.NEVER)
        void never() {}

        @KafkaEventHandler(id = "required", topics = "t")
        @Transactional
        void required() {}
    }

    static class Mandatory {
        @KafkaEventHandler(id = "mandatory", topics = "t")
        @Transactional(propagation = Propagation.MANDATORY)
        void on() {}
    }

    static class ReadOnly {
        @KafkaEventHandler(id = "read-only", topics = "t")
        @Transactional(readOnly = true)
        void on() {}
    }

    static class FinalMethod {
        @KafkaEventHandler(id = "final", topics = "t")
        @Transactional
        public final void on() {}
    }

    static class NoSuchManager {
        @KafkaEventHandler(id = "no-manager", topics = "t")
        @Transactional("nobody")
        void on() {}
    }

    static class InCode {
        @Bean
        KafkaEventHandlerConfigurer configurer() {
            return registry -> {
                registry.handler("primary", String.class, (text, event) -> Outcome.ack())
                        .topics("t")
                        .transactional();
                registry.handler("named", String.class, (text, event) -> Outcome.ack())
                        .topics("t")
                        .transactional("proxied");
                registry.handler("none", String.class, (text, event) -> Outcome.ack())
                        .topics("t");
            };
        }
    }

    /** As the manager of JPA, it has its DataSource but is no DataSourceTransactionManager. */
    static class StubManager extends AbstractPlatformTransactionManager {
        private final transient DataSource dataSource;
        private int begun;

        StubManager(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        public DataSource getDataSource() {
            return dataSource;
        }

        @Override
        protected Object doGetTransaction() {
            return new Object();
        }

        @Override
        protected boolean isExistingTransaction(Object transaction) {
            return TransactionSynchronizationManager.isActualTransactionActive();
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            begun++;
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {}

        @Override
        protected void doRollback(DefaultTransactionStatus status) {}
    }

    static class StubDataSource extends AbstractDataSource {
        @Override
        public Connection getConnection() {
            throw new IllegalStateException("nobody connects");
        }

        @Override
        public Connection getConnection(String user, String password) {
            throw new IllegalStateException("nobody connects");
        }
    }
}
