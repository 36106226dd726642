package dev.lanekeeper.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanekeeper.api.ResourceResolver;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

class ResourceExpressionTest {

    @ParameterizedTest(name = "{0} of {1} is {2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            quoteCharacter = '`',
            value = {
                "customerId | {\"customerId\":\"c-1\"} | c-1",
                "customerId | {\"a\":{\"customerId\":\"no\"},\"b\":[{\"customerId\":\"no\"}],\"customerId\":\"c-1\"} | c-1",
                "customerId | {\"customerId\":42} | 42",
                "customerId | {\"customerId\":-1.50e3} | -1.50e3",
                "customerId | {\"customerId\":12345678901234567890123} | 12345678901234567890123",
                "customerId | {\"customerId\":true} | true",
                "customerId | {\"customerId\":null} | null",
                "customerId | {\"customerId\":\"\"} | null",
                "customerId | {\"other\":1} | null",
                "customerId | {} | null",
                "customerId | [{\"customerId\":1}] | null",
                "customerId | \"customerId\" | null",
                "customerId | {\"customerId\":\"first\",\"customerId\":\"second\"} | first",
                "customerId | {\"customerId\":\"c-1\"} what follows is not read | c-1",
                "customerId | {\"\\u0063ustomerId\":\"c-1\"} | c-1",
                "größe | {\"größe\":\"ä\"} | ä",
                "$ref-1 | {\"$ref-1\":\"x\"} | x",
                "/order/customer/id | {\"order\":{\"x\":1,\"customer\":{\"id\":\"c\"}}} | c",
                "/order/customer/id | {\"order\":{\"customer\":\"scalar\"}} | null",
                "/order/customer/id | {\"order\":null} | null",
                "/items/1/id | {\"items\":[{\"id\":\"a\"},{\"id\":\"b\"}]} | b",
                "/items/1 | {\"items\":[[9],\"b\"]} | b",
                "/items/2 | {\"items\":[1,2]} | null",
                "/items/01 | {\"items\":[1,2]} | null",
                "/items/0 | {\"items\":{\"0\":\"a name\"}} | a name",
                "/0 | [\"a\",\"b\"] | a",
                "/ | {\"\":\"the empty name\"} | the empty name",
                "/a~1b/c~0d | {\"a/b\":{\"c~d\":\"x\"}} | x",
                "/~01 | {\"~1\":\"x\"} | x",
                "/a.b | {\"a.b\":\"dotted\"} | dotted"
            })
    void readsAScalarAsText(String expression, String document, String expected) throws Exception {
        assertThat(parse(expression).resourceOf(TestEvent.json(document).event()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"customerId\":{\"id\":1}}", "{\"customerId\":[]}", ""})
    void refusesWhatIsNoScalar(String document) {
        assertThatThrownBy(() ->
                        parse("customerId").resourceOf(TestEvent.json(document).event()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/customerId");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,", "{a:1}", "no json", "{\"a\" 1}", "{\"b\":[1", "{\"customerId\":\"unfinished"})
    void refusesWhatIsNoJson(String document) {
        assertThatThrownBy(() ->
                        parse("customerId").resourceOf(TestEvent.json(document).event()))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void givesATombstoneNoResourceOutOfItsValue() throws Exception {
        assertThat(parse("customerId").resourceOf(TestEvent.tombstone().key("k").event()))
                .isNull();
    }

    @Test
    void readsTheKey() throws Exception {
        assertThat(parse("@key").resourceOf(TestEvent.tombstone().key("k-1").event()))
                .isEqualTo("k-1");
        assertThat(parse("@key").resourceOf(TestEvent.tombstone().event())).isNull();
        assertThat(parse("@key").resourceOf(TestEvent.tombstone().key("").event()))
                .isNull();
    }

    @Test
    void readsTheLastHeaderOfAName() throws Exception {
        var event =
                TestEvent.tombstone().header("a", "1").header("tenant", "t-1").header("tenant", "t-2");

        assertThat(parse("@header(tenant)").resourceOf(event.event())).isEqualTo("t-2");
        assertThat(parse("@header( tenant )").resourceOf(event.event())).isEqualTo("t-2");
        assertThat(parse("@header(missing)").resourceOf(event.event())).isNull();
        assertThat(parse("@header(x)")
                        .resourceOf(TestEvent.tombstone().header("x", null).event()))
                .isNull();
    }

    @Test
    void asksABeanAndWritesItsAnswerCanonically() throws Exception {
        ResourceResolver bean = event -> event.topic() + "\0";

        assertThat(ResourceExpression.parse("bean: mine ", name -> name.equals("mine") ? bean : null)
                        .resourceOf(TestEvent.tombstone().event()))
                .isEqualTo("orders\\u0000");
    }

    @Test
    void hasNoResourceOnRequest() throws Exception {
        assertThat(parse("@none").resourceOf(TestEvent.json("{}").key("k").event()))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "customer.id",
                "@keys",
                "@header",
                "@header()",
                "@header( )",
                "header(x)",
                "a b",
                "#{x}",
                "$.a",
                "@bean",
                "baen:x",
                "a/b",
                "/a~2",
                "/a~",
                "1a",
                "[0]",
                "a,b",
                "'a'"
            })
    void refusesWhatItCannotParse(String expression) {
        assertThatThrownBy(() -> parse(expression)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsUtf16AsJsonAllows() throws Exception {
        var event = TestEvent.tombstone().value("{\"customerId\":\"ä\"}".getBytes(StandardCharsets.UTF_16BE));

        assertThat(parse("customerId").resourceOf(event.event())).isEqualTo("ä");
    }

    private static ResourceResolver parse(String expression) {
        return ResourceExpression.parse(expression, name -> {
            throw new IllegalArgumentException("There is no bean " + name);
        });
    }
}
