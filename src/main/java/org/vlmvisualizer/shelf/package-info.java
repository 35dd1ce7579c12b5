/** Models by name: those on this computer, those on the hub, and how to open one. */
package org.vlmvisualizer.shelf;
