/** Attribution methods compared on a user's own model and pictures. */
package org.vlmvisualizer.compare;
