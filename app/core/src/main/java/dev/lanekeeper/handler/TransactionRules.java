package dev.lanekeeper.handler;

import dev.lanekeeper.handler.Declaration.BeanMethod;
import java.lang.reflect.Method;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.DefaultAdvisorChainFactory;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.DelegatingTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/**
 * Finds the transaction that a handler asks for, and refuses one in which its effects and the record of its result cannot
 * be committed together.
 */
final class TransactionRules {

    private static final String OR_ACCEPT =
            ", or accept with exactlyOnce = \"false\" that an event may run more than once";

    private final AnnotationTransactionAttributeSource attributes = new AnnotationTransactionAttributeSource(false);
    private final ConfigurableListableBeanFactory beans;
    private final Supplier<DataSource> ours;
    private final Problems problems;

    /** @param ours the DataSource in which Lanekeeper keeps its tables; asked only if a handler is transactional */
    TransactionRules(ConfigurableListableBeanFactory beans, Supplier<DataSource> ours, Problems problems) {
        this.beans = beans;
        this.ours = ours;
        this.problems = problems;
        attributes.setEmbeddedValueResolver(beans::resolveEmbeddedValue);
    }

    /** {@code null} when the method is not transactional, or is and leaves its result to a transaction of its own. */
    HandlerCall.@Nullable Transaction of(BeanMethod target, boolean exactlyOnce, String where) {
        TransactionAttribute attribute = attributes.getTransactionAttribute(target.method(), target.userClass());
        if (attribute == null || !exactlyOnce) {
            return null;
        }
        checkAttribute(attribute, where);
        TransactionInterceptor interceptor = interceptor(target);
        if (interceptor == null) {
            problems.add(
                    where,
                    "the method is @Transactional, but no proxy opens that transaction",
                    "Enable transaction management, and let the method be neither private nor final" + OR_ACCEPT);
        }
        PlatformTransactionManager manager = manager(attribute, target.userClass(), interceptor, where);
        return manager == null ? null : new HandlerCall.Transaction(manager, new Outermost(attribute));
    }

    /** For a function; {@code name} is empty for the primary manager. */
    HandlerCall.@Nullable Transaction named(String handlerId, String name, String where) {
        var attribute = new DefaultTransactionAttribute();
        attribute.setName(handlerId);
        attribute.setQualifier(name);
        PlatformTransactionManager manager = manager(attribute, Object.class, null, where);
        return manager == null ? null : new HandlerCall.Transaction(manager, attribute);
    }

    private void checkAttribute(TransactionAttribute attribute, String where) {
        int propagation = attribute.getPropagationBehavior();
        if (propagation != TransactionDefinition.PROPAGATION_REQUIRED
                && propagation != TransactionDefinition.PROPAGATION_MANDATORY) {
            problems.add(
                    where,
                    "its @Transactional has a propagation in which its result cannot be recorded",
                    "Use REQUIRED or MANDATORY" + OR_ACCEPT);
        }
        if (attribute.isReadOnly()) {
            problems.add(
                    where,
                    "its @Transactional is read-only, so its result cannot be recorded in it",
                    "Remove readOnly" + OR_ACCEPT);
        }
    }

    private static @Nullable TransactionInterceptor interceptor(BeanMethod target) {
        if (!(target.bean() instanceof Advised advised)) {
            return null;
        }
        return DefaultAdvisorChainFactory.INSTANCE
                .getInterceptorsAndDynamicInterceptionAdvice(advised, target.method(), target.userClass())
                .stream()
                .filter(TransactionInterceptor.class::isInstance)
                .map(TransactionInterceptor.class::cast)
                .findFirst()
                .orElse(null);
    }

    private @Nullable PlatformTransactionManager manager(
            TransactionAttribute attribute,
            Class<?> userClass,
            @Nullable TransactionInterceptor interceptor,
            String where) {
        TransactionManager manager;
        try {
            manager = find(attribute.getQualifier(), userClass, interceptor);
        } catch (BeansException e) {
            problems.add(
                    where,
                    "the transaction manager of its @Transactional is not there: " + e.getMessage(),
                    "Name one of the PlatformTransactionManager beans, or mark one as @Primary");
            return null;
        }
        if (!(manager instanceof PlatformTransactionManager platform)) {
            problems.add(where, "its transaction manager is reactive", "Use a PlatformTransactionManager" + OR_ACCEPT);
            return null;
        }
        if (!sameDatabase(platform)) {
            problems.add(
                    where,
                    "its transaction manager works on another DataSource than Lanekeeper",
                    "Use a transaction manager of Lanekeeper's DataSource" + OR_ACCEPT);
        }
        return platform;
    }

    /** As Spring itself looks for it: the annotation's, the class's qualifier, the interceptor's, the only or primary one. */
    private TransactionManager find(
            @Nullable String qualifier, Class<?> userClass, @Nullable TransactionInterceptor interceptor) {
        String name =
                StringUtils.hasText(qualifier) ? qualifier : BeanFactoryAnnotationUtils.getQualifierValue(userClass);
        if (name != null && (StringUtils.hasText(qualifier) || isQualifier(name))) {
            return BeanFactoryAnnotationUtils.qualifiedBeanOfType(beans, TransactionManager.class, name);
        }
        TransactionManager given = interceptor == null ? null : interceptor.getTransactionManager();
        return given == null ? beans.getBean(TransactionManager.class) : given;
    }

    private boolean isQualifier(String name) {
        return BeanFactoryAnnotationUtils.isQualifierMatch(name::equals, name, beans)
                && beans.isTypeMatch(name, TransactionManager.class);
    }

    private boolean sameDatabase(PlatformTransactionManager manager) {
        DataSource theirs = dataSource(manager);
        return theirs != null && unwrap(theirs) == unwrap(ours.get());
    }

    /** Asked by name, as the managers of JPA and Hibernate have the same method but need not be on the class path. */
    private static @Nullable DataSource dataSource(PlatformTransactionManager manager) {
        Object target = AopProxyUtils.getSingletonTarget(manager);
        Object owner = target == null ? manager : target;
        Method getter = ClassUtils.getMethodIfAvailable(owner.getClass(), "getDataSource");
        if (getter == null) {
            return null;
        }
        ReflectionUtils.makeAccessible(getter);
        return ReflectionUtils.invokeMethod(getter, owner) instanceof DataSource found ? found : null;
    }

    private static DataSource unwrap(DataSource dataSource) {
        DataSource inner = dataSource;
        while (inner instanceof DelegatingDataSource wrapper && wrapper.getTargetDataSource() != null) {
            inner = wrapper.getTargetDataSource();
        }
        return inner;
    }

    /** The method's attributes for the transaction around it, which must be begun even for a method that mandates one. */
    private static final class Outermost extends DelegatingTransactionAttribute {

        private static final long serialVersionUID = 1L;

        Outermost(TransactionAttribute attribute) {
            super(attribute);
        }

        @Override
        public int getPropagationBehavior() {
            return PROPAGATION_REQUIRED;
        }
    }
}
