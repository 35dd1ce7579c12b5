package org.vlmvisualizer.engine;

import ai.djl.engine.Engine;
import org.vlmvisualizer.core.Causes;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LibrarySettings;

/** Starts PyTorch, once. */
public final class Engines {
  /** What the mark says while PyTorch starts. */
  static final String STARTING = "PyTorch was being started";

  private static Engine engine;

  private Engines() {}

  /**
   * PyTorch's version, which starts the engine if it is not running yet.
   *
   * @throws InputException if it cannot be loaded
   */
  public static String version() {
    return "PyTorch " + engine().getVersion();
  }

  /** The version of Deep Java Library. */
  public static String djlVersion() {
    return Engine.getDjlVersion();
  }

  /**
   * The running engine.
   *
   * @throws InputException if it cannot be loaded
   */
  static Engine engine() {
    return engine(false);
  }

  /**
   * The running engine.
   *
   * @param isGpuAsked whether the user asked for a GPU by name
   * @throws InputException if it cannot be loaded
   */
  static synchronized Engine engine(boolean isGpuAsked) {
    if (engine == null) {
      LibrarySettings.tell();
      EngineLog.quieten();
      JnaCheck.check(Engine.class.getClassLoader());
      engine = start(isGpuAsked);
    }
    return engine;
  }

  private static Engine start(boolean isGpuAsked) {
    try (LoadingMark mark = LoadingMark.set(LoadingMark.folder(), STARTING)) {
      LibraryPath.tell(EngineReport.lastCrash(), isGpuAsked);
      LibraryPath.installed().ifPresent(GpuLibraries::prepare);
      Engine started = Engine.getEngine("PyTorch");
      // Wakes the GPU's driver up: what can crash should do so while the mark lies.
      CudaRuntime.gpus();
      LibraryPath.installed().ifPresent(GpuInstallation::forgetFailure);
      return started;
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      // A start that ends by an exception is no crash.
      LoadingMark.clear(LoadingMark.folder());
      throw new InputException(sentence(e), e);
    }
  }

  private static String sentence(Throwable failure) {
    return LibraryPath.installed()
        .map(
            gpu -> {
              gpu.setFailure(Causes.innermost(failure));
              return StartFailure.ofInstalled(gpu, failure);
            })
        .orElseGet(
            () ->
                StartFailure.sentence(
                    System.getProperty("os.name"),
                    System.getProperty("os.arch"),
                    LibraryPath.value(),
                    failure));
  }

  /** Whether PyTorch runs in this program: then another one can be taken after the next start. */
  public static synchronized boolean isRunning() {
    return engine != null;
  }
}
