/** Network drivers served to other engines, such as Docker's, by Docker's remote plug-in protocol. */
package io.gantry.server.serve;
