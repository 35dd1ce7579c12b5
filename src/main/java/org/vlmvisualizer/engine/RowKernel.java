package org.vlmvisualizer.engine;

import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vlmvisualizer.core.InputException;

/**
 * Products of a matrix and one row, or a few, on CPUs, by the plugin's own small library in C,
 * {@code src/main/c/row_kernel.c}: of such a product PyTorch reads the matrix at half of the
 * memory's speed or less. It computes on the threads of PyTorch's OpenMP, and is to be called from
 * PyTorch's thread.
 */
public final class RowKernel {
  /** Types of weights, in the library's order. */
  public enum Form {
    FLOAT32,
    BFLOAT16,
    FLOAT16,
    INT8,
    INT4
  }

  /** Bits of its vectors at most, 0 for PyTorch's products only: to compare them. */
  private static final String SETTING = "VLM_VECTOR_BITS";

  private static final Map<String, String> FOLDERS =
      Map.of(
          "linux-x86-64", "linux-x86_64",
          "linux-aarch64", "linux-aarch64",
          "darwin-aarch64", "osx-aarch64",
          "win32-x86-64", "win-x86_64");

  /** Of the last {@link #load}. */
  private static volatile String state;

  private RowKernel() {}

  /** As the library has it; see there. */
  private static native int vlm_start(Pointer gomp, Pointer kmpc, int threads, int most);

  private static native int vlm_outruns_mkl();

  private static native int vlm_multiply(long product);

  private static native void vlm_widen(
      long product, long start, long count, long narrow, long wide);

  private static native void vlm_norm(long x, long y, long weight, float eps, long n, long h);

  private static native void vlm_softmax(long scores, long rows, long stride, long n, float scale);

  private static native void vlm_gate(long gateUp, long n, long h);

  /**
   * Loads the library.
   *
   * @return null where it cannot be used: on other systems and processors, without PyTorch's
   *     threads, or where nothing may be run from the temporary folder
   * @throws InputException if the setting is none
   */
  public static RowKernel load() {
    int bits = bits();
    int used = 0;
    if (bits == 0) {
      state = "off, since %s is 0".formatted(SETTING);
    } else if (!FOLDERS.containsKey(Platform.RESOURCE_PREFIX)) {
      state = "none for " + Platform.RESOURCE_PREFIX;
    } else if (Loaded.FAILURE != null) {
      state = "cannot be loaded from the temporary folder (%s)".formatted(Loaded.FAILURE);
    } else {
      used = start(bits);
      state = used > 0 ? used + "-bit vectors" : "none for this processor or this PyTorch";
    }
    return used > 0 ? new RowKernel() : null;
  }

  /** For people: how it computes, or why it cannot be used. */
  static String state() {
    if (state == null) {
      EngineThread.call(RowKernel::load);
    }
    return state;
  }

  /** The bits of its vectors; 0 if it cannot be used. */
  private static int start(int most) {
    try {
      NativeLibrary openMp = openMp(Path.of(LibUtils.getLibtorchPath()));
      Function gomp = function(openMp, "GOMP_parallel");
      Function kmpc = gomp == null ? function(openMp, "__kmpc_fork_call") : null;
      int threads = JniUtils.getNumThreads();
      boolean alone = gomp == null && kmpc == null;
      int bits = vlm_start(gomp, kmpc, threads, most);
      return alone && threads > 1 ? 0 : bits;
    } catch (IOException | LinkageError e) {
      return 0;
    }
  }

  private static int bits() {
    String setting = LibraryPath.setting(SETTING);
    if (setting == null) {
      return Integer.MAX_VALUE;
    } else if (!setting.matches("0|128|256|512")) {
      throw new InputException(
          "Expected %s as 0, 128, 256 or 512, found '%s'.".formatted(SETTING, setting));
    }
    return Integer.parseInt(setting);
  }

  /** The library is loaded once, whatever is asked of it. */
  private static final class Loaded {
    /** Why it cannot be, or null. */
    static final String FAILURE = load();

    private static String load() {
      String name = System.mapLibraryName("row_kernel");
      String resource = "/native/" + FOLDERS.get(Platform.RESOURCE_PREFIX) + "/" + name;
      try {
        Path file =
            Native.extractFromResourcePath(resource, RowKernel.class.getClassLoader()).toPath();
        Native.register(RowKernel.class, NativeLibrary.getInstance(file.toString()));
        return null;
      } catch (IOException | LinkageError e) {
        return StartFailure.reason(e);
      }
    }
  }

  private static NativeLibrary openMp(Path folder) throws IOException {
    List<String> names = List.of("libgomp", "libomp.", "libiomp5md.");
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> names.stream().anyMatch(file.getFileName().toString()::startsWith))
          .findFirst()
          .map(file -> NativeLibrary.getInstance(file.toString()))
          .orElse(null);
    }
  }

  private static Function function(NativeLibrary library, String name) {
    try {
      return library == null ? null : library.getFunction(name);
    } catch (UnsatisfiedLinkError e) {
      return null;
    }
  }

  /** Whether any number of rows in float32 is faster by this than by PyTorch. */
  public boolean outrunsMkl() {
    return vlm_outruns_mkl() != 0;
  }

  /**
   * Multiplies.
   *
   * @param rows of x, for each product
   * @param x address of [rows, columns]
   * @param y address of the result [rows, rows of the matrix]
   */
  public void multiply(Product product, long rows, long x, long y) {
    if (vlm_multiply(product.at(rows, x, y)) != 0) {
      throw new OutOfMemoryError("row kernel");
    }
  }

  /**
   * Widens rows of an int4 matrix, or the whole numbers of an int8 one, which its scales are not
   * applied to.
   *
   * @param target address of bfloat16 [count, columns], or of float32
   */
  public void widen(Product product, long start, long count, long target, boolean toFloat32) {
    vlm_widen(product.at(0, 0, 0), start, count, toFloat32 ? 0 : target, toFloat32 ? target : 0);
  }

  /**
   * Adds y to x, [n] each, and puts what RMSNorm makes of the sum into h.
   *
   * @param eps is added to the mean of the squares
   */
  public void norm(long x, long y, long weight, float eps, long n, long h) {
    vlm_norm(x, y, weight, eps, n, h);
  }

  /** Puts softmax(scale * scores) of the first n in each of some rows in their place. */
  public void softmax(long scores, long rows, long stride, long n, float scale) {
    vlm_softmax(scores, rows, stride, n, scale);
  }

  /** Puts silu(gate) * up into h [n]; gate and up [n] lie one behind the other. */
  public void gate(long gateUp, long n, long h) {
    vlm_gate(gateUp, n, h);
  }

  /** A matrix, or several that lie apart evenly, as the library's {@code struct product} has it. */
  public static final class Product {
    private static final int FIELDS = 16;
    private static final int X = 4;
    private static final int ROWS = 7;
    private static final int COLUMNS = 8;

    private final Memory fields = new Memory(Long.BYTES * FIELDS);

    private Product(long... values) {
      fields.write(0, values, 0, FIELDS);
    }

    /**
     * One matrix.
     *
     * @param scales address of scales, 0 if the form has none
     * @param bias address of a float32 for each row, or 0
     * @param group columns that share a scale in int4
     */
    public static Product of(
        Form form, long weights, long scales, long bias, long rows, long columns, int group) {
      return new Product(
          form.ordinal(),
          weights,
          scales,
          bias,
          0,
          0,
          1,
          rows,
          columns,
          columns,
          group,
          1,
          1,
          0,
          0,
          0);
    }

    /**
     * Products with one matrix for every {@code share} of them, which lie apart by their strides.
     *
     * @param rowStride elements from row to row, {@code matrixStride} from matrix to matrix, {@code
     *     xStride} and {@code yStride} from what one product multiplies and gives to that of the
     *     next
     */
    public static Product of(
        Form form,
        long weights,
        long rows,
        long columns,
        long rowStride,
        long products,
        long share,
        long matrixStride,
        long xStride,
        long yStride) {
      return new Product(
          form.ordinal(),
          weights,
          0,
          0,
          0,
          0,
          1,
          rows,
          columns,
          rowStride,
          0,
          products,
          share,
          matrixStride,
          xStride,
          yStride);
    }

    private long at(long rowsOfX, long x, long y) {
      fields.setLong(Long.BYTES * X, x);
      fields.setLong(Long.BYTES * (X + 1), y);
      fields.setLong(Long.BYTES * (X + 2), rowsOfX);
      return Pointer.nativeValue(fields);
    }

    public Form form() {
      return Form.values()[(int) fields.getLong(0)];
    }

    public long rows() {
      return fields.getLong(Long.BYTES * ROWS);
    }

    public long columns() {
      return fields.getLong(Long.BYTES * COLUMNS);
    }

    public Product withRows(long rows) {
      fields.setLong(Long.BYTES * ROWS, rows);
      return this;
    }

    public Product withColumns(long columns) {
      fields.setLong(Long.BYTES * COLUMNS, columns);
      return this;
    }
  }
}
