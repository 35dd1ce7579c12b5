package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.core.InputException;

/** A macro's options: keys count between values only. */
class MacroOptionsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "length=3 prompt=[What is in [the] image?] | prompt | What is in [the] image?",
        "prompt=[say length=99 now] length=5       | length | 5",
        "prompt=What?                              | prompt | What?",
        "prompt=a\\b                               | prompt | a\\b",
        "'prompt=''what is it'' length=5'          | prompt | what is it",
        "model=[] prompt=x                         | model  | ''",
        "model= prompt=x                           | model  | ''",
        "fit=[pad]                                 | fit    | pad",
      })
  void findsTheValue(String options, String key, String value) {
    assertEquals(value, MacroOptions.parse(options + " ").get(key));
  }

  @Test
  void quotesArePartOfAValue() {
    String options = "model='tis prompt=['tis \"so\"] length=5";
    assertEquals("'tis", MacroOptions.parse(options).get("model"));
    assertEquals("'tis \"so\"", MacroOptions.parse(options).get("prompt"));
  }

  @Test
  void aLineBreakIsPartOfAValue() {
    assertEquals("a\nb c", MacroOptions.parse("prompt=[a\nb c]").get("prompt"));
  }

  @Test
  void aKeyAloneHasNoValue() {
    Map<String, String> values = MacroOptions.parse("matrix length=3 ");
    assertEquals(null, values.get("matrix"));
    assertEquals("[matrix, length]", values.keySet().toString());
  }

  @Test
  void nothingGivesNothing() {
    assertEquals(Map.of(), MacroOptions.parse(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"prompt=[a]b]", "prompt=[a[b]", "prompt=[a", "fit=pad fit=crop"})
  void whatCannotBeReadIsRefused(String options) {
    assertThrows(InputException.class, () -> MacroOptions.parse(options));
  }
}
