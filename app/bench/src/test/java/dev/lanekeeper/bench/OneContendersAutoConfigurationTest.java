package dev.lanekeeper.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

class OneContendersAutoConfigurationTest {

    private static final String[] CLASSES = {
        "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
        "dev.lanekeeper.LanekeeperAutoConfiguration",
        "io.namastack.outbox.OutboxJacksonAutoConfiguration",
        "org.springframework.modulith.events.config.EventPublicationAutoConfiguration",
        null
    };

    @Test
    void letsThroughThatOfTheContenderAndWhatIsNobodys() {
        assertThat(match("modulith")).containsExactly(true, false, false, true, true);
        assertThat(match("namastack")).containsExactly(true, false, true, false, true);
        assertThat(match("gruelbox")).containsExactly(true, false, false, false, true);
    }

    @Test
    void takesAnApplicationThatNamesNobodyForOurs() {
        assertThat(match(null)).containsExactly(true, true, false, false, true);
    }

    @Test
    void isFoundBySpringBoot() {
        assertThat(SpringFactoriesLoader.loadFactories(
                        AutoConfigurationImportFilter.class, getClass().getClassLoader()))
                .hasAtLeastOneElementOfType(OneContendersAutoConfiguration.class);
    }

    private static boolean[] match(String contender) {
        var environment = new MockEnvironment();
        if (contender != null) {
            environment.setProperty("bench.contender", contender);
        }
        var filter = new OneContendersAutoConfiguration();
        filter.setEnvironment(environment);
        return filter.match(CLASSES.clone(), null);
    }
}
