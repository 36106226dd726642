package dev.lanekeeper.console.access;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/** Looks at no password while the {@link Brake} is on; for the page and for programs alike. */
final class BrakedSignIn implements AuthenticationManager {

    private static final Logger log = LoggerFactory.getLogger(BrakedSignIn.class);

    private final AuthenticationManager passwords;
    private final Brake brake;

    BrakedSignIn(AuthenticationManager passwords, Brake brake) {
        this.passwords = passwords;
        this.brake = brake;
    }

    @Override
    public Authentication authenticate(Authentication attempt) {
        var address = attempt.getDetails() instanceof WebAuthenticationDetails details
                ? String.valueOf(details.getRemoteAddress())
                : "";
        var name = attempt.getName().toLowerCase(Locale.ROOT);
        var waiting = brake.waiting(address, name);
        if (!waiting.isZero()) {
            throw new TooManyTriesException(waiting);
        }
        try {
            var signedIn = passwords.authenticate(attempt);
            brake.right(address, name);
            return signedIn;
        } catch (BadCredentialsException e) {
            brake.wrong(address, name);
            var next = brake.waiting(address, name);
            if (!next.isZero()) {
                log.atWarn()
                        .addKeyValue("address", address)
                        .addKeyValue("seconds", next.toSeconds() + 1)
                        .log("Too many wrong passwords for the console; no other one is looked at for a while");
            }
            throw e;
        }
    }
}
