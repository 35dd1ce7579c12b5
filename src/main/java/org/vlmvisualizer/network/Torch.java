package org.vlmvisualizer.network;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The TorchScript module of this plugin, loaded on one device. Arrays and IValues are native
 * memory: arrays belong to the manager that a call names, IValues are closed here.
 */
final class Torch implements AutoCloseable {
  private final Model model;
  private final PtSymbolBlock block;
  private final PtNDManager manager;
  private final List<IValue> kept = new ArrayList<>();

  /** Loads the module; on a CPU that can pack matrices, the one that packs them. */
  static Torch on(Device device) {
    if (device.equals(Device.cpu())) {
      Torch torch = packing(device);
      if (torch != null) {
        return torch;
      }
    }
    return new Torch(device, "unpacked");
  }

  /** Null where this PyTorch was built without the operators, or the processor cannot run them. */
  private static Torch packing(Device device) {
    Torch torch = null;
    try {
      torch = new Torch(device, "packed");
      try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
        if (torch.tensor(scope, "packing_works", scope.ones(new Shape(1))).getBoolean()) {
          return torch;
        }
      }
    } catch (EngineException e) {
      // Then without.
    }
    if (torch != null) {
      torch.close();
    }
    return null;
  }

  /**
   * @param packing see {@link TorchScriptArchive#bytes}
   * @throws EngineException if an operator is unknown
   */
  Torch(Device device, String packing) {
    model = Model.newInstance("network", device, "PyTorch");
    try {
      model.load(new ByteArrayInputStream(TorchScriptArchive.bytes(packing)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (MalformedModelException e) {
      throw new IllegalStateException(e);
    } catch (EngineException e) {
      model.close();
      throw e;
    }
    block = (PtSymbolBlock) model.getBlock();
    manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
  }

  /** The manager of all that lives as long as this module. */
  PtNDManager manager() {
    return manager;
  }

  Device device() {
    return manager.getDevice();
  }

  boolean isOnCpu() {
    return device().equals(Device.cpu());
  }

  /** Whether float32 rows can be multiplied by float16 matrices, see packed.py. */
  boolean hasHalves() {
    if (!isOnCpu()) {
      return false;
    }
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      return tensor(scope, "halves_work", scope.ones(new Shape(1))).getBoolean();
    } catch (EngineException e) {
      return false;
    }
  }

  /**
   * Multiplies two small matrices and reads the product: a GPU that this PyTorch has no kernels for
   * fails here, before minutes of loading.
   *
   * @throws ai.djl.engine.EngineException if it fails
   */
  void probe() {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      float sum = scope.ones(new Shape(2, 2)).matMul(scope.ones(new Shape(2, 2))).getFloat(1, 1);
      if (sum != 2) {
        throw new EngineException("1 + 1 gave " + sum);
      }
    }
  }

  /** A float32 array of zeros. */
  PtNDArray zeros(PtNDManager owner, long... shape) {
    return (PtNDArray) owner.zeros(new Shape(shape), DataType.FLOAT32);
  }

  /** The elements, widened to float32, row by row. */
  float[] floats(PtNDArray array) {
    try (PtNDArray wide = tensor((PtNDManager) array.getManager(), "float32", array)) {
      return wide.toFloatArray();
    }
  }

  /** An array of native memory from a buffer's remaining elements, copied to the device. */
  PtNDArray create(PtNDManager owner, Buffer data, DataType type, long... shape) {
    return owner.create(data, new Shape(shape), type);
  }

  /** Calls a method that gives one tensor. */
  PtNDArray tensor(PtNDManager owner, String method, Object... arguments) {
    try (IValue result = run(method, arguments)) {
      return result.toTensor(owner);
    }
  }

  /** Calls a method that gives a list of tensors. */
  PtNDArray[] tensors(PtNDManager owner, String method, Object... arguments) {
    try (IValue result = run(method, arguments)) {
      return result.toTensorArray(owner);
    }
  }

  /**
   * Calls a method that gives anything.
   *
   * @param arguments PtNDArray, Long, Integer, Double, Boolean, String, long[], or an IValue that
   *     the caller keeps
   */
  IValue run(String method, Object... arguments) {
    IValue[] values = new IValue[arguments.length];
    List<IValue> own = new ArrayList<>();
    try {
      for (int i = 0; i < arguments.length; i++) {
        if (arguments[i] instanceof IValue kept) {
          values[i] = kept;
        } else {
          values[i] = toIValue(arguments[i]);
          own.add(values[i]);
        }
      }
      return IValueUtils.runMethod(block, method, values);
    } finally {
      own.forEach(IValue::close);
    }
  }

  private static IValue toIValue(Object argument) {
    if (argument instanceof PtNDArray array) {
      return IValue.from(array);
    } else if (argument instanceof Integer number) {
      return IValue.from((long) number);
    } else if (argument instanceof Long number) {
      return IValue.from((long) number);
    } else if (argument instanceof Double number) {
      return IValue.from((double) number);
    } else if (argument instanceof Boolean flag) {
      return IValue.from((boolean) flag);
    } else if (argument instanceof String text) {
      return IValue.from(text);
    } else if (argument instanceof long[] numbers) {
      return IValue.listFrom(numbers);
    }
    throw new IllegalArgumentException("No IValue for " + argument.getClass());
  }

  /** Keeps an IValue as long as this module: a list holds the memory of its arrays by itself. */
  IValue keep(IValue value) {
    kept.add(value);
    return value;
  }

  @Override
  public void close() {
    kept.forEach(IValue::close);
    manager.close();
    model.close();
  }
}
