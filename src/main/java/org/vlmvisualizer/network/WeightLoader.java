package org.vlmvisualizer.network;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vlmvisualizer.checkpoint.Safetensors;
import org.vlmvisualizer.checkpoint.StoredTensor;
import org.vlmvisualizer.checkpoint.StoredTensor.DType;
import org.vlmvisualizer.checkpoint.Weights;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.engine.RowKernel.Form;
import org.vlmvisualizer.engine.RowKernel.Product;
import org.vlmvisualizer.network.RowCopier.Part;

/**
 * Brings weights from their files to the device in the wanted precision, a few megabytes at a time,
 * so that nothing is ever held twice. Matrices that are applied to the same input are laid one
 * below the other and multiplied at once.
 */
final class WeightLoader {
  /** Rows that PyTorch's int4 kernel packs together; packs of whole blocks can be joined. */
  private static final int BLOCK_ROWS = 64;

  /** Rows must be multiples of this for PyTorch's integer kernels. */
  private static final int QUANTISED_ROWS = 16;

  /** The smallest group of columns that the int4 kernel takes. */
  private static final int SMALLEST_GROUP = 32;

  private static final int UINT8 = 0;
  private static final int INT8 = 1;

  private final Torch torch;
  private final Weights weights;
  private final Precision precision;
  private final QuantisedCache cache;
  private final PtNDArray device;
  private final PtNDArray none;
  private final RowCopier copier;

  /**
   * @param cache of quantised matrices, or null
   */
  WeightLoader(Torch torch, Weights weights, Precision precision, QuantisedCache cache) {
    this.cache = cache;
    this.torch = torch;
    this.weights = weights;
    this.precision = precision;
    this.device = number(0);
    this.copier = new RowCopier(torch);
    this.none = empty(Precision.FLOAT32.scalarType(), 0);
  }

  /** A weight as it is, its matrices not quantised. */
  PtNDArray load(String name) {
    return stack(parts("", name));
  }

  /** The same with a number added to each of its elements. */
  PtNDArray load(String name, double offset) {
    PtNDArray weight = load(name);
    if (offset != 0) {
      torch.run("add_number", weight, offset).close();
    }
    return weight;
  }

  /**
   * Weights of equal row size, one below the other; an array without elements if there are none.
   */
  PtNDArray stack(String suffix, String... names) {
    return weights.has(names[0] + suffix) ? stack(parts(suffix, names)) : none;
  }

  /**
   * Rows of a matrix by their numbers, [numbers, row size] in float32, straight from the file: of a
   * table of which a run uses few rows, nothing is held in memory.
   *
   * @throws InputException if the matrix has no such row
   */
  PtNDArray rows(PtNDManager owner, String name, int... numbers) {
    Part part = parts("", name).get(0);
    PtNDArray target = torch.empty(owner, numbers.length, part.tensor().rowSize());
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] < 0 || numbers[i] >= part.rows()) {
        throw new InputException(
            "Expected tokens from 0 to %d, which the model knows, found %d; use the tokenizer that belongs to the model."
                .formatted(part.rows() - 1, numbers[i]));
      }
      try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
        copier.copy(scope, target, i, part, numbers[i], 1);
      }
    }
    return target;
  }

  /** An array of one element in the type of the matrices, for its type and its place. */
  PtNDArray example() {
    return empty(precision.scalarType(), 1);
  }

  /** An array without elements, which stands for a weight that a model does not have. */
  PtNDArray none() {
    return none;
  }

  /** A norm's weight and bias, without elements if the model has no such norm. */
  IValue norm(String name) {
    return keep("norm", stack(".weight", name), stack(".bias", name));
  }

  /**
   * Matrices of equal row size, one below the other, with their biases, to be multiplied with: not
   * quantised, and bfloat16 in the layout that is fastest, see packed.py.
   */
  IValue matrix(String... names) {
    return matrix(stack(parts(".weight", names)), stack(".bias", names));
  }

  /** The same of a matrix that is stored [in, out], without a bias. */
  IValue transposed(String name) {
    try (PtNDArray stored = load(name)) {
      return matrix(torch.tensor(torch.manager(), "transposed", stored), none);
    }
  }

  /**
   * A matrix with query, key and value of each head together, as one with all queries, then all
   * keys and all values.
   */
  IValue matrixByHeads(int heads, String name) {
    PtNDArray weight = stack(parts(".weight", name));
    PtNDArray bias = stack(".bias", name);
    return matrix(byParts(weight, heads), byParts(bias, heads));
  }

  private PtNDArray byParts(PtNDArray rows, int heads) {
    PtNDArray sorted = torch.tensor(torch.manager(), "by_parts", rows, heads);
    rows.close();
    return sorted;
  }

  private IValue matrix(PtNDArray plain, PtNDArray bias) {
    if (precision.scalarType() != Precision.BFLOAT16.scalarType()) {
      return keep("projection", "plain", plain, none, bias);
    }
    PtNDArray packed = torch.tensor(torch.manager(), "pack", plain);
    plain.close();
    return keep("projection", "bfloat16", packed, none, bias);
  }

  /**
   * A matrix of the decoder, quantised where the precision says so and the kernels allow it. With
   * the row kernel, others are held as they are stored, so that one row is multiplied by what was
   * read.
   */
  Matrix projection(String... names) {
    List<Part> parts = parts(".weight", names);
    PtNDArray bias = stack(".bias", names);
    long rows = rows(parts);
    long columns = parts.get(0).tensor().rowSize();
    if (!precision.isQuantised() || rows % QUANTISED_ROWS != 0 || columns % SMALLEST_GROUP != 0) {
      return torch.rowKernel() == null
          ? new Matrix(matrix(stack(parts), bias), null, "plain")
          : stored(parts, bias);
    }
    PtNDArray[] quantised = cached(names[0]);
    if (quantised == null) {
      quantised = quantised(parts);
      toCache(names[0], quantised);
    }
    Form form = precision == Precision.INT8 ? Form.INT8 : Form.INT4;
    return rowsBy(form, form(), quantised[0], quantised[1], bias, rows, columns);
  }

  /** A matrix in the type of its file, if it need not be another. */
  private Matrix stored(List<Part> parts, PtNDArray bias) {
    Form form = storedForm(parts);
    boolean isNarrow = form == Form.BFLOAT16 && precision != Precision.FLOAT32 && torch.packs();
    return rowsBy(
        form,
        form == Form.FLOAT32 || isNarrow ? "plain" : "widened",
        stack(parts, scalarType(form)),
        none,
        bias,
        rows(parts),
        parts.get(0).tensor().rowSize());
  }

  private Form storedForm(List<Part> parts) {
    if (precision != Precision.FLOAT32) {
      return Form.BFLOAT16;
    }
    Set<DType> types = parts.stream().map(Part::type).collect(Collectors.toSet());
    if (types.equals(EnumSet.of(DType.BF16))) {
      return Form.BFLOAT16;
    }
    return types.equals(EnumSet.of(DType.F16)) ? Form.FLOAT16 : Form.FLOAT32;
  }

  private static int scalarType(Form form) {
    return switch (form) {
      case BFLOAT16 -> Precision.BFLOAT16.scalarType();
      case FLOAT16 -> Precision.FLOAT16.scalarType();
      default -> Precision.FLOAT32.scalarType();
    };
  }

  /** Whether the file's bytes are those of the number of a type in PyTorch. */
  private static boolean isStoredAs(Part part, int type) {
    return part.type() != null
        && type
            == switch (part.type()) {
              case F32 -> Precision.FLOAT32.scalarType();
              case F16 -> Precision.FLOAT16.scalarType();
              case BF16 -> Precision.BFLOAT16.scalarType();
              case I8 -> INT8;
              case U8 -> UINT8;
              default -> -1;
            };
  }

  private Matrix rowsBy(
      Form form,
      String name,
      PtNDArray weight,
      PtNDArray scales,
      PtNDArray bias,
      long rows,
      long columns) {
    IValue projection = keep("projection", name, weight, scales, bias);
    Product product =
        torch.rowKernel() == null
            ? null
            : Product.of(
                form,
                torch.address(weight),
                torch.address(scales),
                torch.address(bias),
                rows,
                columns,
                form == Form.INT4 ? group(columns) : 0);
    return new Matrix(projection, product, name);
  }

  /** How quantised matrices are held, by the names that weights.py tells. */
  private String form() {
    if (precision == Precision.INT8) {
      return "int8";
    }
    return torch.isOnCpu() && torch.rowKernel() == null ? "int4" : "int4_groups";
  }

  private PtNDArray number(float value) {
    return torch.create(torch.manager(), new float[] {value}, 1);
  }

  private PtNDArray[] cached(String name) {
    StoredTensor[] stored = cache == null ? null : cache.read(name);
    if (stored == null) {
      return null;
    }
    int type = precision == Precision.INT8 ? INT8 : UINT8;
    return new PtNDArray[] {
      stack(List.of(new Part(stored[0], null)), type),
      stack(List.of(new Part(stored[1], null)), precision.scalarType())
    };
  }

  private void toCache(String name, PtNDArray[] quantised) {
    if (cache == null || !cache.isWriting()) {
      return;
    }
    DType type = precision == Precision.INT8 ? DType.I8 : DType.U8;
    try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
      cache.write(
          name,
          content(scope, "weight", type, quantised[0]),
          content(scope, "scales", DType.BF16, quantised[1]));
    }
  }

  /**
   * DJL itself ends the program where it is to bring bfloat16 from a GPU, of which it knows
   * nothing.
   */
  private Safetensors.Content content(
      PtNDManager scope, String name, DType type, PtNDArray onDevice) {
    PtNDArray array = torch.tensor(scope, "on_cpu", onDevice);
    return new Safetensors.Content(
        name, type, array.getShape().getShape(), array.toByteBuffer(true));
  }

  private List<Part> parts(String suffix, String... names) {
    return Stream.of(names)
        .map(name -> new Part(weights.get(name + suffix), weights.change(name + suffix)))
        .toList();
  }

  private static long rows(List<Part> parts) {
    return parts.stream().mapToLong(Part::rows).sum();
  }

  private PtNDArray stack(List<Part> parts) {
    // Norms and biases are small and act on float32.
    boolean isSmall = parts.get(0).tensor().shape().length < 2;
    return stack(parts, (isSmall ? Precision.FLOAT32 : precision).scalarType());
  }

  private PtNDArray stack(List<Part> parts, int type) {
    long[] shape = parts.get(0).tensor().shape().clone();
    if (shape.length > 0) {
      shape[0] = rows(parts);
    }
    PtNDArray target = empty(type, shape);
    if (torch.isOnCpu() && parts.stream().allMatch(part -> isStoredAs(part, type))) {
      copier.read(target, parts);
    } else {
      copier.fill(target, parts, 0, rows(parts));
    }
    return target;
  }

  /** What a method makes of weights, which lives as long as the module. */
  IValue keep(String method, Object... weights) {
    return torch.keep(torch.run(method, weights));
  }

  /** What {@link #keep} made, as one argument, which lives as long as the module. */
  IValue list(List<IValue> weights) {
    return torch.keep(IValue.listFrom(weights.toArray(IValue[]::new)));
  }

  /** A matrix and its scales, made of whole blocks of rows in float32. */
  private PtNDArray[] quantised(List<Part> parts) {
    long rows = rows(parts);
    long columns = parts.get(0).tensor().rowSize();
    int group = precision.isInt4() ? group(columns) : 0;
    PtNDArray[] whole = unfilled(rows, columns, group);
    String fill = form().equals("int4") ? "fill_columns" : "fill";
    long blocks = Math.max(1, RowCopier.CHUNK_BYTES / (DType.F32.bytes() * columns * BLOCK_ROWS));
    long step = blocks * BLOCK_ROWS;
    for (long start = 0; start < rows; start += step) {
      long count = Math.min(step, rows - start);
      try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
        PtNDArray chunk = torch.empty(scope, count, columns);
        copier.fill(chunk, parts, start, count);
        PtNDArray[] some = torch.tensors(scope, "quantise", form(), chunk, group);
        torch.tensor(scope, "fill", whole[0], start, some[0]);
        torch.tensor(scope, fill, whole[1], start, some[1]);
      }
    }
    return whole;
  }

  /** Room for a matrix and its scales, shaped as weights.py tells. */
  private PtNDArray[] unfilled(long rows, long columns, int group) {
    int type = precision.scalarType();
    return switch (form()) {
      case "int8" -> new PtNDArray[] {empty(INT8, rows, columns), empty(type, rows)};
      case "int4" ->
          new PtNDArray[] {empty(UINT8, rows, columns / 2), empty(type, columns / group, rows, 2)};
      default ->
          new PtNDArray[] {
            empty(UINT8, rows, columns / group, group / 2), empty(type, rows, columns / group, 2)
          };
    };
  }

  private int group(long columns) {
    return columns % precision.group() == 0 ? precision.group() : SMALLEST_GROUP;
  }

  private PtNDArray empty(int type, long... shape) {
    return torch.tensor(torch.manager(), "empty", shape, type, device);
  }
}
