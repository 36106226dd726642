package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.RawEvent.RawHeader;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadersTest {

    @Test
    void keepOrderRepeatedNamesNullAndBytes() {
        var headers = List.of(
                new RawHeader("b", new byte[] {0, -1}),
                new RawHeader("a", null),
                new RawHeader("b", new byte[0]),
                new RawHeader("größe \uD83D\uDE80", new byte[] {1}),
                new RawHeader("", new byte[] {2}));

        var decoded = Headers.decode(Headers.encode(headers));

        assertThat(decoded).extracting(RawHeader::name).containsExactly("b", "a", "b", "größe \uD83D\uDE80", "");
        assertThat(decoded)
                .extracting(RawHeader::value)
                .containsExactly(new byte[] {0, -1}, null, new byte[0], new byte[] {1}, new byte[] {2});
    }

    @Test
    void takeNoRoomWhenThereAreNone() {
        assertThat(Headers.encode(List.of())).isNull();
        assertThat(Headers.decode(null)).isEmpty();
    }

    @Test
    void haveAFormThatOthersCanRead() {
        assertThat(Headers.encode(List.of(new RawHeader("h", new byte[] {7}), new RawHeader("n", null))))
                .containsExactly(0, 0, 0, 2, 0, 0, 0, 1, 'h', 0, 0, 0, 1, 7, 0, 0, 0, 1, 'n', -1, -1, -1, -1);
    }
}
