package org.vlmvisualizer.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParseException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  private static final int DEEP = 100_000;

  private static String refused(String json) {
    return assertThrows(JsonParseException.class, () -> StrictJson.object(json)).getMessage();
  }

  /** What Gson's own parser takes, and transformers does not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "5",
        "null",
        "{",
        "{} {}",
        "{}x",
        "{\"a\":1,}",
        "{\"a\":[1,]}",
        "{\"a\":[,]}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":'b'}",
        "{\"a\":b}",
        "{\"a\"=1}",
        "{\"a\"=>1}",
        "{\"a\":1;\"b\":2}",
        "{\"a\":NaN}",
        "{\"a\":-Infinity}",
        "{\"a\":01}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"\\udc00\":1}",
        "// no\n{}",
        "/* no */{}",
        "# no\n{}",
        ")]}'\n{}"
      })
  void refusesWhatIsNoJson(String json) {
    refused(json);
  }

  /** Each hides a quotation mark from a reader that looks for strings, and brackets behind it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":%s",
        "{\"a\":'\"',\"b\":%s",
        "{\"a\":x\",\"b\":%s",
        "/*\"*/{\"a\":%s",
        "//\"\n{\"a\":%s",
        "#\"\n{\"a\":%s",
        "{'\"':%s",
        "{x\":%s",
        "{\"\\\"\":%s"
      })
  void refusesDeepBracketsInEverySpelling(String start) {
    for (String bracket : new String[] {"[", "{\"a\":", "[[],"}) {
      refused(start.formatted(bracket.repeat(DEEP)));
    }
    refused(start.formatted("[".repeat(DEEP) + "]".repeat(DEEP) + "}"));
  }

  @Test
  void takesAHundredLevels() {
    String json = "{\"a\":" + "[".repeat(99) + "]".repeat(99) + "}";
    assertEquals(json, StrictJson.object(json).toString());
    assertTrue(refused("{\"a\":[" + "[".repeat(99) + "]".repeat(99) + "]}").contains("100"));
  }

  @Test
  void readsWhatPythonWrites() {
    String json =
        "\ufeff{\"a\": [1, -2.5e-3, true, null, 1000000000000000019884624838656], "
            + "\"\\u00e9\\ud83d\\ude00\": \"\\n\\\"\\u2581\", \"b\": 1, \"b\": 2}";
    assertEquals(
        "{\"a\":[1,-2.5e-3,true,null,1000000000000000019884624838656],"
            + "\"é😀\":\"\\n\\\"▁\",\"b\":2}",
        StrictJson.object(json.getBytes(StandardCharsets.UTF_8)).toString());
  }

  @Test
  void saysWhatIsWrong() {
    assertEquals("no JSON at $.text_config.size", refused("{\"text_config\":{\"size\":x}}"));
    assertTrue(refused("{\"" + "\\u0007".repeat(900) + "\":x}").length() < 110);
    byte[] latin = {'{', '"', (byte) 0xe9, '"', ':', '1', '}'};
    Exception e = assertThrows(JsonParseException.class, () -> StrictJson.object(latin));
    assertEquals("its text is not UTF-8", e.getMessage());
  }

  @Test
  void boundsTheNumberOfValues() {
    assertTrue(refused("{\"a\":[" + "[],".repeat(4_000_001) + "1]}").contains("4000000 values"));
  }
}
