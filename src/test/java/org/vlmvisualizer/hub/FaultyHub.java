package org.vlmvisualizer.hub;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** A fake hub, and the check that after a fault the next run finishes. */
abstract class FaultyHub {
  static final String SHARD = "model-00002-of-00002.safetensors";

  @TempDir Path folder;
  TinyModel model = TinyModel.of(200_000);
  FakeHub hub;
  HubSettings settings;

  @BeforeEach
  void start() throws IOException {
    use(model);
  }

  void use(TinyModel other) throws IOException {
    if (hub != null) {
      hub.close();
    }
    model = other;
    hub = new FakeHub(model);
    settings = Hubs.settings(hub, folder);
  }

  @AfterEach
  void stop() throws IOException {
    hub.close();
  }

  Path fetch() {
    return new HubDownload(settings).fetch(Hubs.ID, Hubs.YES, Progress.NONE);
  }

  Path part() {
    return settings.cache().resolve("models--org--tiny/blobs/" + model.etag(SHARD) + ".incomplete");
  }

  byte[] shard() {
    return model.files().get(SHARD);
  }

  /** A sentence now, whole files in the cache, and success as soon as the fault is gone. */
  String failsThenFinishes() {
    InputException e = assertThrows(InputException.class, this::fetch);
    model.checkWholeOrAbsent(settings.cache());
    hub.rule = request -> null;
    model.checkSnapshot(fetch());
    return e.getMessage();
  }
}
