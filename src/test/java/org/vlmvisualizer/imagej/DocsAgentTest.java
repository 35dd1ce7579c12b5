package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonParser;
import com.google.gson.reflect.TypeToken;
import ij.IJ;
import ij.macro.Interpreter;
import ij.measure.ResultsTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.VirtualDisplay;

/**
 * What docs/scripts.md tells an agent to send, run as MCP servers for Fiji do: by {@code
 * IJ.runMacro}, or in an interpreter of their own that is told to open no box; and what the agent
 * then reads.
 */
class DocsAgentTest {
  private static final Pattern BLOCK = Pattern.compile("```ijm\\n(.*?)```", Pattern.DOTALL);
  private static final String QUESTION = "What is in the image?";
  private static final String ANSWER = "answer: The page says apple banana cherry.";

  @TempDir Path folder;

  /**
   * What a server gives back.
   *
   * @param error of its interpreter; null for none
   * @param results the table Results, a line per row
   */
  private record Reply(
      String value, String error, List<String> headings, List<String> results, List<String> boxes) {
    String column(int row, String heading) {
      return results.get(row).split("\t", -1)[headings.indexOf(heading)];
    }
  }

  /** Runs each macro in both ways, one way after the other, on one thread as servers have it. */
  static final class Job implements FijiMain.Job {
    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      ExecutorService worker = Executors.newSingleThreadExecutor();
      DialogWatch watch = new DialogWatch();
      List<Reply> replies = new ArrayList<>();
      for (String file : arguments.subList(1, arguments.size())) {
        String macro = Files.readString(Path.of(file));
        replies.add(worker.submit(() -> reply(IJ.runMacro(macro), null, watch)).get());
        replies.add(worker.submit(() -> interpret(macro, watch)).get());
      }
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(replies));
    }

    private static Reply interpret(String macro, DialogWatch watch) {
      Interpreter interpreter = new Interpreter();
      interpreter.setIgnoreErrors(true);
      String value = null;
      try {
        value = interpreter.run(macro, "");
      } catch (RuntimeException e) {
        return reply(null, interpreter.getErrorMessage() + "", watch);
      }
      return reply(value, interpreter.getErrorMessage(), watch);
    }

    private static Reply reply(String value, String error, DialogWatch watch) {
      ResultsTable table = ResultsTable.getResultsTable();
      List<String> rows = new ArrayList<>();
      for (int row = 0; row < table.size(); row++) {
        rows.add(table.getRowAsString(row));
      }
      Reply reply =
          new Reply(
              value,
              error,
              Arrays.asList(table.getColumnHeadings().split("\t")),
              rows,
              watch.take());
      table.reset();
      return reply;
    }
  }

  private List<Reply> send(VirtualDisplay display, List<String> macros) throws Exception {
    List<Object> arguments = new ArrayList<>();
    Path report = folder.resolve("report.json");
    arguments.add(report);
    for (String macro : macros) {
      Path file = folder.resolve("macro" + arguments.size() + ".ijm");
      arguments.add(Files.writeString(file, macro));
    }
    FijiProcess.run(display, folder, Job.class, arguments.toArray());
    return new Gson().fromJson(Files.readString(report), new TypeToken<List<Reply>>() {}.getType());
  }

  private Path data() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Path pictures = Files.createDirectory(data.resolve("pictures"));
    Files.copy(FijiProcess.PAGE, data.resolve("page.png"));
    Files.copy(FijiProcess.PAGE, pictures.resolve("page.png"));
    Files.writeString(pictures.resolve("damaged.png"), "no picture");
    return data;
  }

  private void check(VirtualDisplay display) throws Exception {
    String data = data().toString();
    List<String> macros =
        BLOCK
            .matcher(Files.readString(Path.of("docs/scripts.md")))
            .results()
            .map(block -> block.group(1).replace("/data/", data + "/"))
            .toList();
    assertEquals(2, macros.size());
    String refused = macros.get(0).replace(QUESTION, "");
    String folderRefused = macros.get(1).replace(QUESTION, "").replace("agent-folder", "refused");
    String ended = refused.replace("failure=continue ", "");
    List<Reply> replies =
        send(display, List.of(macros.get(0), macros.get(1), refused, folderRefused, ended));
    replies.subList(0, 2).forEach(DocsAgentTest::checkTokens);
    replies.subList(2, 4).forEach(DocsAgentTest::checkFolder);
    replies.subList(4, 8).forEach(DocsAgentTest::checkRefused);
    checkEnded(replies.get(8), replies.get(9), display != null);
    checkFiles(Path.of(data).resolve("results"));
  }

  private static void checkTokens(Reply reply) {
    assertEquals(ANSWER, reply.value());
    assertEquals(8, reply.results().size());
    assertEquals(" apple", reply.column(3, "token"));
    assertTrue(Double.parseDouble(reply.column(3, "peak_x")) > 100, reply.toString());
    assertEquals("from the picture", reply.column(3, "origin"));
    assertEquals(List.of(), reply.boxes());
  }

  private static void checkFolder(Reply reply) {
    assertTrue(reply.value().matches("2 rows in .*batch\\.csv"), reply.value());
    assertEquals(2, reply.results().size());
    assertEquals("failed", reply.column(0, "status"));
    assertEquals("The page says apple banana cherry.", reply.column(1, "answer"));
    assertEquals(List.of(), reply.boxes());
  }

  private static void checkRefused(Reply reply) {
    assertTrue(reply.value().startsWith("failed: "), reply.value());
    PlainSentence.check(reply.value().substring("failed: ".length()));
    assertEquals(List.of(), reply.boxes());
  }

  /** Without failure=continue. */
  private static void checkEnded(Reply run, Reply interpreted, boolean displayed) {
    assertNull(run.value());
    assertEquals(displayed ? 1 : 0, run.boxes().size(), run.toString());
    assertNull(interpreted.value());
    PlainSentence.check(interpreted.error().replace('\n', ' '));
    assertEquals(List.of(), interpreted.boxes());
  }

  private static void checkFiles(Path results) throws Exception {
    List<String> tokens = Files.readAllLines(results.resolve("agent/tokens.csv"));
    assertEquals(9, tokens.size());
    assertTrue(tokens.get(0).contains(",origin"), tokens.get(0));
    String run = Files.readString(results.resolve("agent/run.json"));
    assertEquals(
        ANSWER,
        "answer: " + JsonParser.parseString(run).getAsJsonObject().get("answer").getAsString());
    List<String> rows = Files.readAllLines(results.resolve("agent-folder/batch.csv"));
    assertEquals("frame,picture,status,folder,tokens,answer,note,error", rows.get(0));
    assertEquals(3, rows.size());
    assertTrue(
        Files.readAllLines(results.resolve("agent-folder/tokens.csv")).get(1).contains("page.png"));
  }

  @Test
  void withADisplay() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      check(display);
    }
  }

  @Test
  void headless() throws Exception {
    check(null);
  }
}
