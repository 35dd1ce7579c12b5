package org.vlmvisualizer.explorer;

/** What the explorer wants of the model that gave an answer. */
public interface AskedModel extends NextQuestion, MapMaker {}
