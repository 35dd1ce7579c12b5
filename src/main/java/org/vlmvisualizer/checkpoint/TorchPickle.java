package org.vlmvisualizer.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;
import org.vlmvisualizer.core.CleanText;
import org.vlmvisualizer.core.InputException;

/**
 * Reads the pickle inside a PyTorch file: dictionaries, lists, numbers, texts and tensors, and
 * nothing else. A pickle is a program; an instruction or a name that tensors do not need ends the
 * reading before anything is looked up or built.
 *
 * <p>Memory is bounded by the pickle's size, which {@link TorchFile} limits: no length in it is
 * believed before so many bytes are there, and keys are texts or whole numbers, so that no hash is
 * computed over nested lists.
 *
 * <p>Source: torch 2.7, serialization.py (persistent ids) and _utils.py (rebuilding).
 */
final class TorchPickle extends Unpickler {
  /** A storage that the pickle names: one entry of the zip. */
  record Storage(String type, String key, long elements) {}

  /** A view of a storage; all numbers count elements. */
  record Tensor(Storage storage, long offset, long[] shape, long[] stride) {}

  private static final Map<String, IObjectConstructor> ALLOWED =
      Map.of(
          "torch._utils._rebuild_tensor_v2", TorchPickle::tensor,
          "torch._utils._rebuild_parameter", arguments -> arguments[0],
          "collections.OrderedDict", arguments -> new LinkedHashMap<>());

  private TorchPickle() {}

  /**
   * The dictionary that a pickle holds, in its order.
   *
   * @throws InputException if it holds anything else, or is broken; the message names what was
   *     found
   */
  static Map<?, ?> read(byte[] pickle) {
    try {
      Object value = new TorchPickle().load(new ByteArrayInputStream(pickle));
      if (value instanceof Map<?, ?> map) {
        return map;
      }
      throw refused("a pickle without a dictionary of weights");
    } catch (IOException | RuntimeException | StackOverflowError e) {
      if (e instanceof InputException told) {
        throw told;
      }
      throw new InputException("Expected weights, but the pickle is broken.", e);
    }
  }

  @Override
  protected Object dispatch(short opcode) throws IOException {
    switch (opcode) {
      case Opcodes.GLOBAL -> name(line(), line());
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        name((String) stack.pop(), name);
      }
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        put(key(stack.pop()), value);
      }
      case Opcodes.SETITEMS -> putAll(stack.pop_all_since_marker());
      // The state of a dictionary (PyTorch's _metadata) is no weight.
      case Opcodes.BUILD -> {
        stack.pop();
        if (!(stack.peek() instanceof Map)) {
          throw refused("the instruction BUILD");
        }
      }
      case Opcodes.BINUNICODE, Opcodes.LONG4 -> checked(opcode, 4);
      case Opcodes.BINUNICODE8 -> checked(opcode, 8);
      case Opcodes.SHORT_BINUNICODE, Opcodes.LONG1 -> checked(opcode, 1);
      case Opcodes.PROTO,
          Opcodes.FRAME,
          Opcodes.STOP,
          Opcodes.MARK,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.BINFLOAT,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_LIST,
          Opcodes.APPEND,
          Opcodes.APPENDS,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.BINPERSID,
          Opcodes.REDUCE -> {
        return super.dispatch(opcode);
      }
      default ->
          throw refused("the instruction 0x%02X, which no tensor needs".formatted(opcode & 0xFF));
    }
    return NO_RETURN_VALUE;
  }

  /** Runs an instruction whose argument has a length in front, once so many bytes are there. */
  private void checked(short opcode, int lengthBytes) throws IOException {
    input.mark(lengthBytes);
    long length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length |= (long) PickleUtils.readbyte(input) << 8 * i;
    }
    if (length < 0 || length > input.available()) {
      throw refused("a text or number of %d bytes, more than there are".formatted(length));
    }
    input.reset();
    super.dispatch(opcode);
  }

  private String line() throws IOException {
    return PickleUtils.readline(input);
  }

  /** Puts what a global name stands for on the stack: a builder of tensors or a storage's type. */
  private void name(String module, String name) {
    String whole = module + "." + name;
    if (ALLOWED.containsKey(whole)) {
      stack.add(ALLOWED.get(whole));
    } else if (module.equals("torch") && name.endsWith("Storage")) {
      stack.add(name);
    } else {
      throw refused("the name " + CleanText.cut(whole, 80));
    }
  }

  private void putAll(List<Object> items) {
    for (int i = 0; i + 1 < items.size(); i += 2) {
      put(key(items.get(i)), items.get(i + 1));
    }
  }

  @SuppressWarnings("unchecked")
  private void put(Object key, Object value) {
    ((Map<Object, Object>) stack.peek()).put(key, value);
  }

  private static Object key(Object key) {
    if (key instanceof String || key instanceof Integer || key instanceof Long) {
      return key;
    }
    throw refused("a dictionary key that is neither text nor number");
  }

  /** ("storage", type, key, device, elements), the only objects that PyTorch keeps outside. */
  @Override
  protected Object persistentLoad(Object id) {
    if (id instanceof Object[] parts
        && parts.length == 5
        && "storage".equals(parts[0])
        && parts[1] instanceof String type
        && parts[2] instanceof String key) {
      return new Storage(type, key, ((Number) parts[4]).longValue());
    }
    throw refused("a persistent id that is no storage");
  }

  /** (storage, offset, size, stride, …) */
  private static Object tensor(Object[] arguments) throws PickleException {
    if (arguments.length < 4 || !(arguments[0] instanceof Storage storage)) {
      throw refused("a tensor without a storage");
    }
    return new Tensor(
        storage, ((Number) arguments[1]).longValue(), numbers(arguments[2]), numbers(arguments[3]));
  }

  private static long[] numbers(Object tuple) {
    Object[] values = (Object[]) tuple;
    if (values.length > TorchFile.MAX_DIMENSIONS) {
      throw refused("a tensor of " + values.length + " dimensions");
    }
    return Arrays.stream(values).mapToLong(value -> ((Number) value).longValue()).toArray();
  }

  private static InputException refused(String found) {
    return new InputException(
        "Expected a pickle of tensors alone, but it has " + found + "; it is not read further.");
  }
}
