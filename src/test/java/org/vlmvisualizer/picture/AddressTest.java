package org.vlmvisualizer.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** Servers as they are at their worst, on this computer. */
class AddressTest {
  private static final Duration SECONDS = Duration.ofSeconds(20);
  private static final Limits LIMITS =
      new Limits(Duration.ofSeconds(1), Duration.ofSeconds(3), 100_000);

  @TempDir Path folder;
  private final CountDownLatch end = new CountDownLatch(1);
  private HttpServer server;
  private byte[] png;

  @BeforeEach
  void serve() throws IOException {
    png = Files.readAllBytes(PictureFiles.write(folder, "a.png"));
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    try (exchange) {
      switch (path) {
        case "/mute.png" -> await();
        case "/silent.png" -> {
          exchange.sendResponseHeaders(200, png.length);
          exchange.getResponseBody().write(png, 0, 100);
          exchange.getResponseBody().flush();
          await();
        }
        case "/drip.png" -> {
          exchange.sendResponseHeaders(200, 0);
          while (end.getCount() > 0) {
            exchange.getResponseBody().write(7);
            exchange.getResponseBody().flush();
            Thread.sleep(100);
          }
        }
        case "/endless.png" -> {
          exchange.sendResponseHeaders(200, 0);
          while (end.getCount() > 0) {
            exchange.getResponseBody().write(png);
          }
        }
        case "/broken.png" -> {
          exchange.sendResponseHeaders(200, png.length);
          exchange.getResponseBody().write(png, 0, 100);
        }
        case "/file.png", "/circle.png" -> {
          String target = path.equals("/circle.png") ? path : folder.resolve("a.png").toUri() + "";
          exchange.getResponseHeaders().set("Location", target);
          exchange.sendResponseHeaders(302, -1);
        }
        default -> {
          exchange.sendResponseHeaders(200, png.length);
          exchange.getResponseBody().write(png);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void await() throws InterruptedException {
    end.await();
  }

  private String open(String name, Progress progress) {
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
    return assertTimeoutPreemptively(
        SECONDS, () -> new ImageOpener(progress, LIMITS).open(address, image -> image.getTitle()));
  }

  @ParameterizedTest
  @CsvSource({
    "mute.png, the server sent nothing for 1 seconds",
    "silent.png, the server sent nothing for 1 seconds",
    "drip.png, could not be fetched within 3 seconds",
    "endless.png, 'at most 100,000 bytes'",
    "broken.png, could not be fetched",
    "file.png, status 302",
    "circle.png, status 302"
  })
  void faultsAreToldInTime(String name, String words) {
    String message =
        assertThrows(InputException.class, () -> open(name, Progress.NONE)).getMessage();
    assertTrue(message.contains(words), message);
    PlainSentence.check(message);
  }

  @Test
  void aCancelIsHeardWhileAServerIsSilent() {
    Progress cancel =
        (stage, done, total) -> {
          throw new CancellationException("enough");
        };
    assertThrows(CancellationException.class, () -> open("mute.png", cancel));
    assertThrows(CancellationException.class, () -> open("silent.png", cancel));
    assertEquals("good.png", open("good.png", Progress.NONE));
  }
}
