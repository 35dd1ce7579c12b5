package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.hub.FakeHub.Reply;
import org.vlmvisualizer.hub.FakeHub.Request;

/** Files of packages, from an index on loopback and from a folder. */
class PackageFilesTest {
  private static final String NAME = "big_thing-1.0+cu1-py3-none-any.whl";
  private static final String LINK = "../../files/big_thing-1.0%2Bcu1-py3-none-any.whl";

  @TempDir Path folder;
  private final byte[] content = new byte[200_000];
  private String hash;
  private FakeHub hub;
  private String page;

  @BeforeEach
  void start() throws IOException {
    new Random(3).nextBytes(content);
    Path file = Files.write(folder.resolve("content"), content);
    hash = PartFile.hash(file, new RepoFile(NAME, content.length, "0".repeat(64)), () -> {});
    page = page(LINK + "#sha256=" + hash);
    hub = FakeHub.empty();
    hub.rule = this::answer;
  }

  @AfterEach
  void stop() throws IOException {
    hub.close();
  }

  /** As on pip's index: other versions before it, attributes, and a link relative to the page. */
  private static String page(String link) {
    return "<!DOCTYPE html><html><body>\n"
        + "<a href=\"../../files/big_thing-0.9-py3-none-any.whl#sha256=00\">0.9</a><br/>\n"
        + "<A data-requires-python=\"&gt;=3.8\" href=\""
        + link
        + "\" data-core-metadata=\"true\">"
        + NAME
        + "</a>\n</body></html>";
  }

  private Reply answer(Request request) {
    if (request.path().equals("/simple/big-thing/")) {
      return Reply.of(200, TinyModel.text(page));
    }
    return request.path().startsWith("/files/big_thing-1.0%2Bcu1")
        ? FakeHub.ranged(request, content)
        : Reply.of(404, new byte[0]);
  }

  private PackageFile file() {
    return new PackageFile(URI.create(hub.url() + "/simple/"), NAME, content.length, hash);
  }

  private PackageFiles files(String from) {
    return new PackageFiles(
        Hubs.settings(hub, folder), from, folder.resolve("wheels"), Progress.NONE);
  }

  private Path fetch(String from) {
    PackageFiles files = files(from);
    files.missing(List.of(file()));
    return files.fetch(file());
  }

  private String refusal(Function<Request, Reply> rule) {
    hub.rule = request -> rule.apply(request) == null ? answer(request) : rule.apply(request);
    String sentence = assertThrows(InputException.class, () -> fetch("")).getMessage();
    PlainSentence.check(sentence.replace(NAME, ""));
    assertFalse(Files.exists(folder.resolve("wheels").resolve(hash)));
    return sentence;
  }

  @ParameterizedTest
  @ValueSource(strings = {"relative", "absolute", "entity", "without hash"})
  void findsAFileByItsName(String kind) throws IOException {
    switch (kind) {
      case "absolute" -> page = page(hub.url() + LINK.substring(5) + "#sha256=" + hash);
      case "entity" -> page = page(LINK + "?a=1&amp;b=2#sha256=" + hash);
      case "without hash" -> page = page(LINK);
      default -> {}
    }
    assertArrayEquals(content, Files.readAllBytes(fetch("")));
    assertEquals(2, hub.requests().size());
    assertEquals(0, files("").missing(List.of(file())));
    fetch("");
    assertEquals(2, hub.requests().size(), "it is there");
    files("").forget(file());
    assertEquals(content.length, files("").missing(List.of(file())));
  }

  @Test
  void takesAnotherIndexForAll() throws IOException {
    PackageFile elsewhere =
        new PackageFile(URI.create("http://127.0.0.1:9/simple/"), NAME, content.length, hash);
    Path fetched = files(hub.url() + "/simple").fetch(elsewhere);
    assertArrayEquals(content, Files.readAllBytes(fetched));
  }

  @Test
  void goesOnWhereAnAnswerBroke() throws IOException {
    int[] asked = {0};
    hub.rule =
        request -> {
          Reply whole = answer(request);
          boolean first = request.path().startsWith("/files/") && asked[0]++ == 0;
          return first ? whole.cutAt(90_000) : whole;
        };
    assertArrayEquals(content, Files.readAllBytes(fetch("")));
    Request last = hub.requests().get(2);
    assertTrue(last.headers().get("range").matches("bytes=[89]\\d{4}-"), last.toString());
  }

  @Test
  void refusesOtherBytesThanThoseExpected() {
    byte[] other = content.clone();
    other[7]++;
    String sentence =
        refusal(r -> r.path().startsWith("/files/") ? FakeHub.ranged(r, other) : null);
    assertTrue(sentence.contains("twice found the hash"), sentence);
    sentence =
        refusal(r -> r.path().startsWith("/files/") ? Reply.of(200, new byte[9_000_000]) : null);
    assertTrue(sentence.contains("bytes in the answer"), sentence);
  }

  @Test
  void refusesAFileThatTheIndexAnnouncesWithAnotherHashBeforeItComes() {
    page = page(LINK + "#sha256=" + "1".repeat(64));
    String sentence = refusal(r -> null);
    assertTrue(sentence.contains("announces another"), sentence);
    assertEquals(1, hub.requests().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://127.0.0.1/x", "file:///etc/passwd", "http://u:p@127.0.0.1/", "::"})
  void followsNoLinkOrRedirectToAnythingButTheWeb(String target) {
    String redirect =
        refusal(
            r ->
                r.path().startsWith("/files/")
                    ? Reply.of(302, new byte[0]).with("Location", target)
                    : null);
    assertFalse(redirect.contains(target), redirect);
    page = page(target + "/big_thing-1.0%2Bcu1-py3-none-any.whl");
    refusal(r -> null);
  }

  @Test
  void endlessRedirectsAndPagesAreLeft() {
    refusal(
        r ->
            r.path().startsWith("/files/")
                ? Reply.of(302, new byte[0]).with("Location", r.path())
                : null);
    String sentence =
        refusal(
            r ->
                r.path().startsWith("/simple/")
                    ? Reply.of(200, new byte[17 << 20]).claiming(-1)
                    : null);
    assertTrue(sentence.contains("16 MB"), sentence);
  }

  @Test
  void whatIsNotThereIsToldByItsName() {
    page = page("other-1.0.whl");
    assertTrue(refusal(r -> null).contains(NAME));
    String sentence = refusal(r -> Reply.of(404, new byte[0]));
    assertTrue(sentence.contains(NAME) && sentence.contains("404"), sentence);
    assertTrue(refusal(r -> Reply.of(503, new byte[0])).contains("503"));
    assertTrue(refusal(r -> Reply.of(407, new byte[0])).contains("HTTPS_PROXY"));
    assertTrue(refusal(r -> Reply.of(200, content).cutAt(0)).contains("broke"));
  }

  @Test
  void takesAFolderWithoutAskingTheNetwork() throws IOException {
    Path wheels = Files.createDirectory(folder.resolve("own"));
    String missing =
        assertThrows(InputException.class, () -> fetch(wheels.toString())).getMessage();
    assertTrue(missing.contains("found none"), missing);
    Files.write(wheels.resolve(NAME), new byte[] {1});
    String wrong = assertThrows(InputException.class, () -> fetch(wheels.toString())).getMessage();
    assertTrue(wrong.contains("SHA-256"), wrong);
    Files.write(wheels.resolve(NAME), content);
    assertEquals(wheels.resolve(NAME), fetch(wheels.toString()));
    files(wheels.toString()).forget(file());
    assertTrue(Files.exists(wheels.resolve(NAME)), "the user's own stays");
    assertEquals(List.of(), hub.requests());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/no/such/folder", "http://", "https://me:secret@host/simple", "http://h/?q=1"})
  void refusesWhatIsNeitherAddressNorFolder(String from) {
    String sentence = assertThrows(InputException.class, () -> files(from)).getMessage();
    PlainSentence.check(sentence);
    assertFalse(sentence.contains("secret"), sentence);
  }
}
