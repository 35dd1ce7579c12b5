package org.vlmvisualizer.network;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.FileTrouble;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.Engines;
import org.vlmvisualizer.engine.LibraryPath;
import org.vlmvisualizer.engine.NativeHeap;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.engine.RowKernel;
import org.vlmvisualizer.engine.RowKernel.Product;
import org.vlmvisualizer.engine.StartFailure;

/**
 * The TorchScript module of this plugin, loaded on one device. Arrays and IValues are native
 * memory: arrays belong to the manager that a call names, IValues are closed here.
 */
final class Torch implements AutoCloseable {
  /** The module that was loaded before it was asked for. */
  private static final AtomicReference<Torch> AHEAD = new AtomicReference<>();

  private final boolean packs;
  private final Model model;
  private final PtSymbolBlock block;
  private final PtNDManager manager;
  private final RowKernel rowKernel;
  private final List<IValue> kept = new ArrayList<>();

  /**
   * Loads the module with the sources that suit the device.
   *
   * @throws org.vlmvisualizer.core.InputException if the PyTorch of the user's own is another
   *     version
   */
  static Torch on(Device device) {
    Torch ahead = AHEAD.getAndSet(null);
    if (ahead == null) {
      return load(device);
    } else if (ahead.device().equals(device)) {
      return ahead;
    }
    ahead.close();
    return load(device);
  }

  /** Loads the module that {@link #on} will give, on a CPU: a GPU may crash, see GpuAttempt. */
  static void ahead(Device device) {
    if (device.equals(Device.cpu())) {
      AHEAD.set(load(device));
    }
  }

  private static Torch load(Device device) {
    Engines.version(); // which starts it
    if (device.equals(Device.cpu())) {
      Torch torch = packed(device);
      if (torch != null) {
        return torch;
      }
    }
    try {
      return new Torch(device, "unpacked");
    } catch (EngineException e) {
      throw StartFailure.explained(e, LibraryPath.value());
    }
  }

  /** Null where this PyTorch was built without the operators, or bfloat16 is slow. */
  private static Torch packed(Device device) {
    Torch torch = null;
    try {
      torch = new Torch(device, "packed");
      if (torch.packingPays()) {
        return torch;
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
   * Whether bfloat16 is faster than float32, with the same products. With AMX it takes a third of
   * the time, on a processor without instructions for it four to seven times as long; the operating
   * systems do not all tell which.
   *
   * <p>By one thread: where another program has a core, threads wait for each other a time slice or
   * more at every step, which here is longer than the products, and bfloat16 takes more steps.
   */
  private boolean packingPays() {
    int threads = JniUtils.getNumThreads();
    JniUtils.setNumThreads(1);
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      PtNDArray x = (PtNDArray) scope.ones(new Shape(256, 1024));
      PtNDArray w = (PtNDArray) scope.ones(new Shape(1024, 1024));
      if (!tensor(scope, "packing_works", x).getBoolean()) {
        return false;
      }
      PtNDArray narrow =
          tensor(scope, "empty", new long[] {1024, 1024}, Precision.BFLOAT16.scalarType(), x);
      tensor(scope, "fill", narrow, 0, w);
      PtNDArray packed = tensor(scope, "pack", narrow);
      return nanos(scope, x, "bfloat16", packed) < nanos(scope, x, "plain", w);
    } finally {
      JniUtils.setNumThreads(threads);
    }
  }

  /** The fastest of some products. */
  private long nanos(PtNDManager scope, PtNDArray x, String form, PtNDArray w) {
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      projected(scope, x, form, w, zeros(scope, 0), 0).close();
      fastest = Math.min(fastest, System.nanoTime() - start);
    }
    return fastest;
  }

  /** x [M, K] by a matrix in the form that weights.py calls so, without a bias. */
  PtNDArray projected(
      PtNDManager owner, PtNDArray x, String form, PtNDArray w, PtNDArray scales, int halfBlock) {
    try (IValue matrix = run("projection", form, w, scales, zeros(owner, 0))) {
      return tensor(owner, "projected", x, matrix, halfBlock);
    }
  }

  /** Whether the processor is known to multiply bfloat16 faster than float32. */
  boolean packs() {
    return packs;
  }

  /**
   * @param source see {@link TorchScriptArchive#bytes}
   * @throws EngineException if an operator is unknown
   * @throws InputException if there is no place for a temporary file
   */
  Torch(Device device, String source) {
    packs = source.equals("packed");
    // Of this thread, which alone runs it. Specialising a method takes its first two calls ten
    // times as long as the others, and saves nothing on a CPU, where nothing is fused. On a GPU, a
    // fused kernel leaves out roundings to bfloat16, so that int4's integers are no longer those
    // of their scales.
    JniUtils.setGraphExecutorOptimize(false);
    model = Model.newInstance("network", device, "PyTorch");
    try {
      model.load(new ByteArrayInputStream(TorchScriptArchive.bytes(source)));
    } catch (IOException e) {
      model.close();
      throw new InputException(
          "Expected to hand the network to PyTorch in a temporary file, but that failed (%s); let Java's temporary folder be one that can be written to, and make room there."
              .formatted(FileTrouble.reason(e)),
          e);
    } catch (MalformedModelException e) {
      throw new IllegalStateException(e);
    } catch (EngineException e) {
      model.close();
      throw e;
    }
    block = (PtSymbolBlock) model.getBlock();
    manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
    rowKernel = isOnCpu() ? RowKernel.load() : null;
  }

  /** The plugin's own products of one row, or null where PyTorch's have to do. */
  RowKernel rowKernel() {
    return rowKernel;
  }

  /** Where an array's elements lie, 0 for none; for arrays on the CPU that are contiguous. */
  long address(PtNDArray array) {
    if (array.isEmpty()) {
      return 0;
    }
    PtNDManager owner = (PtNDManager) array.getManager();
    // Java's buffers end at 2 GB.
    try (PtNDArray start = tensor(owner, "start", array)) {
      return NativeHeap.address(start.toByteBuffer(true));
    }
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

  /**
   * Half the rows of a block of PyTorch's int4 on this CPU, or 0 if that is not known: see ops.py.
   */
  int int4HalfBlock() {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      return (int) tensor(scope, "int4_half_block", scope.ones(new Shape(1))).getLong();
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

  /** Waits until a GPU has done what it was told: a number is read from behind all of it. */
  void await() {
    if (isOnCpu()) {
      return;
    }
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      zeros(scope, 1).getFloat();
    }
  }

  /** A float32 array of zeros. */
  PtNDArray zeros(PtNDManager owner, long... shape) {
    return (PtNDArray) owner.zeros(new Shape(shape), DataType.FLOAT32);
  }

  /** Puts rows of x by a matrix, or by several, into y; see {@link RowKernel}. */
  void multiply(Product product, long rows, PtNDArray x, PtNDArray y) {
    rowKernel.multiply(product, rows, address(x), address(y));
  }

  /** A float32 array of what its memory happens to hold, to be written over. */
  PtNDArray empty(PtNDManager owner, long... shape) {
    return (PtNDArray) owner.create(new Shape(shape), DataType.FLOAT32);
  }

  /** The elements, widened to float32, row by row. */
  float[] floats(PtNDArray array) {
    try (PtNDArray wide = tensor((PtNDManager) array.getManager(), "float32", array)) {
      return wide.toFloatArray();
    }
  }

  /** The rows of a matrix, widened to float32. */
  float[][] rows(PtNDArray matrix) {
    float[] values = floats(matrix);
    int columns = (int) matrix.getShape().get(1);
    float[][] rows = new float[values.length / columns][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
    }
    return rows;
  }

  /** Whole numbers, to choose rows by. */
  PtNDArray numbers(PtNDManager owner, int... numbers) {
    LongBuffer wide = LongBuffer.wrap(IntStream.of(numbers).asLongStream().toArray());
    return create(owner, wide, DataType.INT64, numbers.length);
  }

  /** A float32 array. */
  PtNDArray create(PtNDManager owner, float[] values, long... shape) {
    return create(owner, FloatBuffer.wrap(values), DataType.FLOAT32, shape);
  }

  /**
   * An array of native memory from a buffer's remaining elements, copied to the device. On a CPU it
   * is the buffer's own memory, and gone with it once the array is closed, whatever PyTorch still
   * holds of it.
   */
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

  /**
   * Calls a method with gradients on: it takes nothing but tensors, and what it gives belongs to
   * the first one's manager. DJL's other calls switch them off.
   *
   * @return one tensor, or those of a list
   */
  List<PtNDArray> differentiate(PtNDManager owner, String method, PtNDArray... arguments) {
    NDList inputs = new NDList();
    PtNDArray name = zeros(owner, 0);
    name.setName("module_method:" + method);
    inputs.add(name);
    for (PtNDArray argument : arguments) {
      inputs.add(argument);
    }
    return IValueUtils.forward(block, inputs, true).stream().map(PtNDArray.class::cast).toList();
  }

  private static IValue toIValue(Object argument) {
    if (argument instanceof PtNDArray array) {
      return IValue.from(array);
    } else if (argument instanceof Integer || argument instanceof Long) {
      return IValue.from(((Number) argument).longValue());
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
    boolean onGpu = device().isGpu();
    kept.forEach(IValue::close);
    manager.close();
    model.close();
    if (onGpu) {
      JniUtils.emptyCudaCache(); // PyTorch keeps freed memory, and the next model would lack it.
    }
  }
}
