package org.vlmvisualizer.hub;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * A hub on a loopback socket that holds one {@link TinyModel}. Written on raw sockets, so that an
 * answer can be cut, stretched or wrong at any byte. One request a connection.
 */
public final class FakeHub implements AutoCloseable {
  /** A request as it came. Names of headers in lower case. */
  public record Request(String method, String path, Map<String, String> headers) {}

  private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final TinyModel model;

  /** Answers instead of the hub; null lets the hub answer. */
  public volatile Function<Request, Reply> rule = request -> null;

  /** Where large files are; by default this same server, under another name. */
  volatile String store = "http://localhost:" + port();

  /** One that answers by its rule alone. */
  public static FakeHub empty() throws IOException {
    return new FakeHub(new TinyModel(Map.of()));
  }

  FakeHub(TinyModel model) throws IOException {
    this.model = model;
    Thread acceptor = new Thread(this::accept, "fake hub");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  int port() {
    return server.getLocalPort();
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** The first requests whose path holds a text get these answers, in order; then all is well. */
  void failing(String part, Reply... replies) {
    Queue<Reply> left = new ConcurrentLinkedQueue<>(List.of(replies));
    rule = request -> request.path().contains(part) ? left.poll() : null;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread worker = new Thread(() -> serve(socket), "fake hub answer");
        worker.setDaemon(true);
        worker.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Request request = read(socket.getInputStream());
      requests.add(request);
      Reply reply = rule.apply(request);
      (reply != null ? reply : answer(request)).write(socket, request.method().equals("HEAD"));
    } catch (IOException e) {
      // The client has gone, as it does when it is cancelled or killed.
    }
  }

  private static Request read(InputStream raw) throws IOException {
    InputStream in = new BufferedInputStream(raw);
    String[] first = line(in).split(" ");
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw new IOException("no HTTP");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Request(first[0], first[1], headers);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("no whole request");
      }
      line.append((char) c);
    }
    return line.toString().strip();
  }

  /** What a hub without faults answers. */
  Reply answer(Request request) {
    String path = URLDecoder.decode(request.path(), StandardCharsets.UTF_8);
    if (path.startsWith("/api/models/" + TinyModel.REPO + "/revision/")) {
      return Reply.of(200, info().getBytes(StandardCharsets.UTF_8));
    }
    String resolve = "/" + TinyModel.REPO + "/resolve/" + TinyModel.COMMIT + "/";
    if (path.startsWith(resolve) && model.files().containsKey(path.substring(resolve.length()))) {
      return resolve(request, path.substring(resolve.length()));
    }
    if (path.startsWith("/store/")) {
      return ranged(request, model.files().get(path.substring("/store/".length())));
    }
    return Reply.of(404, new byte[0]);
  }

  private Reply resolve(Request request, String name) {
    byte[] content = model.files().get(name);
    if (!model.isLarge(name)) {
      return ranged(request, content)
          .with("X-Repo-Commit", TinyModel.COMMIT)
          .with("ETag", "\"" + model.etag(name) + "\"");
    }
    return Reply.of(302, new byte[0])
        .with("Location", store + "/store/" + name)
        .with("X-Repo-Commit", TinyModel.COMMIT)
        .with("X-Linked-Etag", "\"" + model.etag(name) + "\"")
        .with("X-Linked-Size", Integer.toString(content.length));
  }

  /** All of a file, or the end that is asked for. */
  public static Reply ranged(Request request, byte[] content) {
    String range = request.headers().getOrDefault("range", "bytes=0-");
    int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    if (from == 0) {
      return Reply.of(200, content);
    }
    if (from >= content.length) {
      return Reply.of(416, new byte[0]);
    }
    return Reply.of(206, Arrays.copyOfRange(content, from, content.length))
        .with("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
  }

  /** The model's description, as the hub's interface gives it with blobs=true. */
  String info() {
    JsonArray siblings = new JsonArray();
    for (String name : model.files().keySet()) {
      JsonObject sibling = new JsonObject();
      sibling.addProperty("rfilename", name);
      sibling.addProperty("size", model.files().get(name).length);
      sibling.addProperty("blobId", TinyModel.gitSha1(model.files().get(name)));
      if (model.isLarge(name)) {
        JsonObject lfs = new JsonObject();
        lfs.addProperty("sha256", model.etag(name));
        lfs.addProperty("size", model.files().get(name).length);
        lfs.addProperty("pointerSize", 134);
        sibling.add("lfs", lfs);
      }
      siblings.add(sibling);
    }
    JsonObject card = new JsonObject();
    card.addProperty("license", "llama2");
    JsonObject root = new JsonObject();
    root.addProperty("id", TinyModel.REPO);
    root.addProperty("sha", TinyModel.COMMIT);
    root.addProperty("private", false);
    root.addProperty("gated", false);
    root.add("cardData", card);
    root.add("siblings", siblings);
    return root.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  /**
   * An answer.
   *
   * @param length what Content-Length says; -1 for no such header
   * @param cut bytes of head and body together after which the connection is closed
   * @param piece bytes that are sent at once
   * @param pause between pieces, in ms
   */
  public record Reply(
      int status,
      Map<String, String> headers,
      byte[] body,
      long length,
      int cut,
      int piece,
      int pause) {
    public static Reply of(int status, byte[] body) {
      return new Reply(status, Map.of(), body, body.length, Integer.MAX_VALUE, 1 << 14, 0);
    }

    public Reply with(String name, String value) {
      Map<String, String> all = new LinkedHashMap<>(headers);
      all.put(name, value);
      return new Reply(status, all, body, length, cut, piece, pause);
    }

    Reply claiming(long claimed) {
      return new Reply(status, headers, body, claimed, cut, piece, pause);
    }

    public Reply cutAt(int bytes) {
      return new Reply(status, headers, body, length, bytes, piece, pause);
    }

    public Reply slow(int bytes, int millis) {
      return new Reply(status, headers, body, length, cut, bytes, millis);
    }

    byte[] head() {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " x\r\nConnection: close\r\n");
      headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
      if (length >= 0) {
        head.append("Content-Length: ").append(length).append("\r\n");
      }
      return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    void write(Socket socket, boolean headOnly) throws IOException {
      byte[] head = head();
      byte[] all = Arrays.copyOf(head, head.length + (headOnly ? 0 : body.length));
      System.arraycopy(body, 0, all, head.length, all.length - head.length);
      int end = Math.min(cut, all.length);
      OutputStream out = socket.getOutputStream();
      out.write(all, 0, Math.min(end, head.length));
      for (int at = head.length; at < end; at += piece) {
        out.write(all, at, Math.min(piece, end - at));
        out.flush();
        sleep(pause);
      }
      socket.shutdownOutput();
    }

    private static void sleep(int millis) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
