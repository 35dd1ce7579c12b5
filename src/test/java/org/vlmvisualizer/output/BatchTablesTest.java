package org.vlmvisualizer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchTablesTest {
  private static final String COLUMNS = String.join(",", TokenRow.COLUMNS);

  private static final String NONE = ",NaN,NaN,,NaN,NaN,NaN,NaN,NaN";

  @TempDir Path folder;

  /**
   * A token may have quotes, commas and line breaks; a table may be of before there were markers.
   */
  @Test
  void rowsKeepTheirCellsAndTheirMarkers() throws IOException {
    String token = "\"a \"\"b\"\",\r\nc\"";
    String row = "1,7," + token + ",0.5,0.25,0.5,0.0,0.0,3.5,4.5,0.5,false,1.0";
    own("new", COLUMNS + ",picture,image_marker_attention\r\n" + row + ",\"x,y.png\",0.25\r\n");
    own(
        "evidence",
        COLUMNS
            + ",picture,image_marker_attention,"
            + String.join(",", EvidenceColumns.NAMES)
            + "\r\n"
            + row
            + ",e.png,0.0,0.1,1.6,partly from the picture,NaN,NaN,NaN,NaN,NaN\r\n");
    own("old", COLUMNS + "\r\n" + row + "\r\n" + row.replaceFirst("1", "2") + "\r\n");
    BatchTables.write(
        folder,
        List.of(
            BatchRow.done(1, "x,y.png", "new", 1, "a", ""),
            BatchRow.done(2, "z.png", "old", 2, "a", ""),
            BatchRow.done(3, "e.png", "evidence", 1, "a", ""),
            BatchRow.failed(4, "u.png", "No.")));
    assertEquals(
        String.join(
            "\r\n",
            "frame,picture,"
                + COLUMNS
                + ",image_marker_attention,"
                + String.join(",", EvidenceColumns.NAMES),
            "1,\"x,y.png\"," + row + ",0.25" + NONE,
            "2,z.png," + row + ",0.0" + NONE,
            "2,z.png," + row.replaceFirst("1", "2") + ",0.0" + NONE,
            "3,e.png," + row + ",0.0,0.1,1.6,partly from the picture,NaN,NaN,NaN,NaN,NaN",
            ""),
        Files.readString(folder.resolve("tokens.csv")));
  }

  /** A run that a newer version goes on with has rows of the older one. */
  @Test
  void rowsOfAModelThatThinksEndWithTheirPart() throws IOException {
    String header =
        COLUMNS + ",picture,image_marker_attention," + String.join(",", EvidenceColumns.NAMES);
    String row = "1,7,a,0.5,0.25,0.5,0.0,0.0,3.5,4.5,0.5,false,1.0";
    own("new", header + ",part\r\n" + row + ",x,0.25" + NONE + ",thought\r\n");
    own("old", header + "\r\n" + row + ",y,0.25" + NONE + "\r\n");
    List<BatchRow> rows =
        List.of(
            BatchRow.done(1, "gone", "gone", 1, "a", ""),
            BatchRow.done(2, "x", "new", 1, "a", ""),
            BatchRow.done(3, "y", "old", 1, "a", ""));
    BatchTables.write(folder, rows);
    List<String> lines = Files.readAllLines(folder.resolve("tokens.csv"));
    assertEquals(3, lines.size());
    assertEquals(
        "frame,picture,"
            + header.replace(",picture,", ",") // behind the tables' own, it is in front here
            + ",part",
        lines.get(0));
    assertEquals("2,x," + row + ",0.25" + NONE + ",thought", lines.get(1));
    assertEquals("3,y," + row + ",0.25" + NONE + ",", lines.get(2));
  }

  private void own(String name, String table) throws IOException {
    Files.createDirectories(folder.resolve(name));
    Files.writeString(folder.resolve(name).resolve("tokens.csv"), table);
  }
}
