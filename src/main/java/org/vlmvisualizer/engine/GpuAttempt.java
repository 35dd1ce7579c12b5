package org.vlmvisualizer.engine;

import ai.djl.engine.EngineException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import org.vlmvisualizer.core.InputException;

/** Loads on a GPU and, if that fails and the user leaves the device open, on the CPU instead. */
public final class GpuAttempt {
  private GpuAttempt() {}

  /**
   * @param marks folder for the mark that outlives a crash
   * @param loader loads on a device, and leaves nothing behind if it throws
   * @throws InputException if a GPU that was asked for by name fails, or the CPU fails as well
   */
  public static <T> T load(DeviceChoice choice, Path marks, Function<DeviceChoice, T> loader) {
    if (choice.isWarned()) {
      LoadingMark.clear(marks);
    }
    if (!choice.device().isGpu()) {
      return loader.apply(choice);
    }
    RuntimeException failure;
    try (LoadingMark mark = LoadingMark.set(marks, "a model was being loaded on a GPU")) {
      return loader.apply(choice);
    } catch (EngineException | DeviceRefusal e) {
      failure = e;
    }
    if (!choice.isFree()) {
      throw failure instanceof DeviceRefusal refusal ? refusal : named(choice, failure);
    }
    return instead(choice.onCpu(why(failure)), loader, failure);
  }

  private static <T> T instead(
      DeviceChoice cpu, Function<DeviceChoice, T> loader, RuntimeException failure) {
    try {
      return loader.apply(cpu);
    } catch (InputException e) {
      // The CPU's failure alone would not explain why the GPU was not used.
      e.addSuppressed(failure);
      throw new InputException(cpu.reason() + " " + e.getMessage(), e);
    }
  }

  private static InputException named(DeviceChoice choice, RuntimeException failure) {
    return new InputException(
        "Expected the model to load on %s. %s; choose device cpu or auto."
            .formatted(choice.name(), why(failure)),
        failure);
  }

  /** The start of a sentence: what is wrong with the GPU. */
  private static String why(RuntimeException failure) {
    String message = String.valueOf(failure.getMessage()).strip();
    String told = message.toLowerCase(Locale.ROOT);
    if (failure instanceof DeviceRefusal) {
      return "The GPU cannot take this model (%s)".formatted(message.replaceAll(";.*|\\.$", ""));
    } else if (told.contains("out of memory")) {
      return "The GPU has too little free memory for this model";
    } else if (told.contains("no kernel image")) {
      return "This PyTorch has no code for this kind of GPU";
    }
    return "The GPU failed (%s)".formatted(message.lines().findFirst().orElse("no reason given"));
  }
}
