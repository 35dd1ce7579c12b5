package org.vlmvisualizer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against what Idefics3VisionEmbeddings computes in transformers 4.57.6 with torch 2.7.1. */
class BucketedPositionsTest {
  private static final String SHIFTED_26 =
      "0 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24";

  @ParameterizedTest
  @CsvSource({
    "float32, 0 0 1 2",
    "bfloat16, 0 1 2 3",
    "float32, " + SHIFTED_26,
    "float16, 0 0 1 2 3 4 5 7 7 9 9 11 11 13 14 15 15 16 18 19 19 20 22 23 23 24",
    "bfloat16, 0 1 2 2 4 5 5 7 8 8 10 11 11 13 14 15 16 16 17 18 20 21 22 22 23 24",
    "float16, 0 1 2 2 4 4 5 7 8 8 9 11 11 12 14 15 16 16 17 18 19 21 22 23 23 24 25",
    "bfloat16, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 14 16 16 18 18 20 20 22 22 24 24 26",
  })
  void roundingDecides(String type, String expected) {
    List<Integer> rows = Stream.of(expected.split(" ")).map(Integer::valueOf).toList();
    int side = rows.size();
    List<Integer> ids = BucketedPositions.ids(side, type);
    assertEquals(side * side, ids.size());
    for (int i = 0; i < ids.size(); i++) {
      assertEquals(rows.get(i / side) * side + rows.get(i % side), ids.get(i));
    }
  }

  @ParameterizedTest
  @CsvSource({"bfloat16, 32", "float16, 32", "bfloat16, 64"})
  void squaresOfSomeSidesAreInOrder(String type, int side) {
    assertEquals(
        IntStream.range(0, side * side).boxed().toList(), BucketedPositions.ids(side, type));
  }
}
