package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.Trace;
import org.vlmvisualizer.core.TraceRequest;

/** A way to tell how much each image token counted for each generated token. */
public interface AttributionMethod {
  /** The name that users choose it by: lower case, words joined by hyphens. */
  String name();

  /** What must be recorded while the network runs. */
  TraceRequest request();

  /**
   * @param trace recorded on {@link #request()}
   */
  AttributionMap attribute(Trace trace);
}
