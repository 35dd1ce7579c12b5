/**
 * Swing windows: the dialog that asks for a command's options, and boxes with a message. They know
 * nothing of what they show beyond the values that they are given. All of it is built and touched
 * on Java's event thread only; work that takes time runs elsewhere.
 */
package org.vlmvisualizer.dialog;
