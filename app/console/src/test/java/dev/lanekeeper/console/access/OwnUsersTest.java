package dev.lanekeeper.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.access.OwnUsers.Named;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.core.GrantedAuthority;

@ExtendWith(OutputCaptureExtension.class)
class OwnUsersTest {

    @Test
    void printsARandomPasswordOnceWhereNobodyIsNamed(CapturedOutput output) {
        var users = OwnUsers.of(List.of());
        var slip = new PasswordSlip(users);

        slip.print();
        slip.print();

        assertThat(users.generatedPassword()).matches("[a-z2-9]{5}(-[a-z2-9]{5}){3}");
        assertThat(output.getOut()).containsOnlyOnce(users.generatedPassword());
        assertThat(OwnUsers.of(List.of()).generatedPassword()).isNotEqualTo(users.generatedPassword());
    }

    @Test
    void printsNothingWhereSomebodyIsNamed(CapturedOutput output) {
        var users = OwnUsers.of(
                List.of(new Named("ada", "secret", true, false), new Named("vera", "{noop}x", false, true)));

        new PasswordSlip(users).print();

        assertThat(output.getAll()).doesNotContain("secret");
        assertThat(users.service().loadUserByUsername("ada").getAuthorities())
                .extracting(GrantedAuthority::getAuthority)
                .containsExactlyInAnyOrder("ROLE_LANEKEEPER_VIEWER", "ROLE_LANEKEEPER_OPERATOR");
        assertThat(users.service().loadUserByUsername("vera").getAuthorities())
                .extracting(GrantedAuthority::getAuthority)
                .containsExactlyInAnyOrder("ROLE_LANEKEEPER_VIEWER", "ROLE_LANEKEEPER_DECRYPTOR");
    }
}
