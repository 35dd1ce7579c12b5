/**
 * PyTorch for NVIDIA GPUs, brought for a user who asked for it: which build fits the GPU ({@link
 * GpuBuilds}), what it is made of ({@code gpu-files.json}), its download and its place on the disk
 * ({@link GpuInstaller}). Which PyTorch is then started is decided in {@code engine}.
 */
package org.vlmvisualizer.gpu;
