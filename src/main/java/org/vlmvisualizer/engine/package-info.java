/**
 * Starting PyTorch: the library and its version, the device and why, the number type of matrices,
 * what to say if it fails, and what to remember of a crash. Knows no model.
 */
package org.vlmvisualizer.engine;
