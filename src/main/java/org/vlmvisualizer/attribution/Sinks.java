package org.vlmvisualizer.attribution;

import org.vlmvisualizer.core.TraceRequest.SinkSearch;

/**
 * What is done with attention sinks: image tokens that a model parks attention on, whatever is
 * asked, known by a few dimensions of their states that explode (Kang et al., "See What You Are
 * Told: Visual Attention Sink in Large Multimodal Models", ICLR 2025).
 */
public enum Sinks {
  /** They are not looked for. */
  KEEP(SinkSearch.NONE),
  /** They are told, and stay in the maps. */
  MARK(SinkSearch.FIND),
  /** Attention to them is set to 0, in the layers in which they are sinks. */
  REMOVE(SinkSearch.REMOVE);

  private final SinkSearch search;

  Sinks(SinkSearch search) {
    this.search = search;
  }

  /** What it needs while the network runs. */
  SinkSearch search() {
    return search;
  }
}
