package dev.lanekeeper.api;

/**
 * A bean that registers handlers in code, for handlers that are not known before the application starts.
 *
 * <pre>{@code
 * @Bean
 * KafkaEventHandlerConfigurer tenants(Tenants tenants) {
 *     return registry -> tenants.forEach(tenant ->
 *         registry.handler("orders-" + tenant.id(), OrderPlaced.class, (order, event) -> tenant.handle(order))
 *             .topics("orders-" + tenant.id())
 *             .resource("customerId"));
 * }
 * }</pre>
 *
 * <p>Called once, when all singletons exist and before anything is consumed.
 */
@FunctionalInterface
public interface KafkaEventHandlerConfigurer {

    void configure(KafkaEventHandlerRegistry registry);
}
