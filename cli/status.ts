/** Exit statuses beyond 0 (all is well), 1 (it is not) and 2 (the command is not understood). */

/** The command was interrupted, as shells have it. */
export const interruptedStatus = 130
