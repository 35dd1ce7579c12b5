package org.vlmvisualizer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;

/** The command line as a program of its own, with the default heap. */
class CliProcessTest {
  @TempDir Path folder;

  private JavaProcess run(String... options) throws Exception {
    return JavaProcess.run(List.of(), AttentionCli.class, CliRun.arguments(folder, options));
  }

  @Test
  void aGoodRunEndsWithZeroAndPrintsTheAnswerOnly() throws Exception {
    JavaProcess run = run();
    assertEquals("", run.err());
    assertEquals(1, run.out().lines().count());
    assertEquals(0, run.exitCode());
  }

  @Test
  void aRefusalEndsWithOneAndOneSentence() throws Exception {
    JavaProcess run = run("--layers", "9-3");
    PlainSentence.check(run.err());
    assertEquals("", run.out());
    assertEquals(1, run.exitCode());
  }

  /** 20,000 × 20,000 pixels: done, or refused in one sentence where memory is short. */
  @Test
  @Tag("slow")
  void aHugePictureIsShownOrRefused() throws Exception {
    JavaProcess run =
        run("--image", hugeTiff(20_000).toString(), "--upsampling", "none", "--length", "1");
    if (run.exitCode() == 0) {
      assertEquals("", run.err());
    } else {
      PlainSentence.check(run.err());
      assertEquals(1, run.exitCode());
    }
  }

  /** An 8-bit TIFF of zeros that takes no room on disk: the rest of the file is a hole. */
  private Path hugeTiff(int side) throws IOException {
    int[][] entries = { // tag, type 4 (32 bits), value
      {256, side},
      {257, side},
      {258, 8},
      {259, 1},
      {262, 1},
      {273, 200},
      {277, 1},
      {278, side},
      {279, side * side}
    };
    ByteBuffer header = ByteBuffer.allocate(200).putInt(0x4d4d002a).putInt(8);
    header.putShort((short) entries.length);
    for (int[] entry : entries) {
      header.putShort((short) entry[0]).putShort((short) 4).putInt(1).putInt(entry[1]);
    }
    Path path = Files.createFile(folder.resolve("huge.tif"));
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(header.array());
      file.setLength(200 + (long) side * side);
    }
    return path;
  }
}
