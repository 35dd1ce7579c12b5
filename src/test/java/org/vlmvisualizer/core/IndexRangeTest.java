package org.vlmvisualizer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndexRangeTest {
  private static final IndexRange KEPT = new IndexRange(3, 9);

  @ParameterizedTest
  @CsvSource({"0, -1, 3, 9", "3, 9, 3, 9", "4, 4, 4, 4", "-1, -1, 9, 9", "5, -1, 5, 9"})
  void countsAsTheWholeDoes(int first, int last, int expectedFirst, int expectedLast) {
    IndexRange within = new IndexRange(first, last).within(KEPT, "layers");
    assertEquals(new IndexRange(expectedFirst, expectedLast), within);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "2, 9", "3, 10", "5, 4", "-8, -1", "10, 10"})
  void refusesWhatIsOutside(int first, int last) {
    assertThrows(InputException.class, () -> new IndexRange(first, last).within(KEPT, "layers"));
  }

  @Test
  void tellsWhatThereIs() {
    assertEquals(
        "Expected a range of layers within 3-9, found 2-5.",
        assertThrows(InputException.class, () -> new IndexRange(2, 5).within(KEPT, "layers"))
            .getMessage());
  }
}
