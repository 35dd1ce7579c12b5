/**
 * One question for one or many pictures: from the words of a request to a checked one, through the
 * model, to results and the files of a run over many. Used by the commands and the command line.
 */
package org.vlmvisualizer.ask;
