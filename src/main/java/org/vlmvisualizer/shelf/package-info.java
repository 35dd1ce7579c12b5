/**
 * Models by name: those on this computer, those on the hub, how to open one, and the window that
 * lists them.
 */
package org.vlmvisualizer.shelf;
